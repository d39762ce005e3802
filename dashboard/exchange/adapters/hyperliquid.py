"""Hyperliquid: one stream of fills; ccxt gives all funding payments one id."""

from dashboard.exchange.adapters.base import AccountAdapter


class HyperliquidAdapter(AccountAdapter):
    """Reads the account of a wallet address."""

    fill_streams = ({},)
    has_funding_ids = False
