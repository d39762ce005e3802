"""Conversion of one row of ccxt's account data to a domain value: position, fill, funding payment.

What particular exchanges need beyond it is in their adapters.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from dashboard.domain.fill import Fee, Fill, TradeSide
from dashboard.domain.funding import Funding
from dashboard.domain.market import Instrument
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
        reported=reported_figures(row),
    )


def reported_figures(row: Raw) -> ReportedFigures:
    """Returns the figures of a position that the exchange itself states.

    ccxt calculates missing ones, which would always agree with ours.
    """
    stated = {abs(value) for _, leaf in leaves(row.get("info")) if (value := number(leaf)) is not None}

    def figure(key: str) -> Decimal | None:
        value = number(row.get(key))
        return value if value is not None and abs(value) in stated else None

    notional, margin = figure("notional"), figure("initialMargin")
    return ReportedFigures(
        notional=None if notional is None else abs(notional),
        unrealized_pnl=figure("unrealizedPnl"),
        mark_price=positive(figure("markPrice")),
        initial_margin=positive(margin),
    )


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
    side, time = row.get("side"), number(row.get("timestamp"))
    if not row.get("id") or side not in tuple(TradeSide) or not price or not contracts or not time:
        raise ExchangeUnavailable(f"{instrument.exchange}: a fill in {instrument.symbol} is unreadable")
    position_side, hedged = stated_position_side(info_of(row))
    return Fill(
        id=str(row["id"]),
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


def closed_positions(rows: Iterable[Raw], since: int) -> frozenset[tuple[str, Side]]:
    """Returns symbol and side of the positions closed at or after `since` (ms since 1970)."""
    closed = (
        row for row in rows if (number(row.get("lastUpdateTimestamp") or row.get("timestamp")) or 0) >= since
    )
    return frozenset((row["symbol"], Side(row["side"])) for row in closed if row.get("side") in tuple(Side))
