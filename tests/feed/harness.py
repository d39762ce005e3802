"""A real feed with a real ccxt client on the demo exchange, and the live state that it makes."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

from dashboard.app.event_router import EventRouter
from dashboard.clock import now_ms
from dashboard.demo.demo_exchange import DemoExchange
from dashboard.demo.thread import DemoThread
from dashboard.domain.events import FeedEvent
from dashboard.domain.feed_state import FeedState
from dashboard.domain.position_selection import PositionSelection
from dashboard.exchange.account_client import AccountClient
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.exchange_client import ExchangeClient
from dashboard.feed.account_feed import AccountFeed
from dashboard.feed.market_feed import FeedTimeouts
from dashboard.feed.price_feed import PriceFeed
from dashboard.positions.tracker import PositionTracker
from dashboard.state.markets import Markets
from dashboard.state.runtime import RuntimeConfig, Snapshot

QUICK = FeedTimeouts(head_start=150, silence=400, first_message=700)
"""The feed's patience, shortened so that a test does not need it."""


class FeedHarness(AbstractContextManager["FeedHarness"]):
    """Starts the exchange at once and the feed when told to; stops both at the end."""

    def __init__(self, *, tick_interval: float | None = 0.03) -> None:
        self.demo = DemoThread(DemoExchange(tick_interval_s=tick_interval))
        self.demo.start()
        self.exchange = self.demo.exchange
        self.runtime = RuntimeConfig(200, holdings=PositionSelection(account=True))
        self.states: list[FeedState] = []
        self.told: list[tuple[str | None, FeedEvent]] = []
        self._changed = threading.Condition()
        self.runtime.register(self._note)
        self.markets = Markets(
            self.runtime, lambda: RuntimeConfig(200, holdings=PositionSelection(account=True))
        )
        self.tracker = PositionTracker("test")
        self.feed: PriceFeed | None = None
        self.settled = 2.5
        """Seconds after which the websocket of fills counts as up."""

    def start(
        self, symbol: str = "BTCUSDT", *, use_websocket: bool = True, account: bool = False, **config: Any
    ) -> PriceFeed:
        """Starts a feed that polls every 0.2 s and gives a request half a second."""
        options = self.exchange.ccxt_config() | {"timeout": 500, "enableRateLimit": False} | config
        access = Credentials("bitget", config=options)
        client, wires = ExchangeClient(access), EventRouter(self.markets, self.tracker)
        reader = AccountFeed(
            AccountClient(access, client),
            client,
            wires.account,
            self.tracker,
            pause=0.2,
            settled=self.settled,
        )
        self.feed = wires.feed = PriceFeed(
            client, symbol, self._noting(wires.market), account=reader if account else None, patience=QUICK
        )
        self.feed.start(0.2, use_websocket)
        return self.feed

    def until(self, holds: Callable[[Snapshot], object], timeout: float = 10.0) -> Snapshot:
        """Waits for a snapshot of which `holds` is true, and returns it."""
        give_up_at = now_ms() + timeout * 1000
        with self._changed:
            while not holds(self.runtime.snapshot):
                assert now_ms() < give_up_at, f"after {timeout} s: {self.runtime.snapshot.health}"
                self._changed.wait(0.05)  # what the exchange has seen tells nobody
            return self.runtime.snapshot

    def until_state(self, state: FeedState) -> Snapshot:
        """Waits until the feed's state is `state`."""
        return self.until(lambda snapshot: snapshot.health.state_at(now_ms()) is state)

    def until_newer(self) -> Snapshot:
        """Waits for a price that was received from now on."""
        since = now_ms()
        return self.until(lambda snapshot: (snapshot.health.received_at or 0) > since)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.feed is not None:
            self.feed.stop()
        self.demo.stop()

    def _noting(
        self, emit: Callable[[str | None, FeedEvent], None]
    ) -> Callable[[str | None, FeedEvent], None]:
        def noted(symbol: str | None, event: FeedEvent) -> None:
            self.told.append((symbol, event))
            emit(symbol, event)

        return noted

    def _note(self, snapshot: Snapshot) -> None:
        with self._changed:
            self.states.append(snapshot.health.state)
            self._changed.notify_all()
