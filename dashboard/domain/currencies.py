"""Currencies that count as US dollars."""

from decimal import Decimal

from dashboard.domain.market import Instrument

USD_EQUIVALENTS = frozenset(
    ("USD", "USDT", "USDC", "USDE", "USD1", "BUSD", "TUSD", "FDUSD", "PYUSD", "DAI"),
)
"""The dollar and the stablecoins that are counted at par with it."""


def settlement_in_dollars(instrument: Instrument, price: Decimal) -> Decimal | None:
    """Dollars for one unit of the settlement currency, at a price of the market; None if unknown from it."""
    if instrument.settle in USD_EQUIVALENTS:
        return Decimal(1)
    is_coin_in_dollars = instrument.settle == instrument.base and instrument.quote in USD_EQUIVALENTS
    return price if is_coin_in_dollars else None
