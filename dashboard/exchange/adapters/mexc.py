"""MEXC: sides as numbers, one position mode for the account, and pages by number."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from dashboard.domain.fill import Fill, TradeSide
from dashboard.domain.funding import Funding
from dashboard.domain.market import Instrument
from dashboard.domain.position import Position, Side
from dashboard.errors import DashboardError
from dashboard.exchange import normalize_account
from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.adapters.families import Params, PositionRows
from dashboard.exchange.ccxt_errors import translate_errors
from dashboard.exchange.normalize import Raw, positive
from dashboard.exchange.pagination import PAGE_SIZE, Span, fetch_pages

_SIDES: Mapping[str, tuple[TradeSide, Side]] = {
    "1": (TradeSide.BUY, Side.LONG),  # opens a long
    "2": (TradeSide.BUY, Side.SHORT),  # closes a short
    "3": (TradeSide.SELL, Side.SHORT),  # opens a short
    "4": (TradeSide.SELL, Side.LONG),  # closes a long
}
"""Source: https://www.mexc.com/api-docs/futures/account-and-trading-endpoints/get-order-trade-details"""
_POSITION_TYPES = {"1": Side.LONG, "2": Side.SHORT}
_HEDGED = {"1": True, "2": False}
"""Position modes. Any other, or none, is unknown; ccxt would take it for one-way."""


class MexcAdapter(AccountAdapter):
    """Reads a MEXC futures account. One request returns the positions of all markets."""

    _hedged: bool | None = None

    async def fetch_positions(self, including: Instrument | None = None) -> PositionRows:
        """Returns the rows of all positions, and reads the account's position mode, which rows lack."""
        with suppress(DashboardError), translate_errors(self.id):
            stated = normalize_account.info_of(await self.ccxt.fetch_position_mode())
            self._hedged = _HEDGED.get(str(stated.get("data")))
        return await super().fetch_positions(including)

    def is_omitted(self, instrument: Instrument) -> bool:
        """False: the request has every contract."""
        return False

    def is_hedged(self, row: Raw) -> bool | None:
        """True in hedge mode, which holds for the whole account."""
        return self._hedged

    def position(self, row: Raw, instrument: Instrument) -> Position:
        """Returns an open position, with the average entry of what is held, not of all that was opened."""
        info = normalize_account.info_of(row)
        read = super().position({**row, "entryPrice": info.get("holdAvgPrice")}, instrument)
        opened_at = positive(info.get("createTime"))
        return replace(read, opened_at=None if opened_at is None else int(opened_at))

    async def fetch_trades_page(self, symbol: str, span: Span, params: Params) -> list[Raw]:
        """Returns the trades of a span of time."""
        since, until = span
        request = {"end_time": until, **params}
        return list(await self.ccxt.fetch_my_trades(symbol, since, PAGE_SIZE, request))

    def fill(self, row: Raw, instrument: Instrument) -> Fill | None:
        """Returns the fill. ccxt knows neither the sides 2 to 4 nor the fields of a streamed fill."""
        info = normalize_account.info_of(row)
        trade_side, position_side = _SIDES.get(str(info.get("side")), (None, None))
        stated = {
            "side": trade_side,
            "amount": info.get("vol"),
            "timestamp": info.get("timestamp"),
            "fee": {"cost": info.get("fee"), "currency": info.get("feeCurrency")},
            "fees": None,
        }
        hedged = _HEDGED.get(str(info.get("positionMode")))
        read = normalize_account.fill({**row, **stated}, instrument)
        return replace(read, position_side=position_side if hedged is not False else None, hedged=hedged)

    async def fetch_funding(self, symbol: str, since: int, until: int) -> list[Raw]:
        """Returns the payments since a time: pages by number, the newest first."""

        async def fetch_page(number: str | None) -> tuple[list[Raw], str | None]:
            page: list[Raw] = await self.ccxt.fetch_funding_history(
                symbol, None, PAGE_SIZE, {"page_num": int(number or 1)}
            )
            is_last = len(page) < PAGE_SIZE or page[-1]["timestamp"] < since
            return page, None if is_last else str(int(number or 1) + 1)

        rows = await fetch_pages(self.id, fetch_page)
        return [row for row in rows if row["timestamp"] >= since]

    def payment(self, row: Raw, instrument: Instrument) -> Funding:
        """Returns a payment, in hedge mode with the side of its position."""
        side = _POSITION_TYPES.get(str(normalize_account.info_of(row).get("positionType")))
        return replace(super().payment(row, instrument), position_side=side if self._hedged else None)
