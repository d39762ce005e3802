"""Account snapshots: open positions, with the history that was read in the meantime."""

from collections.abc import Callable, Collection
from functools import partial
from typing import Protocol

from dashboard.domain.events import AccountSnapshot
from dashboard.domain.market import Instrument
from dashboard.domain.position import Position, Side
from dashboard.exchange.account_client import AccountClient, AccountPositions
from dashboard.exchange.exchange_client import ExchangeClient
from dashboard.feed.account_timeouts import AccountTimeouts
from dashboard.feed.backoff import backoff_delays
from dashboard.feed.history_reader import HistoryReader, KnownHistory

_HOUR_MS = 3_600_000
_MAX_FIRST_READINGS = 4
"""After these the first positions that still move are left to the next snapshot."""


class KnownPositions(KnownHistory, Protocol):
    """The positions known so far, as far as a snapshot needs them."""

    def symbols(self) -> frozenset[str]:
        """The markets with an open position."""

    def in_doubt(self, snapshot: AccountSnapshot, /) -> frozenset[str]:
        """The markets whose positions differ from those of the snapshot."""

    def settles_in_ms(self) -> int | None:
        """Milliseconds until a snapshot certainly includes every known fill; None if the newest one did."""


class AccountReader:
    """Takes snapshots. If positions differ from the known ones, it requests their fills and reads them again.

    It waits a moment for the fills: if they account for the difference, the exchange's figures need not be
    taken over. A history that takes longer is part of a later snapshot.
    """

    def __init__(
        self,
        client: AccountClient,
        markets: ExchangeClient,
        known: KnownPositions,
        *,
        timeouts: AccountTimeouts,
        on_history: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_history` is called when history was read that the newest snapshot does not have."""
        self._client = client
        self._known = known
        self._timeouts = timeouts
        self._on_history = on_history
        self._last_whole_hour = 0
        self._in_doubt: set[str] = set()
        delays = partial(backoff_delays, timeouts.first_retry_s, timeouts.history_retry_cap_s)
        self.history = HistoryReader(client, markets, known, delays=delays, on_idle=self._on_idle)
        self.main: Instrument | None = None
        """The market chosen by the user: some exchanges report its position only if it is named."""
        self.after_gap = True
        """True if fills may have been missed since the last snapshot."""

    def doubt(self, symbols: Collection[str]) -> None:
        """Requests the fills of these markets with the next snapshot."""
        self._in_doubt.update(symbols)

    async def read(self) -> AccountSnapshot:
        """Returns a snapshot. Raises ExchangeUnavailable or a UsageError if no positions can be read."""
        after_gap, self.after_gap = self.after_gap, False
        try:
            return await self._read(after_gap=after_gap)
        except BaseException:
            self.after_gap = True
            raise

    def confirm(self) -> None:
        """Forgets the history of the newest snapshot, which is part of the known positions now."""
        self.history.confirm()

    async def _read(self, *, after_gap: bool) -> AccountSnapshot:
        held = await self._client.fetch_positions(self.main)
        differing = self._known.in_doubt(self._snapshot(held)) - _unread_symbols(held)
        await self._read_history(held, differing, after_gap=after_gap)
        return self._snapshot(*await self._read_again(held)) if differing else self._snapshot(held)

    async def _read_again(self, held: AccountPositions) -> tuple[AccountPositions, frozenset[str]]:
        """Reads the positions once more. Returns them, and the markets that have moved in between.

        The first positions are read until none moves: one that is left out would be shown as none.
        """
        for _ in range(_MAX_FIRST_READINGS if self._known.complete_until is None else 1):
            before, held = held, await self._client.fetch_positions(self.main)
            moving = frozenset(symbol for symbol, *_ in _sizes(before) ^ _sizes(held))
            if not moving:
                break
        return held, moving

    async def _read_history(
        self, held: AccountPositions, differing: frozenset[str], *, after_gap: bool
    ) -> None:
        """Requests the history that is needed, and waits for it a moment."""
        urgent, self._in_doubt = differing | self._in_doubt, set()
        # Everything is requested once an hour: funding is paid then, and two lost fills may cancel out.
        hour = held.asked_at // _HOUR_MS
        whole = after_gap or hour != self._last_whole_hour
        if whole:
            self._last_whole_hour = hour
            others = self._known.symbols() | {each.instrument.symbol for each in held.positions}
            self.history.request(held, urgent, others, whole=True)
        elif urgent:
            self.history.request(held, urgent, whole=False)
        else:
            return
        is_first = self._known.complete_until is None
        timeouts = self._timeouts
        await self.history.wait_until_idle(
            timeouts.first_history_wait_s if is_first else timeouts.history_wait_s
        )

    def _snapshot(self, held: AccountPositions, moving: frozenset[str] = frozenset()) -> AccountSnapshot:
        history, progress = self.history.results(moving), self.history.progress
        return AccountSnapshot(
            held.received_at,
            held.asked_at,
            held.positions,
            unread=held.unread,
            position_modes=held.position_modes,
            fills=history.fills,
            funding=history.funding,
            recently_closed=history.closed,
            complete_until=history.complete_until,
            started_at=held.started_at,
            inconsistent_symbols=moving,
            history=str(progress) if progress else None,
        )

    def _on_idle(self) -> None:
        if self.history.has_results:
            self._on_history()


def _unread_symbols(held: AccountPositions) -> frozenset[str]:
    return frozenset(symbol for part in held.unread for symbol in part.symbols)


def _sizes(held: AccountPositions) -> set[tuple[str, Side, object, object]]:
    return {_size(position) for position in held.positions}


def _size(position: Position) -> tuple[str, Side, object, object]:
    return position.instrument.symbol, position.side, position.contracts, position.entry_price
