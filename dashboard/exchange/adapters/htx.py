"""HTX (Huobi): the mode of a position stands in its row."""

from dashboard.domain.position import Side
from dashboard.exchange import normalize_account
from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.normalize import Raw


class HtxAdapter(AccountAdapter):
    """Reads an HTX account."""

    def is_hedged(self, row: Raw) -> bool | None:
        """True if the row names one side, False for `both`."""
        side = str(normalize_account.info_of(row).get("position_side") or "").lower()
        return side in tuple(Side) if side else None
