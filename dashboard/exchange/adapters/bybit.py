"""Bybit: positions by settlement coin and page, liquidations as trades of other types."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from dashboard.domain.fill import Fill
from dashboard.domain.funding import Funding
from dashboard.domain.market import Instrument
from dashboard.domain.position import Position, Side
from dashboard.domain.reported_figures import ReportedFigures
from dashboard.errors import DashboardError
from dashboard.exchange import normalize_account
from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.adapters.families import PositionFamily, PositionRows
from dashboard.exchange.ccxt_errors import translate_errors
from dashboard.exchange.normalize import Raw, number, positive

_TRADE_TYPES = (
    "Trade", "BustTrade", "AdlTrade", "Settle", "Delivery", "BlockTrade", "MovePosition", "FutureSpread",
)  # fmt: skip
"""The execTypes that change a position. ccxt returns others, such as Funding, as trades too."""
_MARGIN_MODES = {"ISOLATED_MARGIN": "isolated", "REGULAR_MARGIN": "cross", "PORTFOLIO_MARGIN": "cross"}
"""The account's margin mode; in portfolio margin all positions share the margin, too."""
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

    _margin_mode: str | None = None

    async def fetch_positions(self, including: Instrument | None = None) -> PositionRows:
        """Returns the rows of all families, and reads the account's margin mode, which rows lack."""
        self._margin_mode = await self._fetch_margin_mode()
        return await super().fetch_positions(including)

    async def _fetch_margin_mode(self) -> str | None:
        with suppress(DashboardError), translate_errors(self.id):
            response = await self.ccxt.privateGetV5AccountInfo()
            return _MARGIN_MODES.get(response["result"].get("marginMode"))
        return None

    def is_omitted(self, instrument: Instrument) -> bool:
        """True for contracts: only a request by symbol returns flat rows, which state the mode."""
        return instrument.is_contract

    def position(self, row: Raw, instrument: Instrument) -> Position:
        """Returns an open position. ccxt converts the value of an inverse one, which is stated in coins."""
        read = super().position(row, instrument)
        value = positive(normalize_account.info_of(row).get("positionValue"))
        reported = replace(read.reported or ReportedFigures(), notional=value)
        return replace(read, margin_mode=self._margin_mode, reported=reported)

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
