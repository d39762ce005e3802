"""The two websockets: updates of positions, and best bids and offers."""

import json
import threading
from collections.abc import Mapping
from itertools import count
from typing import Any

from dashboard.api import serializers
from dashboard.api.broadcaster import Broadcaster
from dashboard.api.outbox import ConflatingOutbox
from dashboard.api.websocket import KEEPALIVE_S, WebSocketSession
from dashboard.clock import now_ms, wall_ms
from dashboard.domain.feed_state import FeedState
from dashboard.domain.keys import MarketKey
from dashboard.domain.market import Quote
from dashboard.positions.models import PositionUpdate
from dashboard.positions.position_book import PositionBook
from dashboard.state.markets import Markets
from dashboard.state.runtime import MarketSnapshot


def positions_stream(book: PositionBook, keepalive_s: float = KEEPALIVE_S) -> WebSocketSession:
    """Sends `initial_state`, then a `position_update` for each change; answers get_summary and ping."""
    broadcaster, fills = Broadcaster(), count()

    def publish(update: PositionUpdate) -> None:
        """Runs in the thread that changed the position."""
        if broadcaster.has_clients:
            key = ("fill", next(fills)) if update.fill else update.position.key
            label = book.labels.label(update.position.key)
            broadcaster.publish(key, _json(serializers.position_update(update, label, now_ms())))

    def summary(message_type: str) -> Mapping[str, Any]:
        return {"type": message_type} | serializers.summary(book, now_ms())

    def initial(outbox: ConflatingOutbox) -> list[str]:
        def read() -> str:
            outbox.initial_sequence = broadcaster.sequence
            return _json(summary("initial_state"))

        return [book.consistently(read)]

    book.register(publish)
    actions = {"get_summary": lambda: summary("summary"), "ping": _pong}
    return WebSocketSession(broadcaster, initial, actions, keepalive_s)


def bbo_stream(markets: Markets, keepalive_s: float = KEEPALIVE_S) -> WebSocketSession:
    """Sends the best bid and offer of each market as it changes or becomes unknown; answers ping."""
    publisher = _BboPublisher(markets)
    markets.register(publisher.publish)
    return WebSocketSession(publisher.broadcaster, publisher.initial, {"ping": _pong}, keepalive_s)


class _BboPublisher:
    """Publishes the bid and ask of each market if they differ from those published last."""

    def __init__(self, markets: Markets) -> None:
        self._markets = markets
        self._published: dict[MarketKey, tuple[object, object]] = {}
        self._lock = threading.Lock()
        self.broadcaster = Broadcaster(self._publish_stale)

    def initial(self, outbox: ConflatingOutbox) -> list[str]:
        """Returns the first messages of a client."""
        outbox.initial_sequence = self.broadcaster.sequence
        return [_json(_bbo(each)) for each in self._markets.snapshots().values() if each.instrument]

    def publish(self, snapshot: MarketSnapshot) -> None:
        """Publishes a changed bid or ask. Runs in the feed's thread."""
        with self._lock:
            self._publish_if_changed(snapshot)

    def _publish_stale(self) -> None:
        """Publishes prices that became too old, which is no event of the market. Runs at an interval."""
        with self._lock:
            for snapshot in self._markets.snapshots().values():
                self._publish_if_changed(snapshot)

    def _publish_if_changed(self, snapshot: MarketSnapshot) -> None:
        if snapshot.instrument is None:
            return
        bid, ask = _best(snapshot)
        prices = bid and bid.value, ask and ask.value
        if prices != self._published.get(snapshot.key):
            self._published[snapshot.key] = prices
            if self.broadcaster.has_clients:
                self.broadcaster.publish(snapshot.key, _json(_bbo(snapshot)))


def _bbo(snapshot: MarketSnapshot) -> Mapping[str, Any]:
    return serializers.bbo(snapshot.key, *_best(snapshot), wall_ms(), now_ms())


def _best(snapshot: MarketSnapshot) -> tuple[Quote | None, Quote | None]:
    """Returns the live bid and ask; None if too old or if the exchange is disconnected."""
    if snapshot.health.state is FeedState.DISCONNECTED:
        return None, None
    now, limit, ticker = now_ms(), snapshot.health.stale_after, snapshot.ticker
    bid, ask = (quote if quote and quote.is_live(now, limit) else None for quote in (ticker.bid, ticker.ask))
    return bid, ask


def _pong() -> Mapping[str, Any]:
    return {"type": "pong"}


def _json(message: Mapping[str, Any]) -> str:
    return json.dumps(message, separators=(",", ":"))
