"""From ccxt's dicts about the account to values of the domain: positions, fills, funding."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

from dashboard.domain.fill import Fee, Fill, TradeSide
from dashboard.domain.funding import Funding
from dashboard.domain.market import Instrument
from dashboard.domain.position import Position, Side, Source
from dashboard.errors import ExchangeUnavailable
from dashboard.exchange.normalize import Raw, number, positive

Listed = Callable[[str], Instrument | None]
"""Gives the market of a unified symbol; None for one that is not followed."""

_BYBITS_TRADES = (
    "Trade", "BustTrade", "AdlTrade", "Settle", "Delivery", "BlockTrade", "MovePosition", "FutureSpread",
)  # fmt: skip
"""The execTypes that change a position. Others, such as Funding, come as trades and are none."""
_STATED_PNL = ("profit", "execPnl", "closedPnl", "realizedPnl", "rp", "fillPnl")
"""Bitget; Bybit; Hyperliquid; Binance and its websocket; OKX."""
_POSITION_SIDES = ("positionSide", "ps", "posSide", "position_side")
"""Binance and its websocket; OKX; HTX. In one-way mode: both, net, or absent."""
_ONE_ID_FOR_ALL = ("hyperliquid", "coinex")
"""Where ccxt gives every funding payment the same id."""


def positions(rows: Iterable[Raw], listed: Listed) -> tuple[Position, ...]:
    """The open positions; rows of unused sides are left out.

    Raises ExchangeUnavailable for an open position that cannot be read: leaving it out would say flat.
    """
    held = ((row, listed(str(row.get("symbol")))) for row in rows if _is_open(row))
    return tuple(_position(row, market) for row, market in held if market is not None)


def hedged(rows: Iterable[Raw]) -> bool | None:
    """Whether a symbol may have a long and a short at once; None where no row says so."""
    told = [mode for row in rows if (mode := _mode(row)) is not None]
    return any(told) if told else None


def _mode(row: Raw) -> bool | None:
    if isinstance(row.get("hedged"), bool):
        return bool(row["hedged"])
    side = str(_info(row).get("position_side") or "").lower()  # HTX
    return side in tuple(Side) if side else None


def _is_open(row: Raw) -> bool:
    return number(row.get("contracts")) != 0


def _position(row: Raw, held_in: Instrument) -> Position:
    contracts, entry_price = positive(_unsigned(row.get("contracts"))), positive(row.get("entryPrice"))
    if row.get("side") not in tuple(Side) or contracts is None or entry_price is None:
        raise ExchangeUnavailable(f"{held_in.exchange}: a position in {held_in.symbol} cannot be read")
    return Position(
        instrument=held_in,
        side=Side(row["side"]),
        contracts=contracts,
        entry_price=entry_price,
        leverage=positive(row.get("leverage")),
        margin_mode=row.get("marginMode"),
        liquidation_price=_stated_liquidation(row.get("info")),
        maintenance_margin_rate=positive(row.get("maintenanceMarginPercentage")),
        source=Source.EXCHANGE,
        opened_at=_opened_at(row.get("info")),
    )


def _opened_at(info: object) -> int | None:
    """When the position was opened, where the exchange says so."""
    times = (number(value) for key, value in _leaves(info) if key in ("cTime", "createdTime"))
    return next((int(time) for time in times if time is not None and time > 0), None)


def _unsigned(value: object) -> Decimal | None:
    result = number(value)
    return None if result is None else abs(result)


def _stated_liquidation(info: object) -> Decimal | None:
    """The liquidation price that the exchange itself states.

    ccxt puts one of its own making in place of a missing one, so only what stands in `info` counts;
    zero and negative mean that the exchange gives none.
    """
    stated = (positive(value) for key, value in _leaves(info) if _names_liquidation(key))
    return next((price for price in stated if price is not None), None)


def _names_liquidation(key: str) -> bool:
    key = key.lower().replace("_", "")
    return key.startswith("liq") and key.endswith(("price", "px"))


def _leaves(info: object) -> Iterator[tuple[str, object]]:
    """Every named value of nested dicts."""
    if isinstance(info, Mapping):
        for key, value in info.items():
            if isinstance(value, Mapping):
                yield from _leaves(value)
            else:
                yield str(key), value


def fills(rows: Iterable[Raw], listed: Listed, *, hedged: bool = False) -> tuple[Fill, ...]:
    """Fills of contracts. Raises ExchangeUnavailable for one that cannot be read.

    `hedged` says whether a symbol may have a long and a short at once, for exchanges whose fills do not.
    """
    told = ((row, listed(str(row.get("symbol")))) for row in rows)
    return tuple(
        fill(row, market, hedged=hedged)
        for row, market in told
        if market is not None and _is_trade(row, market.exchange)
    )


def fill(row: Raw, instrument: Instrument, *, hedged: bool = False) -> Fill:
    """One fill. Raises ExchangeUnavailable where id, side, price, amount or time is missing."""
    price, contracts = positive(row.get("price")), positive(row.get("amount"))
    side, time = row.get("side"), number(row.get("timestamp"))
    if not row.get("id") or side not in tuple(TradeSide) or not price or not contracts or not time:
        raise ExchangeUnavailable(f"{instrument.exchange}: a fill in {instrument.symbol} cannot be read")
    trade_side, position_side = _sides(TradeSide(side), _info(row))
    if hedged and instrument.exchange == "bybit":
        position_side = _bybits_position(trade_side, _info(row))
    return Fill(
        id=str(row["id"]),
        instrument=instrument,
        trade_side=trade_side,
        price=price,
        contracts=contracts,
        traded_at=int(time),
        fees=_fees(row, instrument.exchange),
        position_side=position_side,
        realized_pnl=_stated_pnl(_info(row)),
    )


def _info(row: Raw) -> Raw:
    info = row.get("info")
    return info if isinstance(info, Mapping) else {}


def _is_trade(row: Raw, exchange: str) -> bool:
    return exchange != "bybit" or _info(row).get("execType", "Trade") in _BYBITS_TRADES


def _sides(side: TradeSide, info: Raw) -> tuple[TradeSide, Side | None]:
    """What was done, and to which of the two positions of hedge mode; None in one-way mode.

    In hedge mode Bitget tells the position's side where others tell the order's: a long is closed by a
    `buy` whose tradeSide is `close`.
    """
    if info.get("posMode") == "hedge_mode":
        position_side = Side.LONG if side is TradeSide.BUY else Side.SHORT
        closes = "close" in str(info.get("tradeSide"))
        return (_other(side) if closes else side), position_side
    stated = (str(info.get(name) or "").lower() for name in _POSITION_SIDES)
    return side, next((Side(name) for name in stated if name in tuple(Side)), None)


def _bybits_position(side: TradeSide, info: Raw) -> Side | None:
    """In hedge mode a fill either opens or closes: what it closed tells which of the two positions it was."""
    closed_size = number(info.get("closedSize"))
    if closed_size is None:
        return None
    buys = side is TradeSide.BUY
    return Side.LONG if buys == (closed_size == 0) else Side.SHORT


def _other(side: TradeSide) -> TradeSide:
    return TradeSide.SELL if side is TradeSide.BUY else TradeSide.BUY


def _fees(row: Raw, exchange: str) -> tuple[Fee, ...]:
    """What the fill cost; none is not told, which is not the same as free."""
    if exchange == "krakenfutures" and "fee_paid" not in _info(row):
        return ()  # ccxt puts the public rate in its place
    single = row.get("fee")
    told = row.get("fees") or ([single] if single else [])
    amounts = ((number(fee.get("cost")), fee.get("currency")) for fee in told)
    return tuple(Fee(cost, currency) for cost, currency in amounts if cost is not None and currency)


def _stated_pnl(info: Raw) -> Decimal | None:
    told = (number(info.get(name)) for name in _STATED_PNL)
    return next((pnl for pnl in told if pnl is not None), None)


def funding(rows: Iterable[Raw], instrument: Instrument) -> tuple[Funding, ...]:
    """Funding payments of one market. Raises ExchangeUnavailable for one without amount or time."""
    return tuple(_payment(row, instrument) for row in rows if row.get("symbol") == instrument.symbol)


def _payment(row: Raw, instrument: Instrument) -> Funding:
    amount, time = number(row.get("amount")), number(row.get("timestamp"))
    if amount is None or not time:
        raise ExchangeUnavailable(f"{instrument.exchange}: funding in {instrument.symbol} cannot be read")
    currency = str(row.get("code") or instrument.settle)
    if instrument.exchange == "bybit":  # ccxt hands on Bybit's fee, paid if positive, and names another coin
        amount, currency = amount.copy_negate(), instrument.settle
    id = row.get("id")
    if not id or instrument.exchange in _ONE_ID_FOR_ALL:
        id = f"{instrument.symbol}@{int(time)}"
    side = _bill_side(str(_info(row).get("businessType", "")))
    return Funding(str(id), instrument, amount, currency, int(time), side)


def _bill_side(business: str) -> Side | None:
    """Where the bill says which of the two positions it belongs to."""
    return next((side for side in Side if business.endswith(f"_{side}")), None)


def closed(rows: Iterable[Raw], since: int) -> frozenset[tuple[str, Side]]:
    """Symbol and side of the positions that were closed at or after `since` (ms since 1970)."""
    ended = (
        row for row in rows if (number(row.get("lastUpdateTimestamp") or row.get("timestamp")) or 0) >= since
    )
    return frozenset((row["symbol"], Side(row["side"])) for row in ended if row.get("side") in tuple(Side))
