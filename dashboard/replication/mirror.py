"""Mirror: what a worker knows of the house, taken from the feed's messages. No socket, no thread."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from dashboard.app.context import EngineInfo
from dashboard.clock import now_ms
from dashboard.domain.fill import Fill
from dashboard.domain.position_selection import PositionSelection
from dashboard.positions.models import (
    AccountHealth,
    AccountSummary,
    EventType,
    LivePosition,
    PositionUpdate,
)
from dashboard.positions.position_book import PositionBook
from dashboard.replication.messages import MessageHeader, StateMessage
from dashboard.state.markets import Markets
from dashboard.state.runtime import RuntimeConfig

_POLL = 2_000
"""Milliseconds between two polls, until the feed has told its own."""
_REMEMBERED = 1_000
"""Fills that were told last: as many as a feed keeps while it cannot tell them."""


class MirroredBoard(PositionBook):
    """The tracker's board as it was told last. It ages like the one that it mirrors."""

    _summary: AccountSummary | None = None

    def __init__(self, clock: Callable[[], int] = now_ms) -> None:
        super().__init__(clock)
        self._told: deque[tuple[str, tuple[str, ...]]] = deque(maxlen=_REMEMBERED)

    def summary(self) -> AccountSummary:
        """All positions as one; unknown while the feed is not heard."""
        return self._summary or AccountSummary(self._wall(), len(self.symbols()), None, None, None, {})

    def take(self, news: StateMessage) -> None:
        """Shows what is new, then tells of the updates that led to it.

        Where all is told anew, some of them were not heard: of each position that is another one now, the
        listeners are told what it has become.
        """
        with self._turn:
            before = self._live
            self._live = {**({} if news.whole else before), **news.positions}
            if news.noted is not None:
                self._noted = deque(reversed(news.noted), self._noted.maxlen)
            if news.account is not None:
                self._summary, self.health = news.account.summary, news.account.health
            for update in news.updates:
                self._pass_on(update)
            if news.whole:
                self._catch_up(before, {update.position.label for update in news.updates})

    def silence(self, reason: str) -> None:
        """The feed is not heard: the sums are unknown, and so is all that was made of a price."""
        with self._turn:
            self._summary = None
            self.health = AccountHealth(self.health.read_at, reason)
            self._live = {label: live.priceless() for label, live in self._live.items()}
            for live in self._live.values():
                if live.tracked.contracts:
                    self._announce(live, EventType.PRICE_UPDATE)

    def _pass_on(self, update: PositionUpdate) -> None:
        """Once: a feed that does not know whether Redis took its message sends it again."""
        if update.fill is not None:
            fill = (update.position.label, update.fill.identity)
            if fill in self._told:
                return
            self._told.append(fill)
        self._tell(update)

    def _catch_up(self, before: Mapping[str, LivePosition], told: set[str]) -> None:
        """Of fills that were not heard the last one is told; the position is whole with any of them."""
        for label in (before.keys() | self._live.keys()) - told:
            old, now = before.get(label), self._live.get(label)
            if now is None:
                self._announce(_flat(before[label]))
            elif old is None or now.tracked != old.tracked:
                fill = now.tracked.last_fill
                known = old is None or fill == old.tracked.last_fill
                self._announce(now, fill=None if known else fill)
            elif now.unrealized_pnl != old.unrealized_pnl:  # as after silence, when nobody else tells it
                self._announce(now, EventType.PRICE_UPDATE)

    def _announce(
        self, live: LivePosition, kind: EventType = EventType.POSITION_CHANGE, fill: Fill | None = None
    ) -> None:
        kind = EventType.FILL if fill else kind
        self._pass_on(PositionUpdate(live.tracked.key.symbol, live, kind, self._wall(), fill))


class Mirror:
    """Takes the feed's messages in their order. For one thread; what it shows is for all."""

    def __init__(self, about: EngineInfo, clock: Callable[[], int] = now_ms) -> None:
        """`about` is what there is to say before the feed was heard."""
        unknown = PositionSelection(account=True)  # without a word of the feed, nobody is flat
        main = RuntimeConfig(_POLL, holdings=unknown, clock=clock)
        self.markets = Markets(main, lambda: RuntimeConfig(_POLL, holdings=unknown, clock=clock))
        self.board = MirroredBoard(clock)
        self._about = about
        self._head: MessageHeader | None = None
        self._silent = False

    def about(self) -> EngineInfo:
        """What there is to know beside prices and positions."""
        about = self._head.about if self._head else self._about
        return about if self._head and not self._silent else replace(about, running=False)

    def expect(self, about: EngineInfo) -> None:
        """There is no feed, but it is known what the last one was about."""
        if self._head is None:
            self._about = about

    def feed_stats(self) -> Mapping[str, Any] | None:
        """What the feed's process counts; None while it is not heard."""
        return self._head.feed_stats if self._head and not self._silent else None

    def follows(self, news: StateMessage) -> bool:
        """Whether a message can be taken: it is the next one, or has everything."""
        if news.whole or self._head is None:
            return news.whole
        after = (self._head.epoch, self._head.sequence + 1)
        return not self._silent and (news.head.epoch, news.head.sequence) == after

    def knows(self, news: StateMessage) -> bool:
        """Whether a message of the same feed is not newer than what was taken."""
        head = self._head
        return head is not None and news.head.epoch == head.epoch and news.head.sequence <= head.sequence

    def take(self, news: StateMessage) -> None:
        """Shows what a message tells."""
        self._head, self._silent = news.head, False
        if news.main is not None:
            self.markets.mirror(None, news.main)  # first: one of the others may have been the main one before
        for symbol, snapshot in news.markets.items():
            if snapshot is not None:
                self.markets.mirror(symbol, snapshot)
        self.markets.keep(self._kept(news))
        self.board.take(news)

    def silence(self, reason: str) -> None:
        """Says of everything that the feed is not heard, once."""
        if self._silent:
            return
        self._silent = True
        self.board.silence(reason)
        for symbol, snapshot in ((None, self.markets.main.snapshot), *self.markets.beside().items()):
            lost = replace(
                snapshot, version=snapshot.version + 1, health=snapshot.health.disconnected(reason)
            )
            self.markets.mirror(symbol, lost)

    def _kept(self, news: StateMessage) -> set[str]:
        told = {symbol for symbol, snapshot in news.markets.items() if snapshot is not None}
        return told if news.whole else (self.markets.beside().keys() - news.markets.keys()) | told


def _flat(live: LivePosition) -> LivePosition:
    """What is left of a position of which nobody knows any more."""
    tracked = replace(live.tracked, contracts=Decimal(0), entry_value=Decimal(0))
    return replace(live, tracked=tracked, terms=None, liquidation_price=None).priceless()
