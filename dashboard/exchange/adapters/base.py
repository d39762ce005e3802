"""AccountAdapter: how the account of one exchange is requested and its rows are read."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from dashboard.domain.fill import Fill
from dashboard.domain.funding import Funding
from dashboard.domain.market import Instrument
from dashboard.domain.position import Position
from dashboard.domain.unread_part import UnreadPart
from dashboard.errors import DashboardError, ExchangeUnavailable
from dashboard.exchange import normalize_account
from dashboard.exchange.adapters.families import Params, PositionFamily, PositionRows
from dashboard.exchange.ccxt_errors import translate_errors
from dashboard.exchange.normalize import Raw
from dashboard.exchange.pagination import PAGE_SIZE, Span, fetch_all_rows

_ROW_KEY = ("symbol", "side", "id", "marginMode")
"""Rows that agree in these are one position, returned by two requests."""

Request = Callable[[], Awaitable[Sequence[Raw]]]


class AccountAdapter:
    """Requests and reads an account as most exchanges allow it. Subclasses override what differs.

    Requests raise ccxt's errors, except `fetch_positions`, which raises DashboardErrors.
    """

    position_families: tuple[PositionFamily, ...] = (PositionFamily("positions"),)
    fill_streams: tuple[Params, ...] = ({"type": "swap"},)
    """Parameters of each websocket stream of fills, if any. Without a type many stream spot trades."""
    trade_params: tuple[Params, ...] = ({},)
    """Parameters of each request for the history of fills."""
    closed_position_params: tuple[Params, ...] = ({},)
    """Parameters of each request for closed positions."""
    has_funding_ids = True
    """False if ccxt gives every funding payment the same id."""

    def __init__(self, exchange: Any) -> None:
        """`exchange` is ccxt's object, with credentials and markets."""
        self.ccxt = exchange
        self.id: str = exchange.id

    def list_in(self, response: Any, *keys: str) -> list[Raw]:
        """Returns the list at `keys` of the exchange's own response; empty for null.

        Raises ExchangeUnavailable without one: an error of the exchange is not an empty account.
        """
        *parents, key = keys
        found = self.mapping_in(response, *parents)
        if not isinstance(found.get(key, ""), list | None):
            raise self._malformed(keys)
        return list(found[key] or ())

    def mapping_in(self, response: Any, *keys: str) -> Raw:
        """Returns the mapping at `keys` of a response. Raises ExchangeUnavailable without one."""
        found = response
        for key in keys:
            found = found.get(key) if isinstance(found, Mapping) else None
        if not isinstance(found, Mapping):
            raise self._malformed(keys)
        return found

    def _malformed(self, keys: Sequence[str]) -> ExchangeUnavailable:
        return ExchangeUnavailable(f"{self.id}: the response has no {'.'.join(keys)}; it is requested again")

    # --- Positions

    async def fetch_positions(self, including: Instrument | None = None) -> PositionRows:
        """Returns the rows of all families. A family that fails is unread; raises if all of them fail.

        `including` is requested by its symbol, where an exchange omits its kind from the full list.
        """
        rows: list[Raw] = []
        unread: list[UnreadPart] = []
        requests: list[tuple[PositionFamily, Request]] = [
            (family, partial(self.fetch_family, family)) for family in self.position_families
        ]
        if including is not None and self.is_omitted(including):
            named = PositionFamily(
                including.symbol, covers=lambda market: market["symbol"] == including.symbol
            )
            requests.append((named, partial(self.fetch_market_positions, including)))
        failure: DashboardError | None = None
        for family, request in requests:
            try:
                rows += await self._read(request)
            except DashboardError as error:
                failure = error
                unread.append(family.unread(self.ccxt.markets or {}, str(error)))
        if failure is not None and len(unread) == len(requests):
            raise failure
        distinct = {tuple(map(row.get, _ROW_KEY)): row for row in rows}
        return PositionRows(tuple(distinct.values()), tuple(unread))

    async def _read(self, request: Request) -> Sequence[Raw]:
        with translate_errors(self.id):
            return await request()

    async def fetch_family(self, family: PositionFamily) -> Sequence[Raw]:
        """Returns the rows of one family."""
        rows: Sequence[Raw] = await self.ccxt.fetch_positions(None, dict(family.params))
        return rows

    def is_omitted(self, instrument: Instrument) -> bool:
        """True if no family includes the market, so that it must be requested by its symbol."""
        return instrument.is_contract and instrument.settle not in ("USDT", "USDC")

    async def fetch_market_positions(self, instrument: Instrument) -> Sequence[Raw]:
        """Returns the rows of one market."""
        rows: Sequence[Raw] = await self.ccxt.fetch_positions([instrument.symbol])
        return [row for row in rows if row.get("symbol") == instrument.symbol]

    def position(self, row: Raw, instrument: Instrument) -> Position:
        """Returns an open position, without its mode. Raises ExchangeUnavailable if it is unreadable."""
        return normalize_account.position(row, instrument)

    def is_hedged(self, row: Raw) -> bool | None:
        """True if the row states hedge mode, False if it states one-way mode, else None."""
        hedged = row.get("hedged")
        return hedged if isinstance(hedged, bool) else None

    async def fetch_closed_positions(self, since: int) -> list[Raw]:
        """Returns rows of positions closed at or after `since` (ms since 1970), of the newest pages."""
        rows: list[Raw] = []
        for params in self.closed_position_params:
            # No `since`: ccxt would compare it with the time at which a position was opened.
            rows += await self.ccxt.fetch_positions_history(None, None, PAGE_SIZE, dict(params))
        return [row for row in rows if normalize_account.closed_at(row) >= since]

    # --- Fills

    async def fetch_trades(self, symbol: str, since: int, until: int) -> list[Raw]:
        """Returns all rows of the account's trades in one market, in a span of time (ms since 1970)."""
        rows: list[Raw] = []
        for params in self.trade_params:

            async def fetch_page(span: Span, params: Params = params) -> list[Raw]:
                return await self.fetch_trades_page(symbol, span, params)

            rows += await fetch_all_rows(self.id, fetch_page, since, until)
        return rows

    async def fetch_trades_page(self, symbol: str, span: Span, params: Params) -> list[Raw]:
        """Returns one page of trades in a span of time."""
        since, until = span
        return list(await self.ccxt.fetch_my_trades(symbol, since, PAGE_SIZE, {"until": until, **params}))

    def fill(self, row: Raw, instrument: Instrument) -> Fill | None:
        """Returns the fill; None for a row that is no trade. Raises ExchangeUnavailable if unreadable."""
        return normalize_account.fill(row, instrument)

    async def watch_trades(self, params: Params) -> list[Raw]:
        """Waits for the next trades of one stream."""
        return list(await self.ccxt.watch_my_trades(params=dict(params)))

    def has_all_fill_streams(self) -> bool:
        """True if one connection has every stream: a trade of any stream ends the wait for all of them."""
        return False

    # --- Funding

    async def fetch_funding(self, symbol: str, since: int, until: int) -> list[Raw]:
        """Returns all rows of funding payments in one market, in a span of time (ms since 1970)."""

        async def fetch_page(span: Span) -> list[Raw]:
            params = {"until": span[1]}
            return list(await self.ccxt.fetch_funding_history(symbol, span[0], PAGE_SIZE, params))

        return await fetch_all_rows(self.id, fetch_page, since, until)

    def payment(self, row: Raw, instrument: Instrument) -> Funding:
        """Returns a funding payment. Raises ExchangeUnavailable if it is unreadable."""
        payment = normalize_account.payment(row, instrument)
        if self.has_funding_ids:
            return payment
        return replace(payment, id=f"{instrument.symbol}@{payment.paid_at}")
