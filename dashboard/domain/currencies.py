"""Currencies that count as US dollars."""

USD_EQUIVALENTS = frozenset(
    ("USD", "USDT", "USDC", "USDE", "USD1", "BUSD", "TUSD", "FDUSD", "PYUSD", "DAI"),
)
"""The dollar and the stablecoins that are counted at par with it."""
