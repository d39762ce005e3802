"""The live price of a coin in dollars."""

from collections.abc import Iterable
from decimal import Decimal

from dashboard.domain.currencies import USD_EQUIVALENTS
from dashboard.state.runtime import MarketSnapshot


def dollar_price(coin: str, markets: Iterable[MarketSnapshot], now: int) -> Decimal | None:
    """Returns the live price of `coin` in the first market against dollars; None if there is none."""
    for snapshot in markets:
        base, _, rest = snapshot.key.symbol.partition("/")
        if base == coin and rest.partition(":")[0] in USD_EQUIVALENTS:
            quote, _ = snapshot.price_at(now)
            if quote is not None:
                return quote.value
    return None
