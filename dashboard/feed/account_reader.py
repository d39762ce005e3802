"""One reading of an account: what it holds, and what has to be asked besides to be sure of it."""

import logging
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

log = logging.getLogger(__name__)

_WEEK = 7 * 24 * 3_600_000
_HOUR = 3_600_000
_OVERLAP = 60_000
"""Milliseconds that are asked for twice: an exchange may list a fill a little late."""


class KnownPositions(Protocol):
    """What a reading has to know of the positions as they are known so far."""

    @property
    def complete_until(self) -> int | None:
        """The exchange's time up to which every fill is known; None before that was ever so."""

    def symbols(self) -> frozenset[str]:
        """The markets with an open position."""

    def in_doubt(self, reading: AccountSnapshot) -> frozenset[str]:
        """The markets in which the reading tells something else."""


class AccountReader:
    """Makes readings. Where one differs from the book, it asks for fills, and then once more."""

    def __init__(self, client: AccountClient, markets: ExchangeClient, book: KnownPositions) -> None:
        self._client = client
        self._markets = markets
        self._book = book
        self._hour = 0
        self.main: Instrument | None = None
        """The market asked for by the user: some exchanges tell of it only by its name."""
        self.gap = True
        """Whether fills may have been missed since the last reading."""

    async def read(self) -> AccountSnapshot:
        """Reads the account. Raises ExchangeUnavailable or a UsageError; then nothing is known."""
        gap, self.gap = self.gap, False
        try:
            return await self._read(gap=gap)
        except BaseException:
            self.gap = True
            raise

    async def _read(self, *, gap: bool) -> AccountSnapshot:
        held = await self._client.fetch_positions(self.main)
        reading = AccountSnapshot(now_ms(), held.asked_at, held.positions, held.hedged)
        doubt = self._book.in_doubt(reading)
        # Each hour everything is asked for: funding is paid then, and two lost fills may cancel out.
        full = gap or held.asked_at // _HOUR != self._hour
        if not full and not doubt:
            return reading
        closed = await self._closed()
        symbols = set(doubt)
        if full:
            symbols |= self._book.symbols() | _symbols(held.positions) | {symbol for symbol, _ in closed}
        fills, funding = await self._history(symbols, held, with_funding=full)
        reading = replace(reading, recently_closed=closed, fills=fills, funding=funding)
        if full:
            reading = replace(reading, complete_until=held.asked_at)
            self._hour = held.asked_at // _HOUR
        return await self._confirmed(reading) if doubt else reading

    async def _confirmed(self, reading: AccountSnapshot) -> AccountSnapshot:
        """The reading once more: what differs between the two answers is moving."""
        again = await self._client.fetch_positions(self.main)
        before, after = _figures(reading.positions), _figures(again.positions)
        moving = frozenset(symbol for symbol, *_ in before ^ after)
        return replace(
            reading,
            received_at=now_ms(),
            requested_at=again.asked_at,
            positions=again.positions,
            hedged=again.hedged,
            inconsistent_symbols=moving,
        )

    async def _closed(self) -> frozenset[tuple[str, Side]]:
        since = self._book.complete_until
        return frozenset() if since is None else await self._client.fetch_closed_positions(since - _OVERLAP)

    async def _history(
        self, symbols: Iterable[str], held: AccountPositions, *, with_funding: bool
    ) -> tuple[tuple[Fill, ...], tuple[Funding, ...]]:
        fills: list[Fill] = []
        funding: list[Funding] = []
        for symbol in sorted(symbols):
            with suppress(ExchangeLacks):  # a market that is no more listed
                instrument = self._markets.instrument(symbol)
                since = self._since(symbol, held)
                fills += await self._client.fetch_fills(instrument, since)
                if with_funding:
                    funding += await self._client.fetch_funding(instrument, since)
        return tuple(fills), tuple(funding)

    def _since(self, symbol: str, held: AccountPositions) -> int:
        """From when on fills are asked for: what is not known yet, else from the position's opening."""
        known = self._book.complete_until
        if known is not None:
            return known - _OVERLAP
        own = [each.opened_at for each in held.positions if each.instrument.symbol == symbol]
        opened = [time for time in own if time is not None]
        return min(opened) if opened else held.asked_at - _WEEK


def _symbols(positions: Collection[Position]) -> set[str]:
    return {position.instrument.symbol for position in positions}


def _figures(positions: Collection[Position]) -> set[tuple[str, Side, object, object]]:
    return {(each.instrument.symbol, each.side, each.contracts, each.entry_price) for each in positions}
