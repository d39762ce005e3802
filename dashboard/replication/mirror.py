"""Mirror: the live state in a web worker, built from the feed's messages. No socket, no thread."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from dashboard.app.context import EngineInfo
from dashboard.clock import now_ms
from dashboard.domain.keys import MarketKey
from dashboard.replication.messages import MessageHeader, StateMessage
from dashboard.replication.mirrored_book import MirroredBook
from dashboard.state.markets import Markets

_POLL_INTERVAL_MS = 2_000
"""Interval assumed until the feed has reported its own."""


class Mirror:
    """Applies the feed's messages in order. One thread writes; any thread reads."""

    def __init__(self, info: EngineInfo, clock: Callable[[], int] = now_ms) -> None:
        """`info` is shown until a message is received."""
        self.markets = Markets(
            MarketKey(info.environment.connection(info.exchange.lower()), info.symbol), _POLL_INTERVAL_MS
        )
        self.positions = MirroredBook(self.markets, clock)
        self._info = info
        self._header: MessageHeader | None = None
        self._is_disconnected = False

    def info(self) -> EngineInfo:
        """Facts of the engine; not running while the feed is disconnected."""
        info = self._header.info if self._header else self._info
        return info if self._header and not self._is_disconnected else replace(info, running=False)

    def set_initial_info(self, info: EngineInfo) -> None:
        """Replaces the facts that are shown until a message is received."""
        if self._header is None:
            self._info = info

    def feed_stats(self) -> Mapping[str, Any] | None:
        """Counters of the feed's process; None while the feed is disconnected."""
        return self._header.feed_stats if self._header and not self._is_disconnected else None

    def can_apply(self, message: StateMessage) -> bool:
        """True if a message can be applied: it is the next one, or has the complete state and is newer."""
        if message.complete or self._header is None:
            return message.complete and not self.has_applied(message)
        after = (self._header.epoch, self._header.sequence + 1)
        return not self._is_disconnected and (message.header.epoch, message.header.sequence) == after

    def has_applied(self, message: StateMessage) -> bool:
        """True for a message of the current epoch that is not newer than the one applied last."""
        header = self._header
        if header is None or message.header.epoch != header.epoch:
            return False
        return message.header.sequence <= header.sequence

    def apply(self, message: StateMessage) -> None:
        """Applies one message. After an exception only a complete message can be applied."""
        self._header = None
        with self.positions.lock:  # a new client sees all of a message or nothing of it
            before = self.positions.store(message)  # first: listeners of the markets read positions, too
            self._apply_markets(message)
            self.positions.announce(message, before)
        self._header, self._is_disconnected = message.header, False

    def _apply_markets(self, message: StateMessage) -> None:
        if message.main is not None:
            self.markets.mirror_main(message.main)  # first: the main market may be another one now
        for text, snapshot in message.markets.items():
            if snapshot is not None:
                self.markets.mirror(MarketKey.parse(text), snapshot)
        self.markets.keep(self._watched_after(message))

    def disconnect(self, reason: str) -> None:
        """Marks every market and figure as disconnected for `reason`, until the next message is applied."""
        if self._is_disconnected:
            return
        self._is_disconnected = True
        self.positions.disconnect(reason)
        for key, snapshot in self.markets.snapshots().items():
            disconnected = replace(
                snapshot, version=snapshot.version + 1, health=snapshot.health.disconnected(reason)
            )
            self.markets.mirror(key, disconnected)

    def _watched_after(self, message: StateMessage) -> set[MarketKey]:
        """The markets apart from the main one that are watched once `message` is applied."""
        received = {MarketKey.parse(text): snapshot for text, snapshot in message.markets.items()}
        watched = {key for key, snapshot in received.items() if snapshot is not None}
        return watched if message.complete else (self.markets.snapshots().keys() - received.keys()) | watched
