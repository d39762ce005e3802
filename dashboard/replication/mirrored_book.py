"""MirroredBook: the position book of a web worker, as the feed's process published it last."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from dashboard.clock import now_ms
from dashboard.domain.fill import Fill
from dashboard.domain.keys import MarketKey, PositionKey
from dashboard.domain.position_state import PositionState
from dashboard.positions.models import AccountSummary, EventType, LivePosition, PositionUpdate
from dashboard.positions.position_book import PositionBook
from dashboard.replication.messages import StateMessage
from dashboard.state.markets import Markets

_FILLS_REMEMBERED = 1_000
"""Newest fills that were announced: as many as a feed keeps while it cannot publish them."""


class MirroredBook(PositionBook):
    """Ages like the book that it mirrors."""

    _summary: AccountSummary | None = None

    def __init__(self, markets: Markets, clock: Callable[[], int] = now_ms) -> None:
        super().__init__(markets, clock)
        self._announced: deque[tuple[PositionKey, tuple[str, ...]]] = deque(maxlen=_FILLS_REMEMBERED)

    def summary(self) -> AccountSummary:
        """Totals of all positions; unknown while the feed is silent."""
        is_open = len(self.get_all_positions())
        return self._summary or AccountSummary(self._wall(), is_open, None, None, None, {})

    def apply(self, message: StateMessage) -> None:
        """Takes a message over, then announces the updates that led to it.

        A message with the whole state may follow missed ones: then each position that differs from the one
        before is announced as it is now.
        """
        with self.lock:
            before = self._positions.copy()
            if message.whole:
                self._positions, self._keys_by_market = {}, {}
            for live in message.positions.values():
                self._store(live)
            self._apply_manual(message)
            if message.noted is not None:
                self._events = deque(reversed(message.noted), self._events.maxlen)
            if message.account is not None:
                self._summary, self.accounts = message.account.summary, dict(message.account.accounts)
            for update in message.updates:
                self._announce_once(update)
            if message.whole:
                self._catch_up(before, {update.position.key for update in message.updates})

    def silence(self, reason: str) -> None:
        """Makes the totals and every figure of a price unknown: the feed is silent."""
        with self.lock:
            self._summary = None
            self.accounts = {name: replace(each, problem=reason) for name, each in self.accounts.items()}
            self._positions = {key: live.without_price() for key, live in self._positions.items()}
            for live in self._positions.values():
                if live.is_open:
                    self._announce(live, EventType.PRICE_UPDATE)

    def _apply_manual(self, message: StateMessage) -> None:
        entries = {MarketKey.parse(text): entry for text, entry in message.manual.items()}
        merged = {**({} if message.whole else self.manual), **entries}
        self.manual = {key: entry for key, entry in merged.items() if entry is not None}

    def _announce_once(self, update: PositionUpdate) -> None:
        """A feed that does not know whether Redis took its message sends it again."""
        if update.fill is not None:
            fill = (update.position.key, update.fill.identity)
            if fill in self._announced:
                return
            self._announced.append(fill)
        self._notify(update)

    def _catch_up(self, before: Mapping[PositionKey, LivePosition], announced: set[PositionKey]) -> None:
        """Announces missed changes. Of several missed fills only the last one is announced."""
        for key in (before.keys() | self._positions.keys()) - announced:
            old, now = before.get(key), self._positions.get(key)
            if now is None:
                self._announce(_flat(before[key]))
            elif old is None or now.state != old.state:
                fill = now.state.last_fill
                known = old is None or fill == old.state.last_fill
                self._announce(now, fill=None if known else fill)
            elif now.unrealized_pnl != old.unrealized_pnl:  # as after silence
                self._announce(now, EventType.PRICE_UPDATE)

    def _announce(
        self, live: LivePosition, kind: EventType = EventType.POSITION_CHANGE, fill: Fill | None = None
    ) -> None:
        self._announce_once(PositionUpdate(live, EventType.FILL if fill else kind, self._wall(), fill))


def _flat(live: LivePosition) -> LivePosition:
    """The rest of a position that the feed does not report any longer."""
    state: PositionState = replace(live.state, contracts=Decimal(0), entry_value=Decimal(0))
    return replace(live, state=state, position=None, levels=None).without_price()
