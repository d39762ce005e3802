"""The two websockets: each change of a position, and each best bid and offer."""

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


def positions_stream(book: PositionBook, keepalive: float = KEEPALIVE_S) -> WebSocketSession:
    """`initial_state`, then a `position_update` for each change; answers get_summary and ping."""
    channel, fills = Broadcaster(), count()

    def tell(update: PositionUpdate) -> None:
        """Runs in the thread that changed the position."""
        if channel.has_clients:
            key = ("fill", next(fills)) if update.fill else update.position.key
            label = book.labels.label(update.position.key)
            channel.publish(key, _text(serializers.update(update, label, now_ms())))

    def state(kind: str) -> Mapping[str, Any]:
        now = now_ms()
        return {"type": kind} | serializers.summary(book, now)

    def first(slot: ConflatingOutbox) -> list[str]:
        def look() -> str:
            slot.initial_sequence = channel.sequence
            return _text(state("initial_state"))

        return [book.consistently(look)]

    book.register(tell)
    actions = {"get_summary": lambda: state("summary"), "ping": lambda: {"type": "pong"}}
    return WebSocketSession(channel, first, actions, keepalive)


def bbo_stream(markets: Markets, keepalive: float = KEEPALIVE_S) -> WebSocketSession:
    """Each best bid and offer as it ticks, or becomes unknown; answers ping."""
    told: dict[MarketKey, tuple[object, object]] = {}
    turn = threading.Lock()

    def tell(snapshot: MarketSnapshot) -> None:
        """Runs in the feed's thread."""
        with turn:
            tell_one(snapshot)

    def look() -> None:
        """Nobody tells that a price has grown too old."""
        with turn:
            for snapshot in markets.snapshots().values():
                tell_one(snapshot)

    def tell_one(snapshot: MarketSnapshot) -> None:
        if snapshot.instrument is None:
            return
        bid, ask = _best(snapshot)
        prices = bid and bid.value, ask and ask.value
        if prices != told.get(snapshot.key):
            told[snapshot.key] = prices
            if channel.has_clients:
                channel.publish(snapshot.key, _text(_bbo(snapshot)))

    def first(slot: ConflatingOutbox) -> list[str]:
        slot.initial_sequence = channel.sequence
        return [_text(_bbo(each)) for each in markets.snapshots().values() if each.instrument]

    channel = Broadcaster(look)
    markets.register(tell)
    return WebSocketSession(channel, first, {"ping": lambda: {"type": "pong"}}, keepalive)


def _bbo(snapshot: MarketSnapshot) -> Mapping[str, Any]:
    return serializers.bbo(snapshot.key, *_best(snapshot), wall_ms(), now_ms())


def _best(snapshot: MarketSnapshot) -> tuple[Quote | None, Quote | None]:
    """Bid and ask that may be told now: None where it is too old, or the exchange is lost."""
    lost = snapshot.health.state is FeedState.DISCONNECTED
    now, limit = now_ms(), -1 if lost else snapshot.health.stale_after
    ticker = snapshot.ticker
    bid, ask = (quote if quote and quote.age(now) <= limit else None for quote in (ticker.bid, ticker.ask))
    return bid, ask


def _text(message: Mapping[str, Any]) -> str:
    return json.dumps(message, separators=(",", ":"))
