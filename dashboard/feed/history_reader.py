"""HistoryReader: the fills and funding of an account, read market by market in the background."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Protocol

from dashboard.domain.adjustment import PositionAdjustment
from dashboard.domain.fill import Fill
from dashboard.domain.funding import Funding
from dashboard.domain.history_progress import HistoryProgress
from dashboard.domain.market import Instrument
from dashboard.domain.position import Side
from dashboard.domain.reconcile import positions_by_key, reported_modes
from dashboard.domain.unread_part import UnreadPart
from dashboard.errors import ExchangeLacks, UsageError
from dashboard.exchange.account_client import AccountClient, AccountPositions
from dashboard.exchange.exchange_client import ExchangeClient
from dashboard.feed.history_parts import (
    CLOSED_POSITIONS,
    ClosedPositions,
    FillHistory,
    FundingHistory,
    funding_name,
)
from dashboard.feed.history_queue import HistoryPart, HistoryQueue

_OVERLAP_MS = 60_000
"""Requested again with each history: an exchange may list a fill late."""
_FUNDING_OVERLAP_MS = 9 * 3_600_000
"""The same for funding, which may be listed an hour late: the longest common interval, and that hour."""


class KnownHistory(Protocol):
    """The events known so far, as far as a history depends on them."""

    @property
    def complete_until(self) -> int | None:
        """The exchange's time until which every fill is known; None until a complete history was read."""

    def adoptions(self) -> tuple[PositionAdjustment, ...]:
        """Returns the exchange's figures with which positions began."""


@dataclass(frozen=True, slots=True)
class HistoryResults:
    """All that was read of the history since the last confirmed snapshot."""

    fills: tuple[Fill, ...] = ()
    funding: tuple[Funding, ...] = ()
    closed: frozenset[tuple[str, Side]] = frozenset()
    complete_until: int | None = None
    """The exchange's time up to which all markets are read; None while one is missing."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The history of one market that is requested."""

    until: int
    with_funding: bool


@dataclass(slots=True)
class _Whole:
    """A request for the history of all markets."""

    until: int
    missing: set[str]
    """Names of its parts that are not read yet."""


class HistoryReader:
    """Reads what is requested, and keeps it until a snapshot with it is confirmed.

    Nothing waits for it: positions begin with the exchange's figures, and the fills replace these once
    they account for them. The fills of a market are passed on when all of them are read, since a part of
    them may be a close without its opening.
    """

    def __init__(
        self,
        client: AccountClient,
        markets: ExchangeClient,
        known: KnownHistory,
        *,
        delays: Callable[[], Iterator[float]],
        on_idle: Callable[[], None],
    ) -> None:
        """`delays` are those of retries; `on_idle` is called once all is read or waits for a retry."""
        self._client = client
        self._markets = markets
        self._known = known
        self._queue = HistoryQueue(self._on_complete, on_idle, delays)
        self.run = self._queue.run
        self.wait_until_idle = self._queue.wait_until_idle
        self._closed = ClosedPositions(client)
        self._held = AccountPositions(0, ())
        self._wanted: dict[str, _Wanted] = {}
        self._round: dict[str, bool] = {}
        """The markets requested since nothing was wanted: True once they were read."""
        self._whole: _Whole | None = None
        self._complete: list[HistoryPart] = []
        """Parts that no confirmed snapshot has had yet."""
        self._newest = HistoryResults()
        self._in_newest: list[HistoryPart] = []
        """The parts that the newest results have."""
        self._fills_until: dict[str, int] = {}
        self._funding_until: dict[str, int] = {}
        self._began_at: int | None = None
        """The time of the first positions, while no complete history is known: earlier fills are of no
        position, except those since the opening of one of these."""
        self._opened_at: dict[str, int] = {}
        """The first known fill of each market, where it is before `_began_at`."""
        self._refused: dict[str, UnreadPart] = {}
        self._not_included: frozenset[str] = frozenset()
        """Markets whose positions were unread when the whole history was first requested."""

    def request(
        self, held: AccountPositions, urgent: Collection[str], others: Collection[str] = (), *, whole: bool
    ) -> None:
        """Requests the fills of markets up to the reading `held`, `urgent` ones first.

        `whole` requests funding too, and adds the markets of positions closed lately: then the history is
        complete until that reading.
        """
        self._held = held
        known_until = self._known.complete_until
        if known_until is None:
            if whole:
                self._not_included = frozenset().union(*(part.symbols for part in held.unread))
            known_until = min((each.as_of for each in self._known.adoptions()), default=None)
            self._began_at = self._began_at or known_until or held.asked_at
        symbols = {*urgent, *others}
        if whole:
            self._want_whole(symbols, held.asked_at)
        if known_until is not None:  # before it no position was known that could have been closed
            self._want_closed(known_until - _OVERLAP_MS)
        for symbol in sorted(symbols - {*urgent}):
            self._want(symbol, _Wanted(held.asked_at, with_funding=whole))
        for symbol in urgent:
            self._want(symbol, _Wanted(held.asked_at, with_funding=whole), first=True)

    def results(self, moving: Collection[str]) -> HistoryResults:
        """Returns all that was read, without the fills of `moving` markets: these are not yet certain."""
        parts = self._in_newest = [part for part in self._complete if part.name not in moving]
        is_whole = self._whole is not None and not self._whole.missing and parts == self._complete
        fills = (part.fills for part in parts if isinstance(part, FillHistory))
        payments = (part.payments for part in parts if isinstance(part, FundingHistory))
        closed = (part.closed for part in parts if isinstance(part, ClosedPositions))
        self._newest = HistoryResults(
            tuple(chain.from_iterable(fills)),
            tuple(chain.from_iterable(payments)),
            frozenset(chain.from_iterable(closed)),
            self._whole.until if self._whole is not None and is_whole else None,
        )
        return self._newest

    def confirm(self) -> None:
        """Forgets the newest results: they are part of the known positions now."""
        if self._newest.complete_until is not None:
            self._whole = None
        self._complete = [part for part in self._complete if part not in self._in_newest]

    @property
    def has_results(self) -> bool:
        """True if something was read that no snapshot has had yet."""
        return bool(self._complete)

    @property
    def progress(self) -> HistoryProgress | None:
        """The progress of reading fills; None while nothing is missing."""
        failed = (_unread(name, reason) for name, reason in self._queue.failures.items())
        read, total = sum(self._round.values()), len(self._round)
        progress = HistoryProgress(read, total, (*failed, *self._refused.values()))
        return progress if read < total or progress.unread else None

    def _want_whole(self, symbols: Collection[str], until: int) -> None:
        """Notes the parts of the whole history. An earlier request keeps its time, or it may never be met."""
        whole = self._whole = self._whole or _Whole(until, set())
        for symbol in symbols:
            if self._fills_until.get(symbol, 0) < whole.until:
                whole.missing.add(symbol)
            if self._funding_until.get(symbol, 0) < whole.until:
                whole.missing.add(funding_name(symbol))

    def _want_closed(self, since: int) -> None:
        if self._whole is not None:
            self._whole.missing.add(CLOSED_POSITIONS)
        self._closed.request(since)
        if self._queue.get(CLOSED_POSITIONS) is None:
            self._queue.add(self._closed, first=True)

    def _want(self, symbol: str, wanted: _Wanted, *, first: bool = False) -> None:
        if not self._wanted:
            self._round.clear()
        before = self._wanted.get(symbol)
        self._wanted[symbol] = _Wanted(
            wanted.until, wanted.with_funding or (before is not None and before.with_funding)
        )
        self._round.setdefault(symbol, False)
        part = self._queue.get(symbol)
        if not isinstance(part, FillHistory):
            self._start_fills(symbol, first=first)
            return
        if not part.is_started:
            part.until = wanted.until
        if first:
            self._queue.move_to_front(symbol)

    def _start_fills(self, symbol: str, *, first: bool = False) -> None:
        """Adds the fills of a market to the queue: since they are known, or since its positions opened."""
        try:
            instrument = self._markets.instrument(symbol)
        except ExchangeLacks:  # a delisted market
            del self._wanted[symbol], self._round[symbol]
            for name in (symbol, funding_name(symbol)):
                self._have_read(name)
            return
        known_until = self._fills_until.get(symbol, self._complete_until(symbol))
        since = 0 if known_until is None else known_until - _OVERLAP_MS
        part = FillHistory(
            self._client,
            instrument,
            since=since if self._began_at is None else max(since, self._began_at + 1),
            until=self._wanted[symbol].until,
            adopted=partial(self._adopted_in, symbol) if known_until is None else tuple,
        )
        self._queue.add(part, first=first)

    def _complete_until(self, symbol: str) -> int | None:
        return None if symbol in self._not_included else self._known.complete_until

    def _adopted_in(self, symbol: str) -> list[PositionAdjustment]:
        """The figures with which the positions of a market began, or those that it will begin with."""
        known = [each for each in self._known.adoptions() if each.instrument.symbol == symbol]
        held = [each for each in self._held.positions if each.instrument.symbol == symbol]
        by_key = positions_by_key("", held, reported_modes(held, self._held.position_modes))
        return known or [
            PositionAdjustment.from_position(
                each, self._held.asked_at, hedged=each.hedged, replaces_history=True
            )
            for each in by_key.values()
        ]

    def _on_complete(self, part: HistoryPart) -> None:
        self._complete.append(part)
        match part:
            case FillHistory():
                self._note_refusal(part.name, part.refusal)
                self._on_fills(part)
            case FundingHistory():
                self._note_refusal(part.name, part.refusal)
                self._funding_until[part.symbol] = part.until
                self._have_read(part.name, part.until)
            case ClosedPositions():
                self._note_refusal(part.name, part.refusal)
                self._on_closed(part.closed)

    def _on_fills(self, part: FillHistory) -> None:
        symbol = part.name
        if symbol not in self._fills_until and self._began_at is not None:
            opened = (fill.traded_at for fill in part.fills)
            self._opened_at[symbol] = min((self._began_at, *opened))
        self._fills_until[symbol] = part.until
        self._round[symbol] = True
        if self._wanted[symbol].until > part.until:
            self._start_fills(symbol)
            return
        wanted = self._wanted.pop(symbol)
        self._have_read(symbol, part.until)
        if wanted.with_funding:
            self._start_funding(part.instrument, wanted.until)

    def _start_funding(self, instrument: Instrument, until: int) -> None:
        opened_at = self._opened_at.get(instrument.symbol, self._began_at or 0)
        known_until = self._funding_until.get(instrument.symbol, self._complete_until(instrument.symbol))
        since = opened_at if known_until is None else max(opened_at, known_until - _FUNDING_OVERLAP_MS)
        if self._queue.get(funding_name(instrument.symbol)) is None:
            self._queue.add(FundingHistory(self._client, instrument, since=since, until=until))

    def _on_closed(self, closed: Collection[tuple[str, Side]]) -> None:
        """Requests the markets of closed positions, too: some were opened and closed unnoticed."""
        whole = self._whole
        if whole is not None and CLOSED_POSITIONS in whole.missing:
            symbols = {symbol for symbol, _ in closed} - whole.missing
            self._want_whole(symbols, whole.until)
            for symbol in sorted(symbols & whole.missing):
                self._want(symbol, _Wanted(whole.until, with_funding=True))
        self._have_read(CLOSED_POSITIONS)

    def _have_read(self, name: str, until: int | None = None) -> None:
        """Notes that a part was read up to `until`; None for one that there is nothing to read of."""
        if self._whole is not None and (until is None or until >= self._whole.until):
            self._whole.missing.discard(name)

    def _note_refusal(self, name: str, refusal: UsageError | None) -> None:
        """Remembers what the exchange refuses, unless it lacks it for everyone."""
        self._refused.pop(name, None)
        if refusal is not None and not isinstance(refusal, ExchangeLacks):
            self._refused[name] = _unread(name, str(refusal))


def _unread(name: str, reason: str) -> UnreadPart:
    return UnreadPart(name, reason, frozenset())
