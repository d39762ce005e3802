"""BingX: one API for USDT and USDC contracts, another for coin-margined ones, with fills by order."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from dashboard.domain.fill import Fill
from dashboard.domain.market import Instrument, Payoff
from dashboard.domain.position import Position
from dashboard.errors import DashboardError
from dashboard.exchange import normalize_account
from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.adapters.families import Params, PositionFamily, PositionRows
from dashboard.exchange.ccxt_errors import translate_errors
from dashboard.exchange.normalize import Raw, number, positive
from dashboard.exchange.pagination import Span, fetch_all_rows, fetch_pages

_PAGE_SIZE = 1000
_REQUESTS: Mapping[str, str] = {
    "USDT and USDC contracts": "swapV2PrivateGetUserPositions",
    "coin-margined contracts": "cswapV1PrivateGetUserPositions",
}
"""ccxt's requests for the positions of each family."""
_MODES = {"true": True, "false": False}


class BingxAdapter(AccountAdapter):
    """Reads a BingX account. Its stream has updates of whole orders, without the id of a trade: no fills.

    Source: https://bingx-api.github.io/docs-v3/#/en/Swap
    """

    position_families = (
        PositionFamily("USDT and USDC contracts", covers=lambda market: bool(market["linear"])),
        PositionFamily("coin-margined contracts", covers=lambda market: bool(market["inverse"])),
    )
    fill_streams = ()

    _hedged: bool | None = None
    """The mode of USDT and USDC contracts; None if unknown."""

    # --- Positions

    async def fetch_positions(self, including: Instrument | None = None) -> PositionRows:
        """Returns the rows of all positions, and reads the position mode, which not all rows state."""
        with suppress(DashboardError), translate_errors(self.id):
            # Not by ccxt's method, which takes true for false unless it is a text.
            mode = self.mapping_in(await self.ccxt.swapV1PrivateGetPositionSideDual(), "data")
            self._hedged = _MODES.get(str(mode.get("dualSidePosition")).lower())
        return await super().fetch_positions(including)

    async def fetch_family(self, family: PositionFamily) -> Sequence[Raw]:
        """Returns the rows of one family. ccxt returns a response without a list as an empty one."""
        response = await getattr(self.ccxt, _REQUESTS[family.name])()
        return [self.ccxt.parse_position(row) for row in self.list_in(response, "data")]

    def is_omitted(self, instrument: Instrument) -> bool:
        """False: the two families have every contract."""
        return False

    def is_hedged(self, row: Raw) -> bool | None:
        """The mode of the account. Coin-margined positions are always kept by side."""
        if (self.ccxt.markets or {}).get(row.get("symbol"), {}).get("inverse"):
            return True
        single = normalize_account.info_of(row).get("onlyOnePosition")
        return not single if self._hedged is None and isinstance(single, bool) else self._hedged

    def position(self, row: Raw, instrument: Instrument) -> Position:
        """Returns an open position."""
        opened_at = positive(normalize_account.info_of(row).get("createTime"))
        read = super().position(row, instrument)
        return replace(read, opened_at=None if opened_at is None else int(opened_at))

    # --- Fills

    async def fetch_trades(self, symbol: str, since: int, until: int) -> list[Raw]:
        """Returns all trades in one market. Those of coin-margined contracts are requested by order."""
        market = self.ccxt.market(symbol)
        if not market["inverse"]:
            return await super().fetch_trades(symbol, since, until)

        async def fetch_orders(span: Span) -> list[Raw]:
            return await self._fetch_orders(market, span)

        rows: list[Raw] = []
        for order in await fetch_all_rows(self.id, fetch_orders, since, until):
            rows += await self._fetch_trades_of(order["id"], market)
        return [row for row in rows if row["timestamp"] >= since]

    async def fetch_trades_page(self, symbol: str, span: Span, params: Params) -> list[Raw]:
        """Returns one page of trades. ccxt requests those of whole orders, without ids."""
        market = self.ccxt.market(symbol)
        times = {"startTs": span[0], "endTs": span[1]}
        request = {"symbol": market["id"], "pageIndex": 1, "pageSize": _PAGE_SIZE, **times, **params}
        response = await self.ccxt.swapV2PrivateGetTradeFillHistory(request)
        found = self.list_in(response, "data", "fill_history_orders")
        return [self._parsed(row, market) for row in found]

    def _parsed(self, row: Raw, market: Any) -> Raw:
        """ccxt's row of a trade, with the time that it does not read."""
        filled_at = row.get("filledTime")
        parsed: Raw = self.ccxt.parse_trade(row, market)
        return parsed if filled_at is None else {**parsed, "timestamp": self.ccxt.parse8601(filled_at)}

    async def _fetch_orders(self, market: Any, span: Span) -> list[Raw]:
        """Returns id and time of the orders that were filled or canceled."""
        times = {"startTime": span[0], "endTime": span[1]}
        request = {"symbol": market["id"], "limit": _PAGE_SIZE, **times}
        response = await self.ccxt.cswapV1PrivateGetTradeOrderHistory(request)
        orders = self.list_in(response, "data", "orders")
        return [{"id": str(row["orderId"]), "timestamp": row["time"]} for row in orders]

    async def _fetch_trades_of(self, order: str, market: Any) -> list[Raw]:
        async def fetch_page(page: str | None) -> tuple[list[Raw], str | None]:
            request = {"orderId": order, "pageIndex": page or "1", "pageSize": _PAGE_SIZE}
            response = await self.ccxt.cswapV1PrivateGetTradeAllFillOrders(request)
            rows = [self._parsed(row, market) for row in self.list_in(response, "data")]
            return rows, str(int(page or 1) + 1) if len(rows) == _PAGE_SIZE else None

        return await fetch_pages(self.id, fetch_page)

    def fill(self, row: Raw, instrument: Instrument) -> Fill | None:
        """Returns the fill. A negative commission is paid; ccxt returns a rebate as if it were paid, too."""
        info = normalize_account.info_of(row)
        commission = number(info.get("commission"))
        currency = info.get("commissionAsset") or info.get("currency") or instrument.settle
        fee = {"cost": None if commission is None else -commission, "currency": currency}
        read = normalize_account.fill({**row, "fee": fee, "fees": None}, instrument)
        known = self._hedged if instrument.payoff is Payoff.LINEAR else True
        hedged = read.hedged if known is None else known
        return replace(
            read,
            position_side=read.position_side if hedged else None,
            hedged=hedged,
            realized_pnl=number(info.get("realisedPNL", info.get("realizedPnl"))),
        )
