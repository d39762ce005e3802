"""Bybit: positions by settlement coin and page, liquidations as trades of other types."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from dashboard.domain.fill import Fill
from dashboard.domain.funding import Funding
from dashboard.domain.market import Instrument, Payoff
from dashboard.domain.position import Position, Side
from dashboard.domain.reported_figures import ReportedFigures
from dashboard.errors import DashboardError
from dashboard.exchange import normalize_account
from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.adapters.families import Params, PositionFamily, PositionRows
from dashboard.exchange.ccxt_errors import translate_errors
from dashboard.exchange.normalize import Raw, number, positive
from dashboard.exchange.pagination import PAGE_SIZE, fetch_pages, spans

_TRADE_TYPES = (
    "Trade", "BustTrade", "AdlTrade", "Settle", "Delivery", "BlockTrade", "MovePosition", "FutureSpread",
)  # fmt: skip
"""The execTypes that change a position. ccxt returns others, such as Funding, as trades too."""
_MARGIN_MODES = {"ISOLATED_MARGIN": "isolated", "REGULAR_MARGIN": "cross", "PORTFOLIO_MARGIN": "cross"}
"""The account's margin mode; in portfolio margin all positions share the margin, too."""
_TRADE_MODES = {"0": "cross", "1": "isolated"}
"""The margin mode of a position, for contracts outside the unified account."""
_POSITION_SIDES = {"Buy": Side.LONG, "Sell": Side.SHORT}
_POSITIONS_PAGE_SIZE = 200
_MAX_SPAN_MS = 7 * 24 * 3_600_000
"""The longest span of one request for executions."""


class BybitAdapter(AccountAdapter):
    """Reads a Bybit unified account."""

    position_families = (
        PositionFamily(
            "USDT contracts",
            {"category": "linear", "settleCoin": "USDT"},
            lambda market: market["settle"] == "USDT",
        ),
        PositionFamily(
            "USDC contracts",
            {"category": "linear", "settleCoin": "USDC"},
            lambda market: market["settle"] == "USDC",
        ),
        PositionFamily("inverse contracts", {"category": "inverse"}, lambda market: bool(market["inverse"])),
    )
    fill_streams = ({},)
    closed_position_params = ({"subType": "linear"}, {"subType": "inverse"})

    def __init__(self, exchange: Any) -> None:
        super().__init__(exchange)
        self._settings: Raw = {}
        """The account's own settings, with the margin mode; empty if unknown."""

    async def fetch_positions(self, including: Instrument | None = None) -> PositionRows:
        """Returns the rows of all families, and reads the account's margin mode, which rows lack."""
        self._settings = {}
        with suppress(DashboardError), translate_errors(self.id):
            self._settings = self.mapping_in(await self.ccxt.privateGetV5AccountInfo({}), "result")
        return await super().fetch_positions(including)

    def is_omitted(self, instrument: Instrument) -> bool:
        """True for contracts: only a request by symbol returns flat rows, which state the mode."""
        return instrument.is_contract

    def position(self, row: Raw, instrument: Instrument) -> Position:
        """Returns an open position. ccxt converts the value of an inverse one, which is stated in coins."""
        read, info = super().position(row, instrument), normalize_account.info_of(row)
        reported = replace(read.reported or ReportedFigures(), notional=positive(info.get("positionValue")))
        return replace(
            read,
            leverage=positive(info.get("leverage")),
            margin_mode=self._margin_mode(info, instrument),
            reported=reported,
        )

    def _margin_mode(self, info: Raw, instrument: Instrument) -> str | None:
        """The account's margin mode. Older accounts have one for each position in some contracts."""
        is_inverse = instrument.payoff is not Payoff.LINEAR
        match self._settings.get("unifiedMarginStatus"):
            case 3 | 4 if is_inverse:
                return _TRADE_MODES.get(str(info.get("tradeMode")))
            case 3 | 4 | 5 | 6:
                return _MARGIN_MODES.get(str(self._settings.get("marginMode")))
            case 1:
                return _TRADE_MODES.get(str(info.get("tradeMode")))
        return None

    async def fetch_family(self, family: PositionFamily) -> Sequence[Raw]:
        """Returns all pages. ccxt's own pagination is by timestamp, which positions lack."""

        async def fetch_page(cursor: str | None) -> tuple[list[Raw], str | None]:
            request = {**family.params, "limit": _POSITIONS_PAGE_SIZE, **_at(cursor)}
            return self._page_of(await self.ccxt.privateGetV5PositionList(request))

        rows: Sequence[Raw] = self.ccxt.parse_positions(await fetch_pages(self.id, fetch_page))
        return rows

    async def fetch_closed_positions(self, since: int) -> list[Raw]:
        """Returns positions that are flat now: the list has partial closes, too."""
        rows = await super().fetch_closed_positions(since)
        flat: set[tuple[str, str]] = set()
        for symbol in sorted({row["symbol"] for row in rows}):
            held = await self.ccxt.fetch_positions([symbol])
            is_open = {row["side"] for row in held if normalize_account.is_open(row)}
            flat |= {(symbol, side) for side in Side if held and side not in is_open}
        return [row for row in rows if (row["symbol"], row["side"]) in flat]

    async def fetch_trades(self, symbol: str, since: int, until: int) -> list[Raw]:
        """Returns executions of all types at once. ccxt requests ordinary trades only."""
        rows = await self._executions(symbol, since, until)
        return list(self.ccxt.parse_trades(rows, self.ccxt.market(symbol)))

    async def fetch_funding(self, symbol: str, since: int, until: int) -> list[Raw]:
        """Returns the payments, which are executions, too."""
        rows = await self._executions(symbol, since, until, execType="Funding")
        return list(self.ccxt.parse_incomes(rows, self.ccxt.market(symbol)))

    async def _executions(self, symbol: str, since: int, until: int, **params: str) -> list[Raw]:
        """Returns the exchange's own rows, by its cursor: more than a page may have one time."""
        market = self.ccxt.market(symbol)
        category = "linear" if market["linear"] else "inverse"
        request = {"category": category, "symbol": market["id"], "limit": PAGE_SIZE, **params}
        rows: list[Raw] = []
        for start, end in spans(since, until, _MAX_SPAN_MS):
            span = {"startTime": start, "endTime": end}

            async def fetch_page(cursor: str | None, span: Params = span) -> tuple[list[Raw], str | None]:
                response = await self.ccxt.privateGetV5ExecutionList({**request, **span, **_at(cursor)})
                return self._page_of(response)

            rows += await fetch_pages(self.id, fetch_page)
        return rows

    def _page_of(self, response: Any) -> tuple[list[Raw], str | None]:
        """Returns the rows of a response, and the cursor of the next page."""
        return self.list_in(response, "result", "list"), response["result"].get("nextPageCursor")

    def fill(self, row: Raw, instrument: Instrument) -> Fill | None:
        """Returns the fill, with the side of its position as it would be in hedge mode."""
        info = normalize_account.info_of(row)
        if info.get("execType", "Trade") not in _TRADE_TYPES:
            return None
        read = normalize_account.fill(row, instrument)
        return replace(read, position_side=_position_side(read, number(info.get("closedSize"))))

    def payment(self, row: Raw, instrument: Instrument) -> Funding:
        """Returns a payment. ccxt returns it as a fee, positive if paid, in another coin.

        Its side is that of the position: orderId ends with it, as in 1682553600-BTCUSDT-592334-Sell.
        """
        read = super().payment(row, instrument)
        side = _POSITION_SIDES.get(str(normalize_account.info_of(row).get("side")))
        amount = read.amount.copy_negate()
        return replace(read, amount=amount, currency=instrument.settle, position_side=side)


def _at(cursor: str | None) -> Params:
    return {"cursor": cursor} if cursor else {}


def _position_side(fill: Fill, closed_size: object) -> Side | None:
    """The position's side in hedge mode, where a fill either opens or closes."""
    if closed_size is None:
        return None
    return Side.LONG if (fill.trade_side.sign > 0) == (closed_size == 0) else Side.SHORT
