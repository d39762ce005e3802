"""OKX: one stream of fills; funding without an end of the span."""

from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.normalize import Raw
from dashboard.exchange.pagination import PAGE_SIZE


class OkxAdapter(AccountAdapter):
    """Reads an OKX account."""

    fill_streams = ({},)

    async def fetch_funding(self, symbol: str, since: int, until: int) -> list[Raw]:
        """Returns the newest hundred payments: ccxt does not support `until` here."""
        return list(await self.ccxt.fetch_funding_history(symbol, since, PAGE_SIZE))
