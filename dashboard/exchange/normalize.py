"""Conversion of ccxt's public data to domain values.

ccxt runs with `number = str`, so numbers arrive exactly as the exchange wrote them. Absent, empty and
unreadable values become None (unknown), never zero.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ccxt.base.decimal_to_precision import DECIMAL_PLACES, TICK_SIZE

from dashboard.domain.margin import MarginTier
from dashboard.domain.market import Candle, Instrument, Payoff
from dashboard.domain.number_text import parse_number
from dashboard.errors import ExchangeLacks
from dashboard.exchange.lineage import find, lineage

Raw = Mapping[str, Any]

_MIN_POSITIVE, _MAX_POSITIVE = Decimal("1e-15"), Decimal("1e15")
_TIERS_BY_NOTIONAL = {"aster": True, "binance": True, "binancecoinm": False, "bitget": True, "bybit": True}
"""Exchanges whose `minNotional` in ccxt is a notional value. OKX, HTX and Kraken count contracts there."""


def number(value: object) -> Decimal | None:
    """Returns a possible number, or None for any other value: infinite, endless, or no number at all."""
    if not isinstance(value, str | int | float | Decimal):
        return None
    try:
        return parse_number(str(value))
    except ValueError:
        return None


def positive(value: object) -> Decimal | None:
    """Returns a price or an amount: None for zero, negative and implausible numbers."""
    result = number(value)
    return result if result is not None and _MIN_POSITIVE <= result <= _MAX_POSITIVE else None


def instrument(exchange: str, market: Raw, precision_mode: int) -> Instrument:
    """Returns the domain's Instrument of a market. Raises ExchangeLacks for a quanto contract."""
    is_inverse = market.get("inverse") and market.get("settle") == market["base"]  # on Gate also a quanto
    if market.get("contract") and not (market.get("linear") or is_inverse):
        raise ExchangeLacks(
            f"{exchange}: {market['symbol']} is an unsupported quanto contract: choose another market"
        )
    return Instrument(
        exchange=exchange,
        symbol=str(market["symbol"]),
        id=str(market["id"]),
        base=str(market["base"]),
        quote=str(market["quote"]),
        settle=str(market.get("settle") or market["quote"]),
        kind=str(market["type"]),
        payoff=_payoff(exchange, market),
        contract_size=_contract_size(exchange, market),
        price_step=_step(market, "price", precision_mode),
        size_step=_step(market, "amount", precision_mode),
    )


def _payoff(exchange: str, market: Raw) -> Payoff:
    if not market.get("inverse"):
        return Payoff.LINEAR
    return Payoff.INVERSE_BASE if "bitget" in lineage(exchange) else Payoff.INVERSE


def _contract_size(exchange: str, market: Raw) -> Decimal:
    """Coins or quote units in one contract.

    ccxt takes Bybit's smallest order for it, but inverse contracts there are counted in dollars.
    """
    if "bybit" in lineage(exchange) and market.get("inverse"):
        return Decimal(1)
    return positive(market.get("contractSize")) or Decimal(1)


def _step(market: Raw, quantity: str, precision_mode: int) -> Decimal | None:
    """The smallest increment of a price or an amount."""
    precision = number((market.get("precision") or {}).get(quantity))
    if precision is None:
        return None
    if precision_mode == TICK_SIZE:
        return precision if precision > 0 else None
    return Decimal(1).scaleb(-int(precision)) if precision_mode == DECIMAL_PLACES else None


def candles(rows: Sequence[Sequence[Any]]) -> list[Candle]:
    """Converts candles, oldest first; incomplete rows are omitted."""
    complete = []
    for opened_at, *values in rows:
        prices = [positive(value) for value in values[:4]]
        if opened_at is not None and None not in prices:
            complete.append(Candle(int(opened_at), *prices))  # type: ignore[arg-type]  # no None left
    return sorted(complete, key=lambda candle: candle.opened_at)


def margin_tiers(exchange: str, rows: Sequence[Raw]) -> tuple[MarginTier, ...]:
    """Converts margin tiers. Where their floors count contracts, only the lowest tier is returned."""
    tiers = tuple(
        MarginTier(number(row.get("minNotional")) or Decimal(0), rate)
        for row in rows
        if (rate := positive(row.get("maintenanceMarginRate")))
    )
    return tiers if find(_TIERS_BY_NOTIONAL, exchange) else tiers[:1]
