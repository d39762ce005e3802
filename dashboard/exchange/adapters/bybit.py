"""Bybit: positions by settlement coin and page, liquidations as trades of other types."""

from collections.abc import Sequence
from dataclasses import replace

from dashboard.domain.fill import Fill
from dashboard.domain.funding import Funding
from dashboard.domain.market import Instrument
from dashboard.domain.position import Side
from dashboard.exchange import normalize_account
from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.adapters.families import PositionFamily
from dashboard.exchange.normalize import Raw, number

_TRADE_TYPES = (
    "Trade", "BustTrade", "AdlTrade", "Settle", "Delivery", "BlockTrade", "MovePosition", "FutureSpread",
)  # fmt: skip
"""The execTypes that change a position. ccxt returns others, such as Funding, as trades too."""
_POSITIONS_PAGE_SIZE = 200


class BybitAdapter(AccountAdapter):
    """Reads a Bybit unified account."""

    position_families = (
        PositionFamily("USDT contracts", {"settleCoin": "USDT"}, lambda market: market["settle"] == "USDT"),
        PositionFamily("USDC contracts", {"settleCoin": "USDC"}, lambda market: market["settle"] == "USDC"),
        PositionFamily("inverse contracts", {"subType": "inverse"}, lambda market: bool(market["inverse"])),
    )
    fill_streams = ({},)
    trade_params = tuple({"execType": kind} for kind in ("Trade", "BustTrade", "AdlTrade", "Settle"))
    """ccxt requests ordinary trades only by default: liquidations are fills too."""
    closed_position_params = ({"subType": "linear"}, {"subType": "inverse"})

    def is_omitted(self, instrument: Instrument) -> bool:
        """False: the families have every contract."""
        return False

    async def fetch_family(self, family: PositionFamily) -> Sequence[Raw]:
        """Returns all pages. ccxt's own pagination is by timestamp, which positions lack."""
        rows: list[Raw] = []
        page = await super().fetch_family(family)
        rows += page
        while len(page) >= _POSITIONS_PAGE_SIZE and (cursor := _cursor(page)):
            params = {**family.params, "cursor": cursor}
            page = await self.ccxt.fetch_positions(None, params)
            rows += page
        return rows

    def fill(self, row: Raw, instrument: Instrument) -> Fill | None:
        """Returns the fill, with the side of its position as it would be in hedge mode."""
        info = normalize_account.info_of(row)
        if info.get("execType", "Trade") not in _TRADE_TYPES:
            return None
        read = normalize_account.fill(row, instrument)
        return replace(read, position_side=_position_side(read, number(info.get("closedSize"))))

    def payment(self, row: Raw, instrument: Instrument) -> Funding:
        """Returns a payment. ccxt returns it as a fee, positive if paid, in another coin."""
        read = super().payment(row, instrument)
        return replace(read, amount=read.amount.copy_negate(), currency=instrument.settle)


def _cursor(page: Sequence[Raw]) -> str | None:
    cursors = ((row.get("info") or {}).get("nextPageCursor") for row in page)
    return next((str(cursor) for cursor in cursors if cursor), None)


def _position_side(fill: Fill, closed_size: object) -> Side | None:
    """The position's side in hedge mode, where a fill either opens or closes."""
    if closed_size is None:
        return None
    return Side.LONG if (fill.trade_side.sign > 0) == (closed_size == 0) else Side.SHORT
