"""MirroredBook: the position book of a web worker, as last published by the feed."""

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

_MAX_NOTIFIED_FILLS = 1_000
"""Newest fills that are not notified twice: as many as a feed keeps while it cannot publish."""


class MirroredBook(PositionBook):
    """Applies the feed's messages; figures age as in the book that it mirrors."""

    _summary: AccountSummary | None = None

    def __init__(self, markets: Markets, clock: Callable[[], int] = now_ms) -> None:
        super().__init__(markets, clock)
        self._notified_fills: deque[tuple[PositionKey, tuple[str, ...]]] = deque(maxlen=_MAX_NOTIFIED_FILLS)

    def summary(self) -> AccountSummary:
        """Totals of all positions; unknown while the feed is disconnected."""
        if self._summary is not None:
            return self._summary
        return AccountSummary(self._wall(), len(self.get_all_positions()), None, None, None, {})

    def store(self, message: StateMessage) -> Mapping[PositionKey, LivePosition]:
        """Takes a message over and returns the positions before it. Listeners are not called yet."""
        with self.lock:
            before = self._positions
            received = {live.key: live for live in message.positions.values()}
            # Readers take no lock, so they are given complete maps only.
            positions = received if message.complete else {**before, **received}
            self._keys_by_market = _keys_by_market(positions)
            self._positions = positions
            self._apply_manual(message)
            if message.events is not None:
                self._events = deque(reversed(message.events), self._events.maxlen)
            if message.account is not None:
                self._summary, self.accounts = message.account.summary, dict(message.account.accounts)
            return before

    def announce(self, message: StateMessage, before: Mapping[PositionKey, LivePosition]) -> None:
        """Calls the listeners with the updates of a message.

        A message with the complete state may follow missed ones: then each position that differs from the
        one `before` is announced as it is now.
        """
        with self.lock:
            for update in message.updates:
                self._notify_once(update)
            if message.complete:
                self._notify_missed(before, {update.position.key for update in message.updates})

    def disconnect(self, reason: str) -> None:
        """Makes the totals and every figure of a price unknown, for `reason`."""
        with self.lock:
            self._summary = None
            self.accounts = {name: replace(each, problem=reason) for name, each in self.accounts.items()}
            self._positions = {key: live.without_price() for key, live in self._positions.items()}
            for live in self._positions.values():
                if live.is_open:
                    self._notify_change(live, EventType.PRICE_UPDATE)

    def _apply_manual(self, message: StateMessage) -> None:
        entries = {MarketKey.parse(text): entry for text, entry in message.manual.items()}
        merged = {**({} if message.complete else self.manual), **entries}
        self.manual = {key: entry for key, entry in merged.items() if entry is not None}

    def _notify_once(self, update: PositionUpdate) -> None:
        """Skips repeated fills: a feed repeats a message if Redis did not confirm it in time."""
        if update.fill is not None:
            fill = (update.position.key, update.fill.identity)
            if fill in self._notified_fills:
                return
            self._notified_fills.append(fill)
        self._notify(update)

    def _notify_missed(self, before: Mapping[PositionKey, LivePosition], notified: set[PositionKey]) -> None:
        """Notifies of missed changes. Of several missed fills only the last one is notified."""
        for key in (before.keys() | self._positions.keys()) - notified:
            old, now = before.get(key), self._positions.get(key)
            if now is None:
                self._notify_change(_flattened(before[key]))
            elif old is None or now.state != old.state:
                fill = now.state.last_fill
                is_old_fill = old is None or fill == old.state.last_fill
                self._notify_change(now, fill=None if is_old_fill else fill)
            elif _terms(now) != _terms(old):
                self._notify_change(now)
            elif now.unrealized_pnl != old.unrealized_pnl:  # as after a disconnection
                self._notify_change(now, EventType.PRICE_UPDATE)

    def _notify_change(
        self, live: LivePosition, kind: EventType = EventType.POSITION_CHANGE, fill: Fill | None = None
    ) -> None:
        self._notify_once(PositionUpdate(live, EventType.FILL if fill else kind, self._wall(), fill))


def _keys_by_market(
    positions: Mapping[PositionKey, LivePosition],
) -> dict[MarketKey, tuple[PositionKey, ...]]:
    keys: dict[MarketKey, tuple[PositionKey, ...]] = {}
    for key, live in positions.items():
        keys[live.market] = (*keys.get(live.market, ()), key)
    return keys


def _terms(live: LivePosition) -> tuple[object, ...]:
    """Everything about an unchanged state that is announced as a change of the position."""
    return live.position, live.levels, live.difference, live.is_withheld, live.disagreement is None


def _flattened(live: LivePosition) -> LivePosition:
    """A position that the feed no longer reports, with a size of zero."""
    state: PositionState = replace(live.state, contracts=Decimal(0), entry_value=Decimal(0))
    return replace(live, state=state, position=None, levels=None, disagreement=None).without_price()
