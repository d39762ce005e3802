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
    """Applies the feed's messages in their order. One thread writes; any thread reads."""

    def __init__(self, info: EngineInfo, clock: Callable[[], int] = now_ms) -> None:
        """`info` is shown until a message was received."""
        self.markets = Markets(MarketKey(info.exchange.lower(), info.symbol), _POLL_INTERVAL_MS)
        self.positions = MirroredBook(self.markets, clock)
        self._info = info
        self._header: MessageHeader | None = None
        self._is_silent = False

    def info(self) -> EngineInfo:
        """Facts of the engine; it does not run while the feed is silent."""
        info = self._header.info if self._header else self._info
        return info if self._header and not self._is_silent else replace(info, running=False)

    def expect(self, info: EngineInfo) -> None:
        """Takes over the facts of the last engine while no feed runs."""
        if self._header is None:
            self._info = info

    def feed_stats(self) -> Mapping[str, Any] | None:
        """Counters of the feed's process; None while the feed is silent."""
        return self._header.feed_stats if self._header and not self._is_silent else None

    def follows(self, message: StateMessage) -> bool:
        """True if a message can be applied: it is the next one, or holds the whole state."""
        if message.whole or self._header is None:
            return message.whole
        after = (self._header.epoch, self._header.sequence + 1)
        return not self._is_silent and (message.head.epoch, message.head.sequence) == after

    def knows(self, message: StateMessage) -> bool:
        """True if a message of the same feed is not newer than the one applied last."""
        header = self._header
        if header is None or message.head.epoch != header.epoch:
            return False
        return message.head.sequence <= header.sequence

    def apply(self, message: StateMessage) -> None:
        """Applies one message."""
        self._header, self._is_silent = message.head, False
        if message.main is not None:
            self.markets.mirror_main(message.main)  # first: another market may have been the main one
        for text, snapshot in message.markets.items():
            if snapshot is not None:
                self.markets.mirror(MarketKey.parse(text), snapshot)
        self.markets.keep(self._kept(message))
        self.positions.apply(message)

    def silence(self, reason: str) -> None:
        """Marks everything as unknown, once: the feed has not been received for too long."""
        if self._is_silent:
            return
        self._is_silent = True
        self.positions.silence(reason)
        for key, snapshot in self.markets.snapshots().items():
            lost = replace(
                snapshot, version=snapshot.version + 1, health=snapshot.health.disconnected(reason)
            )
            self.markets.mirror(key, lost)

    def _kept(self, message: StateMessage) -> set[MarketKey]:
        received = {MarketKey.parse(text): snapshot for text, snapshot in message.markets.items()}
        watched = {key for key, snapshot in received.items() if snapshot is not None}
        return watched if message.whole else (self.markets.snapshots().keys() - received.keys()) | watched
