"""Conversion of one row of ccxt's account data to a domain value: position, fill, funding payment.

What particular exchanges need beyond it is in their adapters.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from dashboard.domain.contract_math import implied_leverage
from dashboard.domain.fill import Fee, Fill, TradeSide
from dashboard.domain.funding import Funding
from dashboard.domain.market import Instrument, Payoff
from dashboard.domain.position import Position, Side, Source
from dashboard.domain.reported_figures import ReportedFigures
from dashboard.errors import ExchangeUnavailable
from dashboard.exchange.normalize import Raw, number, positive

_PNL_KEYS = ("profit", "execPnl", "closedPnl", "realizedPnl", "rp", "fillPnl")
"""Bitget; Bybit; Hyperliquid; Binance and its websocket; OKX."""
_POSITION_SIDE_KEYS = ("positionSide", "ps", "posSide", "position_side")
"""Binance and its websocket; OKX; HTX. In one-way mode the value is both, net, or absent."""


def is_open(row: Raw) -> bool:
    """True unless the row of a position is flat; exchanges return such rows for unused sides."""
    return number(row.get("contracts")) != 0


def position(row: Raw, instrument: Instrument) -> Position:
    """Returns an open position, without its mode. Raises ExchangeUnavailable if it is unreadable."""
    contracts, entry_price = positive(_unsigned(row.get("contracts"))), positive(row.get("entryPrice"))
    if row.get("side") not in tuple(Side) or contracts is None or entry_price is None:
        raise ExchangeUnavailable(f"{instrument.exchange}: a position in {instrument.symbol} is unreadable")
    reported = reported_figures(row)
    return Position(
        instrument=instrument,
        side=Side(row["side"]),
        contracts=contracts,
        entry_price=entry_price,
        leverage=positive(_stated(row, "leverage")) or _implied_leverage(reported, instrument),
        margin_mode=row.get("marginMode"),
        liquidation_price=_liquidation_price(row.get("info")),
        maintenance_margin_rate=positive(row.get("maintenanceMarginPercentage")),
        source=Source.EXCHANGE,
        opened_at=_opened_at(row.get("info")),
        reported=reported,
    )


def reported_figures(row: Raw) -> ReportedFigures:
    """Returns the figures of a position that the exchange itself states."""
    notional = _stated(row, "notional")
    return ReportedFigures(
        notional=None if notional is None else abs(notional),
        unrealized_pnl=_stated(row, "unrealizedPnl"),
        mark_price=positive(_stated(row, "markPrice")),
        initial_margin=positive(_stated(row, "initialMargin")),
    )


def _stated(row: Raw, key: str) -> Decimal | None:
    """Returns one figure of ccxt's row if it stands in the exchange's own row, whatever its sign.

    ccxt calculates missing ones, which would always agree with ours.
    """
    value = number(row.get(key))
    if value is None:
        return None
    stated = (number(leaf) for _, leaf in leaves(row.get("info")))
    return value if any(each is not None and abs(each) == abs(value) for each in stated) else None


def _implied_leverage(reported: ReportedFigures, instrument: Instrument) -> Decimal | None:
    """The leverage that notional and initial margin imply, where both are in one currency."""
    if instrument.payoff is not Payoff.LINEAR:
        return None
    return implied_leverage(reported.notional, reported.initial_margin)


def _opened_at(info: object) -> int | None:
    """The time of opening in ms since 1970; None if not reported."""
    times = (number(value) for key, value in leaves(info) if key in ("cTime", "createdTime"))
    return next((int(time) for time in times if time is not None and time > 0), None)


def _unsigned(value: object) -> Decimal | None:
    result = number(value)
    return None if result is None else abs(result)


def _liquidation_price(info: object) -> Decimal | None:
    """The liquidation price that the exchange reports.

    ccxt replaces a missing one by its own estimate, so only `info` is read; zero and negative values
    mean that the exchange reports none.
    """
    prices = (positive(value) for key, value in leaves(info) if _is_liquidation_key(key))
    return next((price for price in prices if price is not None), None)


def _is_liquidation_key(key: str) -> bool:
    key = key.lower().replace("_", "")
    return key.startswith("liq") and key.endswith(("price", "px"))


def leaves(info: object) -> Iterator[tuple[str, object]]:
    """Yields key and value of each leaf of nested dicts."""
    if isinstance(info, Mapping):
        for key, value in info.items():
            if isinstance(value, Mapping):
                yield from leaves(value)
            else:
                yield str(key), value


def fill(row: Raw, instrument: Instrument) -> Fill:
    """Returns one fill. Raises ExchangeUnavailable if id, side, price, amount or time is missing."""
    price, contracts = positive(row.get("price")), positive(row.get("amount"))
    side, time, id = row.get("side"), number(row.get("timestamp")), fill_id(row)
    if not id or side not in tuple(TradeSide) or not price or not contracts or not time:
        raise ExchangeUnavailable(f"{instrument.exchange}: a fill in {instrument.symbol} is unreadable")
    position_side, hedged = stated_position_side(info_of(row))
    return Fill(
        id=id,
        instrument=instrument,
        trade_side=TradeSide(side),
        price=price,
        contracts=contracts,
        traded_at=int(time),
        fees=_fees(row),
        position_side=position_side,
        realized_pnl=_reported_pnl(info_of(row)),
        hedged=hedged,
    )


def fill_id(row: Raw) -> str | None:
    """Returns the id of a fill, or one made of its order, time, price and amount.

    Liquidations have no id of their own on some exchanges. None without an order, too.
    """
    if row.get("id"):
        return str(row["id"])
    if not row.get("order"):
        return None
    return " ".join(str(row.get(key)) for key in ("order", "timestamp", "price", "amount"))


def info_of(row: Raw) -> Raw:
    """Returns the exchange's own row inside ccxt's."""
    info = row.get("info")
    return info if isinstance(info, Mapping) else {}


def stated_position_side(info: Raw) -> tuple[Side | None, bool | None]:
    """Returns the position's side and the mode: (None, False) in one-way mode, (None, None) if unstated."""
    stated = [str(info[key]).lower() for key in _POSITION_SIDE_KEYS if info.get(key)]
    if not stated:
        return None, None
    side = next((Side(value) for value in stated if value in tuple(Side)), None)
    return side, side is not None


def _fees(row: Raw) -> tuple[Fee, ...]:
    """The fees of the fill. Empty means not reported, not free of charge."""
    single = row.get("fee")
    fees = row.get("fees") or ([single] if single else [])
    amounts = ((number(fee.get("cost")), fee.get("currency")) for fee in fees)
    return tuple(Fee(cost, currency) for cost, currency in amounts if cost is not None and currency)


def _reported_pnl(info: Raw) -> Decimal | None:
    values = (number(info.get(key)) for key in _PNL_KEYS)
    return next((pnl for pnl in values if pnl is not None), None)


def payment(row: Raw, instrument: Instrument) -> Funding:
    """Returns a funding payment. Raises ExchangeUnavailable if amount or time is missing."""
    amount, time = number(row.get("amount")), number(row.get("timestamp"))
    if amount is None or not time:
        raise ExchangeUnavailable(
            f"{instrument.exchange}: a funding payment in {instrument.symbol} is unreadable"
        )
    id = row.get("id") or f"{instrument.symbol}@{int(time)}"
    return Funding(str(id), instrument, amount, str(row.get("code") or instrument.settle), int(time))


def closed_at(row: Raw) -> int:
    """The time at which a position was closed, in ms since 1970; 0 if not reported."""
    return int(number(row.get("lastUpdateTimestamp") or row.get("timestamp")) or 0)


def closed_positions(rows: Iterable[Raw]) -> frozenset[tuple[str, Side]]:
    """Returns symbol and side of closed positions."""
    return frozenset((row["symbol"], Side(row["side"])) for row in rows if row.get("side") in tuple(Side))
