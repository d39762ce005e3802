"""The live price of a coin in dollars."""

from collections.abc import Iterable
from decimal import Decimal

from dashboard.domain.currencies import USD_EQUIVALENTS
from dashboard.domain.valuation import valuation_price
from dashboard.state.runtime import MarketSnapshot


def dollar_price(coin: str, markets: Iterable[MarketSnapshot], now: int) -> Decimal | None:
    """Returns the live price of `coin` in the first market against dollars; None if there is none."""
    for snapshot in markets:
        base, _, rest = snapshot.key.symbol.partition("/")
        if base == coin and rest.partition(":")[0] in USD_EQUIVALENTS:
            quote, _ = valuation_price(snapshot.ticker, now, snapshot.health.stale_after)
            if quote is not None:
                return quote.value
    return None
