"""From ccxt's dicts to values of the domain, once, at the edge.

ccxt is told `number = str`, so a number arrives as the exchange wrote it. Absent, empty and
unreadable all become None: unknown, never zero.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from ccxt.base.decimal_to_precision import DECIMAL_PLACES, TICK_SIZE

from dashboard.domain.margin import MarginTier
from dashboard.domain.market import Candle, Instrument, Payoff, Quote, Ticker
from dashboard.errors import ExchangeLacks

Raw = Mapping[str, Any]

_MARKS_IN_INFO = ("markPrice", "markPx", "mark_price")
"""Where exchanges put the mark price that ccxt's unified ticker drops."""

_SMALLEST, _LARGEST = Decimal("1e-15"), Decimal("1e15")
_TIERS_BY_NOTIONAL = ("bitget", "bybit", "binance", "binanceusdm", "aster")
"""Where ccxt's `minNotional` is one. OKX, HTX and Kraken count contracts there."""


def number(value: object) -> Decimal | None:
    """A finite number, or None for whatever else an exchange may send."""
    if value is None or value == "":
        return None
    try:
        result = Decimal(value if type(value) is str else str(value))
    except InvalidOperation:
        return None
    return result if result.is_finite() else None


def positive(value: object) -> Decimal | None:
    """A price or an amount. Zero and less mean that there is none, and what no market has is no number."""
    result = number(value)
    return result if result is not None and _SMALLEST <= result <= _LARGEST else None


def instrument(exchange: str, market: Raw, precision_mode: int) -> Instrument:
    """A market. Raises ExchangeLacks for a contract whose PnL no formula here gives."""
    if market.get("contract") and not (market.get("linear") or market.get("inverse")):
        raise ExchangeLacks(
            f"{exchange}: {market['symbol']} is a quanto contract, whose PnL is not supported"
        )
    return Instrument(
        exchange=exchange,
        symbol=market["symbol"],
        id=market["id"],
        base=market["base"],
        quote=market["quote"],
        settle=market.get("settle") or market["quote"],
        kind=market["type"],
        payoff=_payoff(exchange, market),
        contract_size=positive(market.get("contractSize")) or Decimal(1),
        price_step=_step(market, "price", precision_mode),
        size_step=_step(market, "amount", precision_mode),
    )


def _payoff(exchange: str, market: Raw) -> Payoff:
    if not market.get("inverse"):
        return Payoff.LINEAR
    return Payoff.INVERSE_BASE if exchange == "bitget" else Payoff.INVERSE


def _step(market: Raw, of: str, precision_mode: int) -> Decimal | None:
    """The smallest change of a price or an amount."""
    precision = number((market.get("precision") or {}).get(of))
    if precision is None:
        return None
    if precision_mode == TICK_SIZE:
        return precision if precision > 0 else None
    return Decimal(1).scaleb(-int(precision)) if precision_mode == DECIMAL_PLACES else None


def ticker(raw: Raw, at: int) -> Ticker:
    """A ticker that was received at `at` (ms, monotonic)."""
    info = raw.get("info")
    info = info if isinstance(info, Mapping) else {}
    # Hyperliquid's bid and ask are what a large order would get: no best bid and ask.
    book = {} if "impactPxs" in info else raw
    return Ticker(
        last=_quote(positive(raw.get("last")), at),
        bid=_quote(positive(book.get("bid")), at),
        ask=_quote(positive(book.get("ask")), at),
        mark=_quote(_mark_price(raw, info), at),
        change_24h=_quote(_change(raw, info), at),
    )


def last_trade(trades: Sequence[Raw], at: int) -> Ticker:
    """What the newest of some trades says."""
    return Ticker(last=_quote(positive(trades[-1].get("price")), at)) if trades else Ticker()


def _quote(value: Decimal | None, at: int) -> Quote | None:
    return None if value is None else Quote(value, at)


def _mark_price(raw: Raw, info: Raw) -> Decimal | None:
    price = positive(raw.get("markPrice"))
    for name in _MARKS_IN_INFO:
        price = price or positive(info.get(name))
    return price


def _change(raw: Raw, info: Raw) -> Decimal | None:
    """In percent. ccxt takes the percentage in Kraken Futures' frames (they name a feed) for dollars."""
    return number(info.get("change") if info.get("feed") == "ticker" else raw.get("percentage"))


def candles(rows: Sequence[Sequence[Any]]) -> list[Candle]:
    """Candles, oldest first; a row with a hole in it is left out."""
    bars = []
    for opened_at, *values in rows:
        prices = [positive(value) for value in values[:4]]
        if opened_at is not None and None not in prices:
            bars.append(Candle(int(opened_at), *prices))  # type: ignore[arg-type]  # no None left
    return sorted(bars, key=lambda bar: bar.opened_at)


def tiers(exchange: str, rows: Sequence[Raw]) -> tuple[MarginTier, ...]:
    """A margin schedule. Where its steps are counted in contracts, only the lowest one is of use."""
    steps = tuple(
        MarginTier(number(row.get("minNotional")) or Decimal(0), rate)
        for row in rows
        if (rate := positive(row.get("maintenanceMarginRate")))
    )
    return steps if exchange in _TIERS_BY_NOTIONAL else steps[:1]
