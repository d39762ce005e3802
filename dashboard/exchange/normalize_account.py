"""Conversion of ccxt's account data to domain values: positions, fills, funding."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

from dashboard.domain.fill import Fee, Fill, TradeSide
from dashboard.domain.funding import Funding
from dashboard.domain.market import Instrument
from dashboard.domain.position import Position, Side, Source
from dashboard.errors import ExchangeUnavailable
from dashboard.exchange.normalize import Raw, number, positive

FindInstrument = Callable[[str], Instrument | None]
"""Returns the market of a unified symbol; None for an unsupported one."""

_BYBIT_TRADE_TYPES = (
    "Trade", "BustTrade", "AdlTrade", "Settle", "Delivery", "BlockTrade", "MovePosition", "FutureSpread",
)  # fmt: skip
"""The execTypes that change a position. ccxt returns others, such as Funding, as trades too."""
_PNL_KEYS = ("profit", "execPnl", "closedPnl", "realizedPnl", "rp", "fillPnl")
"""Bitget; Bybit; Hyperliquid; Binance and its websocket; OKX."""
_POSITION_SIDE_KEYS = ("positionSide", "ps", "posSide", "position_side")
"""Binance and its websocket; OKX; HTX. In one-way mode the value is both, net, or absent."""
_SAME_FUNDING_ID = ("hyperliquid", "coinex")
"""Exchanges for which ccxt gives every funding payment the same id."""


def positions(rows: Iterable[Raw], find_instrument: FindInstrument) -> tuple[Position, ...]:
    """Returns the open positions; rows of unused sides are omitted.

    Raises ExchangeUnavailable for an unreadable open position: without it the market would appear flat.
    """
    found = ((row, find_instrument(str(row.get("symbol")))) for row in rows if _is_open(row))
    return tuple(_position(row, instrument) for row, instrument in found if instrument is not None)


def hedged(rows: Iterable[Raw]) -> bool | None:
    """True in hedge mode (a long and a short of one symbol at once); None if unknown."""
    modes = [mode for row in rows if (mode := _is_hedged(row)) is not None]
    return any(modes) if modes else None


def _is_hedged(row: Raw) -> bool | None:
    if isinstance(row.get("hedged"), bool):
        return bool(row["hedged"])
    side = str(_info(row).get("position_side") or "").lower()  # HTX
    return side in tuple(Side) if side else None


def _is_open(row: Raw) -> bool:
    return number(row.get("contracts")) != 0


def _position(row: Raw, instrument: Instrument) -> Position:
    contracts, entry_price = positive(_unsigned(row.get("contracts"))), positive(row.get("entryPrice"))
    if row.get("side") not in tuple(Side) or contracts is None or entry_price is None:
        raise ExchangeUnavailable(f"{instrument.exchange}: a position in {instrument.symbol} is unreadable")
    return Position(
        instrument=instrument,
        side=Side(row["side"]),
        contracts=contracts,
        entry_price=entry_price,
        leverage=positive(row.get("leverage")),
        margin_mode=row.get("marginMode"),
        liquidation_price=_liquidation_price(row.get("info")),
        maintenance_margin_rate=positive(row.get("maintenanceMarginPercentage")),
        source=Source.EXCHANGE,
        opened_at=_opened_at(row.get("info")),
    )


def _opened_at(info: object) -> int | None:
    """The time of opening in ms since 1970; None if not reported."""
    times = (number(value) for key, value in _leaves(info) if key in ("cTime", "createdTime"))
    return next((int(time) for time in times if time is not None and time > 0), None)


def _unsigned(value: object) -> Decimal | None:
    result = number(value)
    return None if result is None else abs(result)


def _liquidation_price(info: object) -> Decimal | None:
    """The liquidation price that the exchange reports.

    ccxt replaces a missing one by its own estimate, so only `info` is read; zero and negative values
    mean that the exchange reports none.
    """
    prices = (positive(value) for key, value in _leaves(info) if _is_liquidation_key(key))
    return next((price for price in prices if price is not None), None)


def _is_liquidation_key(key: str) -> bool:
    key = key.lower().replace("_", "")
    return key.startswith("liq") and key.endswith(("price", "px"))


def _leaves(info: object) -> Iterator[tuple[str, object]]:
    """Yields key and value of each leaf of nested dicts."""
    if isinstance(info, Mapping):
        for key, value in info.items():
            if isinstance(value, Mapping):
                yield from _leaves(value)
            else:
                yield str(key), value


def fills(rows: Iterable[Raw], find_instrument: FindInstrument, *, hedged: bool = False) -> tuple[Fill, ...]:
    """Returns the fills of contracts. Raises ExchangeUnavailable for an unreadable one.

    `hedged` is the account's position mode, for exchanges whose fills do not show it.
    """
    found = ((row, find_instrument(str(row.get("symbol")))) for row in rows)
    return tuple(
        fill(row, instrument, hedged=hedged)
        for row, instrument in found
        if instrument is not None and _is_trade(row, instrument.exchange)
    )


def fill(row: Raw, instrument: Instrument, *, hedged: bool = False) -> Fill:
    """Returns one fill. Raises ExchangeUnavailable if id, side, price, amount or time is missing."""
    price, contracts = positive(row.get("price")), positive(row.get("amount"))
    side, time = row.get("side"), number(row.get("timestamp"))
    if not row.get("id") or side not in tuple(TradeSide) or not price or not contracts or not time:
        raise ExchangeUnavailable(f"{instrument.exchange}: a fill in {instrument.symbol} is unreadable")
    trade_side, position_side = _sides(TradeSide(side), _info(row))
    if hedged and instrument.exchange == "bybit":
        position_side = _bybit_position_side(trade_side, _info(row))
    return Fill(
        id=str(row["id"]),
        instrument=instrument,
        trade_side=trade_side,
        price=price,
        contracts=contracts,
        traded_at=int(time),
        fees=_fees(row, instrument.exchange),
        position_side=position_side,
        realized_pnl=_reported_pnl(_info(row)),
    )


def _info(row: Raw) -> Raw:
    info = row.get("info")
    return info if isinstance(info, Mapping) else {}


def _is_trade(row: Raw, exchange: str) -> bool:
    return exchange != "bybit" or _info(row).get("execType", "Trade") in _BYBIT_TRADE_TYPES


def _sides(side: TradeSide, info: Raw) -> tuple[TradeSide, Side | None]:
    """Returns the trade's side, and the side of its position in hedge mode (None in one-way mode).

    In hedge mode Bitget reports the position's side where others report the order's: a long is closed by
    a `buy` whose tradeSide is `close`.
    """
    if info.get("posMode") == "hedge_mode":
        position_side = Side.LONG if side is TradeSide.BUY else Side.SHORT
        closes = "close" in str(info.get("tradeSide"))
        return (_opposite(side) if closes else side), position_side
    values = (str(info.get(key) or "").lower() for key in _POSITION_SIDE_KEYS)
    return side, next((Side(value) for value in values if value in tuple(Side)), None)


def _bybit_position_side(side: TradeSide, info: Raw) -> Side | None:
    """The position's side in hedge mode, derived from closedSize: a fill either opens or closes."""
    closed_size = number(info.get("closedSize"))
    if closed_size is None:
        return None
    buys = side is TradeSide.BUY
    return Side.LONG if buys == (closed_size == 0) else Side.SHORT


def _opposite(side: TradeSide) -> TradeSide:
    return TradeSide.SELL if side is TradeSide.BUY else TradeSide.BUY


def _fees(row: Raw, exchange: str) -> tuple[Fee, ...]:
    """The fees of the fill. Empty means not reported, not free of charge."""
    if exchange == "krakenfutures" and "fee_paid" not in _info(row):
        return ()  # ccxt substitutes the public rate
    single = row.get("fee")
    fees = row.get("fees") or ([single] if single else [])
    amounts = ((number(fee.get("cost")), fee.get("currency")) for fee in fees)
    return tuple(Fee(cost, currency) for cost, currency in amounts if cost is not None and currency)


def _reported_pnl(info: Raw) -> Decimal | None:
    values = (number(info.get(key)) for key in _PNL_KEYS)
    return next((pnl for pnl in values if pnl is not None), None)


def funding(rows: Iterable[Raw], instrument: Instrument) -> tuple[Funding, ...]:
    """Returns the funding payments of one market. Raises ExchangeUnavailable if amount or time is missing."""
    return tuple(_payment(row, instrument) for row in rows if row.get("symbol") == instrument.symbol)


def _payment(row: Raw, instrument: Instrument) -> Funding:
    amount, time = number(row.get("amount")), number(row.get("timestamp"))
    if amount is None or not time:
        raise ExchangeUnavailable(
            f"{instrument.exchange}: a funding payment in {instrument.symbol} is unreadable"
        )
    currency = str(row.get("code") or instrument.settle)
    if instrument.exchange == "bybit":  # ccxt returns Bybit's fee, positive if paid, in another coin
        amount, currency = amount.copy_negate(), instrument.settle
    id = row.get("id")
    if not id or instrument.exchange in _SAME_FUNDING_ID:
        id = f"{instrument.symbol}@{int(time)}"
    side = _funding_side(str(_info(row).get("businessType", "")))
    return Funding(str(id), instrument, amount, currency, int(time), side)


def _funding_side(business_type: str) -> Side | None:
    """The side of the position in hedge mode, as the bill's type ends with it."""
    return next((side for side in Side if business_type.endswith(f"_{side}")), None)


def closed_positions(rows: Iterable[Raw], since: int) -> frozenset[tuple[str, Side]]:
    """Returns symbol and side of the positions closed at or after `since` (ms since 1970)."""
    closed = (
        row for row in rows if (number(row.get("lastUpdateTimestamp") or row.get("timestamp")) or 0) >= since
    )
    return frozenset((row["symbol"], Side(row["side"])) for row in closed if row.get("side") in tuple(Side))
