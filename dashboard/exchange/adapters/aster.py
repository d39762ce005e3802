"""Aster: Binance's protocol, with rows that lack the notional value and fees of either sign."""

from dataclasses import replace
from typing import Any

from dashboard.domain.fill import Fee, Fill
from dashboard.domain.market import Instrument
from dashboard.exchange import normalize_account
from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.adapters.binance import LISTEN_KEY_RENEWAL_S, BinanceAdapter
from dashboard.exchange.adapters.families import Params
from dashboard.exchange.normalize import Raw, number


class AsterAdapter(BinanceAdapter):
    """Reads an Aster account, whose protocol is that of Binance's USD-margined futures."""

    def __init__(self, exchange: Any) -> None:
        """Renews the listen key in time: ccxt does so only when it has expired."""
        AccountAdapter.__init__(self, exchange)
        exchange.options["leverageBrackets"] = {}
        exchange.options["listenKeyRefreshRate"] = {"swap": LISTEN_KEY_RENEWAL_S * 1000}

    def fill(self, row: Raw, instrument: Instrument) -> Fill | None:
        """Returns the fill. ccxt drops the sign of its fee: a negative one is a rebate."""
        read, info = normalize_account.fill(row, instrument), normalize_account.info_of(row)
        commission, asset = number(info.get("commission")), info.get("commissionAsset")
        return read if commission is None or not asset else replace(read, fees=(Fee(commission, asset),))

    async def watch_trades(self, params: Params) -> list[Raw]:
        """Waits for the next trades. ccxt's own method raises for want of a market type, though given."""
        kind = params["type"]
        await self.ccxt.authenticate(kind)
        url = self.ccxt.get_private_url(kind)
        self.ccxt.set_balance_cache(self.ccxt.client(url), kind)
        trades = await self.ccxt.watch_multiple(url, ["myTrades"], None, [kind])
        count = trades.getLimit(None, None)
        return list(self.ccxt.filter_by_symbol_since_limit(trades, None, None, count, True))
