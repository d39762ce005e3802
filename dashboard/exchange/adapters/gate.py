"""Gate: an account for each settlement currency, perpetual or dated, and an own leverage in cross margin."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ccxt.base.errors import AccountNotEnabled

from dashboard.domain.fill import Fill
from dashboard.domain.market import Instrument
from dashboard.domain.position import Position, Side
from dashboard.exchange import normalize_account
from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.adapters.families import Params, PositionFamily
from dashboard.exchange.normalize import Raw, number, positive
from dashboard.exchange.pagination import PAGE_SIZE, Span, fetch_all_rows, fetch_pages


def _settles_in(currency: str, kind: str) -> Any:
    return lambda market: (market["settle"], market["type"]) == (currency, kind)


_FAMILIES = (
    PositionFamily("USDT perpetuals", {"type": "swap", "settle": "usdt"}, _settles_in("USDT", "swap")),
    PositionFamily("BTC perpetuals", {"type": "swap", "settle": "btc"}, _settles_in("BTC", "swap")),
    PositionFamily("USDT dated futures", {"type": "future", "settle": "usdt"}, _settles_in("USDT", "future")),
)
_COMPLETION_DELAYS_S = (0.0, 0.3, 1.0)
"""Before each request for a streamed fill: REST lists it a little later."""
_COMPLETION_SPAN_MS = 2000
"""Requested before and after a streamed fill: REST counts its span in whole seconds."""


class GateAdapter(AccountAdapter):
    """Reads a Gate futures account."""

    position_families = _FAMILIES
    fill_streams = (
        {"type": "swap", "subType": "linear"},
        {"type": "swap", "subType": "inverse"},
        {"type": "future", "subType": "linear"},
    )
    closed_position_params = tuple(family.params for family in _FAMILIES)

    def __init__(self, exchange: Any) -> None:
        """`exchange` is ccxt's object."""
        super().__init__(exchange)
        self._hedged_families: dict[str, bool] = {}
        """True if all of a family's rows stated hedge mode, which a market without rows has too."""

    def is_omitted(self, instrument: Instrument) -> bool:
        """False: the families have every contract."""
        return False

    async def fetch_family(self, family: PositionFamily) -> Sequence[Raw]:
        """Returns the rows of one family; none if its account was never funded, which is an error on Gate."""
        with suppress(AccountNotEnabled):
            rows = await super().fetch_family(family)
            self._hedged_families[family.name] = bool(rows) and all(map(self.is_hedged, rows))
            return rows
        return []

    def position(self, row: Raw, instrument: Instrument) -> Position:
        """Returns an open position. A leverage of 0 is cross margin, whose leverage has its own field."""
        info = normalize_account.info_of(row)
        read = super().position(row, instrument)
        opened_at = positive(info.get("open_time"))
        return replace(
            read,
            leverage=positive(info.get("leverage")) or positive(info.get("cross_leverage_limit")),
            margin_mode=info.get("pos_margin_mode") or read.margin_mode,
            opened_at=None if opened_at is None else int(opened_at * 1000),
        )

    def is_hedged(self, row: Raw) -> bool | None:
        """True if the row's mode is that of one side, as in `dual_long`; False for `single`."""
        mode = normalize_account.info_of(row).get("mode")
        return str(mode).startswith("dual") if mode else None

    async def fetch_closed_positions(self, since: int) -> list[Raw]:
        """Returns rows of closed positions of all accounts that exist, of the newest pages."""
        rows: list[Raw] = []
        for params in self.closed_position_params:
            with suppress(AccountNotEnabled):
                rows += await self.ccxt.fetch_positions_history(None, None, PAGE_SIZE, dict(params))
        return [row for row in rows if normalize_account.closed_at(row) >= since]

    # --- Fills

    def fill(self, row: Raw, instrument: Instrument) -> Fill | None:
        """Returns the fill, with the side of its position as it would be in hedge mode."""
        read = normalize_account.fill(row, instrument)
        closed = number(normalize_account.info_of(row).get("close_size"))
        hedged = self._is_hedged_family(instrument.symbol) or None
        return replace(read, position_side=_position_side(read, closed), hedged=hedged)

    def _is_hedged_family(self, symbol: str) -> bool:
        market = (self.ccxt.markets or {}).get(symbol)
        families = (family for family in self.position_families if market and family.covers(market))
        return any(self._hedged_families.get(family.name, False) for family in families)

    async def fetch_trades(self, symbol: str, since: int, until: int) -> list[Raw]:
        """Returns all trades in a span of time. Those in dated futures are listed by offset only."""
        if self.ccxt.market(symbol)["type"] != "future":
            return await super().fetch_trades(symbol, since, until)

        async def fetch_page(offset: str | None) -> tuple[list[Raw], str | None]:
            # No `since`: ccxt would leave out older rows, and the page would look like the last one.
            params = {"offset": offset or "0"}
            page = list(await self.ccxt.fetch_my_trades(symbol, None, PAGE_SIZE, params))
            is_last = len(page) < PAGE_SIZE or min(int(row["timestamp"]) for row in page) < since
            return page, None if is_last else str(int(params["offset"]) + PAGE_SIZE)

        rows = {row["id"]: row for row in await fetch_pages(self.id, fetch_page)}
        return [row for row in rows.values() if since <= int(row["timestamp"]) <= until]

    async def watch_trades(self, params: Params) -> list[Raw]:
        """Waits for the next trades of one stream, which requires the id of the user."""
        if not self.ccxt.uid:
            self.ccxt.uid = await self._fetch_user_id()
        rows = await super().watch_trades(params)
        return await self._with_closed_sizes(rows)

    async def _fetch_user_id(self) -> str:
        for settle in ("usdt", "btc"):
            with suppress(AccountNotEnabled):
                account = await self.ccxt.privateFuturesGetSettleAccounts({"settle": settle})
                return str(account["user"])
        return str((await self.ccxt.privateAccountGetDetail({}))["user_id"])

    async def _with_closed_sizes(self, rows: list[Raw]) -> list[Raw]:
        """Returns trades in hedge mode as REST lists them: the stream omits whether they close a position."""
        complete = [row for row in rows if not self._lacks_side(row)]
        missing = {row["id"]: row for row in rows if self._lacks_side(row)}
        for delay_s in _COMPLETION_DELAYS_S:
            if not missing:
                break
            await asyncio.sleep(delay_s)
            listed = await self._fetch_again(list(missing.values()))
            complete += [row for row in listed if missing.pop(row["id"], None)]
        return complete

    def _lacks_side(self, row: Raw) -> bool:
        symbol, info = str(row.get("symbol")), normalize_account.info_of(row)
        return "close_size" not in info and self._is_hedged_family(symbol)

    async def _fetch_again(self, rows: Sequence[Raw]) -> list[Raw]:
        found: list[Raw] = []
        for row in rows:
            at = int(row["timestamp"])
            span = at - _COMPLETION_SPAN_MS, at + _COMPLETION_SPAN_MS
            found += await self.fetch_trades(str(row["symbol"]), *span)
        return found

    # --- Funding

    async def fetch_funding(self, symbol: str, since: int, until: int) -> list[Raw]:
        """Returns all payments. ccxt ignores `until`, and gives them no ids: those of two sides are equal."""

        async def fetch_page(span: Span) -> list[Raw]:
            params = {"to": span[1] // 1000}
            page = await self.ccxt.fetch_funding_history(symbol, span[0], PAGE_SIZE, params)
            return [{**row, "id": _payment_id(row)} for row in page]

        return await fetch_all_rows(self.id, fetch_page, since, until)


def _payment_id(row: Raw) -> str:
    """The account's balance after a payment distinguishes those of one time."""
    return f"{row['symbol']}@{row['timestamp']}={row['info'].get('balance')}"


def _position_side(fill: Fill, closed: Decimal | None) -> Side | None:
    """The position's side in hedge mode, where a fill either opens or closes."""
    if closed is None:
        return None
    return Side.LONG if (fill.trade_side.sign > 0) == (closed == 0) else Side.SHORT
