"""Kraken Futures: fills of all markets, backwards from a time."""

from dataclasses import replace

from dashboard.domain.fill import Fill
from dashboard.domain.market import Instrument
from dashboard.exchange import normalize_account
from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.adapters.families import Params
from dashboard.exchange.normalize import Raw
from dashboard.exchange.pagination import Span


class KrakenFuturesAdapter(AccountAdapter):
    """Reads a Kraken Futures account."""

    fill_streams = ({},)

    async def fetch_trades_page(self, symbol: str, span: Span, params: Params) -> list[Raw]:
        """Returns the trades of all markets before the end of the span."""
        since, until = span
        params = {"lastFillTime": self.ccxt.iso8601(until), **params}
        return list(await self.ccxt.fetch_my_trades(None, since, None, params))

    def fill(self, row: Raw, instrument: Instrument) -> Fill | None:
        """Returns the fill. Without `fee_paid` ccxt substitutes the public rate, which is no fee."""
        read = normalize_account.fill(row, instrument)
        return read if "fee_paid" in normalize_account.info_of(row) else replace(read, fees=())
