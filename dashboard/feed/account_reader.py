"""Account snapshots: open positions, and the history needed to reconcile them."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from dashboard.clock import now_ms
from dashboard.domain.events import AccountSnapshot
from dashboard.domain.fill import Fill
from dashboard.domain.funding import Funding
from dashboard.domain.market import Instrument
from dashboard.domain.position import Position, Side
from dashboard.errors import ExchangeLacks
from dashboard.exchange.account_client import AccountClient, AccountPositions
from dashboard.exchange.exchange_client import ExchangeClient

_WEEK_MS = 7 * 24 * 3_600_000
_HOUR_MS = 3_600_000
_OVERLAP_MS = 60_000
"""Requested again with each history: an exchange may list a fill late."""


class KnownPositions(Protocol):
    """The positions known so far, as far as a snapshot needs them."""

    @property
    def complete_until(self) -> int | None:
        """The exchange's time until which every fill is known; None before the first full snapshot."""

    def symbols(self) -> frozenset[str]:
        """The markets with an open position."""

    def in_doubt(self, snapshot: AccountSnapshot, /) -> frozenset[str]:
        """The markets whose positions differ from those of the snapshot."""


class AccountReader:
    """Takes snapshots. If one differs from the known positions, it fetches fills and reads them again."""

    def __init__(self, client: AccountClient, markets: ExchangeClient, known: KnownPositions) -> None:
        self._client = client
        self._markets = markets
        self._known = known
        self._last_full_hour = 0
        self.main: Instrument | None = None
        """The market chosen by the user: some exchanges report its position only if it is named."""
        self.after_gap = True
        """True if fills may have been missed since the last snapshot."""

    async def read(self) -> AccountSnapshot:
        """Returns a snapshot. Raises ExchangeUnavailable or a UsageError if any part of it fails."""
        after_gap, self.after_gap = self.after_gap, False
        try:
            return await self._read(after_gap=after_gap)
        except BaseException:
            self.after_gap = True
            raise

    async def _read(self, *, after_gap: bool) -> AccountSnapshot:
        started_at = now_ms()
        held = await self._client.fetch_positions(self.main)
        snapshot = AccountSnapshot(
            now_ms(),
            held.asked_at,
            held.positions,
            unread=held.unread,
            position_modes=held.position_modes,
            started_at=started_at,
        )
        differing = self._known.in_doubt(snapshot)
        # Everything is fetched once an hour: funding is paid then, and two lost fills may cancel out.
        full = after_gap or held.asked_at // _HOUR_MS != self._last_full_hour
        if not full and not differing:
            return snapshot
        closed = await self._closed_positions()
        symbols = set(differing)
        if full:
            symbols |= self._known.symbols() | _symbols(held.positions) | {symbol for symbol, _ in closed}
        fills, funding = await self._history(symbols, held, with_funding=full)
        snapshot = replace(snapshot, recently_closed=closed, fills=fills, funding=funding)
        if full:
            snapshot = replace(snapshot, complete_until=held.asked_at)
            self._last_full_hour = held.asked_at // _HOUR_MS
        return await self._read_again(snapshot) if differing else snapshot

    async def _read_again(self, snapshot: AccountSnapshot) -> AccountSnapshot:
        """Reads the positions a second time: those that differ between the two reads are moving."""
        started_at = now_ms()
        again = await self._client.fetch_positions(self.main)
        before, after = _sizes(snapshot.positions), _sizes(again.positions)
        moving = frozenset(symbol for symbol, *_ in before ^ after)
        return replace(
            snapshot,
            received_at=now_ms(),
            requested_at=again.asked_at,
            positions=again.positions,
            unread=again.unread,
            position_modes=again.position_modes,
            started_at=started_at,
            inconsistent_symbols=moving,
        )

    async def _closed_positions(self) -> frozenset[tuple[str, Side]]:
        since = self._known.complete_until
        if since is None:
            return frozenset()
        return await self._client.fetch_closed_positions(since - _OVERLAP_MS)

    async def _history(
        self, symbols: Iterable[str], held: AccountPositions, *, with_funding: bool
    ) -> tuple[tuple[Fill, ...], tuple[Funding, ...]]:
        fills: list[Fill] = []
        funding: list[Funding] = []
        for symbol in sorted(symbols):
            with suppress(ExchangeLacks):  # a delisted market
                instrument = self._markets.instrument(symbol)
                since = self._history_start(symbol, held)
                fills += await self._client.fetch_fills(instrument, since)
                if with_funding:
                    funding += await self._client.fetch_funding(instrument, since)
        return tuple(fills), tuple(funding)

    def _history_start(self, symbol: str, held: AccountPositions) -> int:
        """The time from which fills are unknown, or else the opening of the position, or a week ago."""
        known = self._known.complete_until
        if known is not None:
            return known - _OVERLAP_MS
        own = [each.opened_at for each in held.positions if each.instrument.symbol == symbol]
        opened = [time for time in own if time is not None]
        return min(opened) if opened else held.asked_at - _WEEK_MS


def _symbols(positions: Collection[Position]) -> set[str]:
    return {position.instrument.symbol for position in positions}


def _sizes(positions: Collection[Position]) -> set[tuple[str, Side, object, object]]:
    return {(each.instrument.symbol, each.side, each.contracts, each.entry_price) for each in positions}
