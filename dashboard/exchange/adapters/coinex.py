"""CoinEx: ccxt gives all funding payments one id."""

from dashboard.exchange.adapters.base import AccountAdapter


class CoinExAdapter(AccountAdapter):
    """Reads a CoinEx account."""

    has_funding_ids = False
