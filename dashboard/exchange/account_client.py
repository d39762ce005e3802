"""AccountClient: positions, fills and funding of one account, read through ccxt."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ccxt.base.errors import NetworkError

from dashboard.clock import now_ms, wall_ms
from dashboard.domain.fill import Fill
from dashboard.domain.funding import Funding
from dashboard.domain.market import Instrument
from dashboard.domain.position import Position, Side
from dashboard.domain.stated_liquidation import without_passed_liquidation
from dashboard.domain.unread_part import UnreadPart
from dashboard.errors import DashboardError, ExchangeLacks, ExchangeUnavailable
from dashboard.exchange import normalize_account
from dashboard.exchange.adapters.adapter_registry import adapter_for
from dashboard.exchange.adapters.families import PositionRows
from dashboard.exchange.ccxt_errors import UNREADABLE, translate_errors
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.exchange_client import ExchangeClient
from dashboard.exchange.factory import build_exchange, reject_non_json_responses
from dashboard.exchange.fill_streams import FillStreams
from dashboard.exchange.normalize import Raw, positive
from dashboard.outside_text import scrub

log = logging.getLogger(__name__)

_UNREADABLE = (ExchangeUnavailable, *UNREADABLE)
"""Errors of a row: those that adapters raise, and any of a row of another form than the documented one."""
_MAX_NAME = 60
"""Characters of a symbol as a row has it."""
_CLOCK_WAIT_S = 1.0
"""Longest wait for the exchange's time after its positions, once it was measured."""


@dataclass(frozen=True, slots=True)
class AccountPositions:
    """All open positions as the exchange reported them."""

    asked_at: int
    """The exchange's time of the request, in ms since 1970 (UTC)."""
    positions: tuple[Position, ...]
    unread: tuple[UnreadPart, ...] = ()
    """Parts of the account that could not be read."""
    position_modes: Mapping[str, bool] = field(default_factory=dict)
    """True for symbols that rows state to be in hedge mode, False for one-way mode; absent if unstated."""
    started_at: int = 0
    """Instant before the request, in ms of the monotonic clock."""
    received_at: int = 0
    """Instant of the response, by the same clock."""


@dataclass(frozen=True, slots=True)
class StreamedFills:
    """Fills of the websocket."""

    fills: tuple[Fill, ...]
    unread: tuple[UnreadPart, ...] = ()
    """Markets with a fill that could not be read."""


class AccountClient:
    """Reads one account. Its connections are separate from those of the price feed.

    All coroutines must run in one event loop. They raise the same errors as those of ExchangeClient.
    The markets are shared with an ExchangeClient, which has to load them. Only swaps and futures are
    returned.
    """

    def __init__(self, credentials: Credentials, markets: ExchangeClient) -> None:
        """Raises UsageError if the exchange, its testnet or the credentials cannot be used."""
        self._ccxt: Any = build_exchange(credentials)
        reject_non_json_responses(self._ccxt)
        self._markets = markets
        self._clock_offset_ms: int | None = None
        """The exchange's time minus the monotonic clock, at most; None if it was never measured."""
        self._adapter = adapter_for(self._ccxt)
        self._fill_streams = FillStreams(self._adapter)
        self._unlisted: set[str] = set()
        self._reload_for: set[str] = set()
        self._unsupported: dict[str, str] = {}
        """Reasons for which the positions and fills in a market cannot be read."""
        self.id = credentials.exchange

    @property
    def can_watch_fills(self) -> bool:
        """True if the exchange has a websocket for fills."""
        return self._has("watchMyTrades") and bool(self._adapter.fill_streams)

    async def fetch_positions(self, including: Instrument | None = None) -> AccountPositions:
        """Returns all open positions.

        `including` is requested by its symbol too, where an exchange omits its kind from the full list.
        """
        await self._ensure_markets()
        if not self._has("fetchPositions"):
            raise ExchangeLacks(f"{self.id} does not support reading positions: use another exchange")
        started_at = now_ms()
        read = await self._fetch_position_rows(including)
        asked_at = self._exchange_time_ms(started_at)
        positions, unreadable = self._read_positions(read.rows)
        modes = self._stated_modes(read.rows)
        return AccountPositions(
            asked_at, positions, read.unread + unreadable, modes, started_at, received_at=now_ms()
        )

    async def _fetch_position_rows(self, including: Instrument | None) -> PositionRows:
        """Requests positions and time together: either clock may be set at any moment."""
        clock = asyncio.create_task(self._measure_clock())
        try:
            rows = await self._adapter.fetch_positions(including)
            await asyncio.wait((clock,), timeout=None if self._clock_offset_ms is None else _CLOCK_WAIT_S)
            return rows
        finally:
            clock.cancel()

    def _read_positions(self, rows: Iterable[Raw]) -> tuple[tuple[Position, ...], tuple[UnreadPart, ...]]:
        """Returns the open positions, and the markets with an unreadable row: they are not flat."""
        positions: list[Position] = []
        unread: list[UnreadPart] = []
        for row in filter(normalize_account.is_open, rows):
            symbol = str(row.get("symbol"))
            try:
                instrument = self._find_contract(symbol)
                if instrument is None:
                    if symbol in self._unsupported:
                        unread.append(_unread_market(symbol, self._unsupported[symbol]))
                    continue
                read = without_passed_liquidation(
                    self._adapter.position(row, instrument), positive(row.get("markPrice"))
                )
            except _UNREADABLE as error:
                unread.append(_unread_market(symbol, error))
            else:
                positions.append(read)
        return tuple(positions), tuple(unread)

    async def fetch_fills(self, instrument: Instrument, since: int, until: int) -> tuple[Fill, ...]:
        """Returns the fills from `since` to `until` (ms since 1970), of 90 days at most.

        Raises ExchangeUnavailable if one of them is unreadable: the others alone would be no history.
        """
        await self._ensure_markets()
        with translate_errors(self.id):
            rows = await self._adapter.fetch_trades(instrument.symbol, since, until)
            own = (row for row in rows if row.get("symbol") in (instrument.symbol, None))
            fills = (self._adapter.fill(row, instrument) for row in own)
            return tuple(fill for fill in fills if fill is not None)

    async def fetch_funding(self, instrument: Instrument, since: int, until: int) -> tuple[Funding, ...]:
        """Returns funding payments from `since` to `until` (ms since 1970); empty if unsupported."""
        if instrument.kind != "swap" or not self._has("fetchFundingHistory"):
            return ()
        await self._ensure_markets()
        with translate_errors(self.id):
            rows = await self._adapter.fetch_funding(instrument.symbol, since, until)
            own = (row for row in rows if row.get("symbol") == instrument.symbol)
            return tuple(self._adapter.payment(row, instrument) for row in own)

    async def fetch_closed_positions(self, since: int) -> frozenset[tuple[str, Side]]:
        """Returns symbol and side of the positions closed since `since`; empty if unsupported."""
        if not self._has("fetchPositionsHistory"):
            return frozenset()
        await self._ensure_markets()
        with translate_errors(self.id):
            return normalize_account.closed_positions(await self._adapter.fetch_closed_positions(since))

    async def watch_fills(self) -> StreamedFills:
        """Waits for the next fills of the websocket."""
        await self._ensure_markets()
        with translate_errors(self.id):
            rows = await self._fill_streams.next_trades()
        fills: list[Fill] = []
        unread: list[UnreadPart] = []
        for row in rows:
            symbol = str(row.get("symbol"))
            try:
                instrument = self._find_contract(symbol)
                fill = self._adapter.fill(row, instrument) if instrument is not None else None
            except _UNREADABLE as error:
                unread.append(_unread_market(symbol, error))
            else:
                fills += [fill] if fill is not None else []
        return StreamedFills(tuple(fills), tuple(unread))

    def reset_websockets(self) -> None:
        """Drops the account's websockets: pending watchers fail, and the next one reconnects."""
        for connection in list(self._ccxt.clients.values()):
            connection.on_error(NetworkError("the websocket was silent"))

    async def close(self) -> None:
        """Closes all connections."""
        await self._ccxt.close()

    async def _ensure_markets(self) -> None:
        """Shares the loaded markets. Reloads them first if a row named an unlisted symbol."""
        if self._reload_for:
            with suppress(ExchangeUnavailable):  # the other markets are known; the next request tries again
                await self._markets.load_markets()
                self._unlisted |= self._reload_for
                self._reload_for.clear()
        self._markets.share_markets_with(self._ccxt)

    def _find_contract(self, symbol: str) -> Instrument | None:
        """Returns the market of a position or fill; None if it is unsupported or no contract.

        Raises ExchangeUnavailable for a symbol that may be newly listed: the next request reloads the
        markets.
        """
        try:
            instrument = self._markets.instrument(symbol)
        except ExchangeLacks as error:
            if not self._markets.has_market(symbol) and symbol not in self._unlisted:
                self._reload_for.add(symbol)
                raise ExchangeUnavailable(
                    f"{self.id}: {symbol} is not among the loaded markets; the next request reloads them"
                ) from None
            if symbol not in self._unsupported:
                self._unsupported[symbol] = str(error)
                log.warning("positions and fills in %s are unknown: %s", symbol, error)
            return None
        return instrument if instrument.kind in ("swap", "future") else None

    def _stated_modes(self, rows: Iterable[Raw]) -> dict[str, bool]:
        """Returns the mode of each market whose rows state it, flat ones included."""
        stated = ((row.get("symbol"), self._adapter.is_hedged(row)) for row in rows)
        return {str(symbol): hedged for symbol, hedged in stated if symbol and hedged is not None}

    async def _measure_clock(self) -> None:
        """Measures the exchange's time; keeps the last measurement if it fails.

        The offset is a lower bound, as the response takes time, too: a time ahead of the exchange's would
        judge a trade after a request as one before it. It is relative to the monotonic clock, so that a
        step of the local clock between two measurements changes nothing.
        """
        if self._has("fetchTime"):
            with suppress(DashboardError), translate_errors(self.id):
                self._clock_offset_ms = int(await self._ccxt.fetch_time()) - now_ms() - 1

    def _exchange_time_ms(self, at: int) -> int:
        """A lower bound of the exchange's time at `at`, an instant of the monotonic clock.

        By the local clock where the exchange's time was never read.
        """
        offset = wall_ms() - now_ms() if self._clock_offset_ms is None else self._clock_offset_ms
        return at + offset

    def _has(self, capability: str) -> bool:
        return bool(self._ccxt.has.get(capability))


def _unread_market(symbol: str, reason: object) -> UnreadPart:
    if isinstance(reason, Exception) and not isinstance(reason, DashboardError):
        log.error("a row of %s has an unknown form", scrub(symbol, _MAX_NAME), exc_info=reason)
        reason = f"a row has an unknown form ({type(reason).__name__}): see the log"
    return UnreadPart(scrub(symbol, _MAX_NAME), str(reason), frozenset((symbol,)))
