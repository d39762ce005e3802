"""The publishing and the mirroring side of the replication, over a real Redis."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from dashboard.app.context import AppContext, EngineInfo
from dashboard.clock import now_ms
from dashboard.domain.environment import Environment
from dashboard.domain.events import InstrumentResolved, PriceReceived, Transport
from dashboard.domain.keys import MarketKey
from dashboard.domain.market import Candle, Instrument
from dashboard.errors import DashboardError
from dashboard.replication.command_server import CommandServer
from dashboard.replication.lease import Lease
from dashboard.replication.mirror import Mirror
from dashboard.replication.publisher import Publisher
from dashboard.replication.redis_client import connect
from dashboard.replication.subscriber import Subscriber
from tests.domain.builders import instrument, ticker
from tests.positions.harness import TrackerHarness, market_key
from tests.redis_server import RedisServer
from tests.waiting import until

INITIAL_INFO = EngineInfo("Bitget", "BTCUSDT", Environment.LIVE)


@dataclass
class FeedStub:
    """The live state of a feed process, which the test changes."""

    info: EngineInfo = field(default_factory=lambda: replace(INITIAL_INFO, has_account=True))
    entered: list[Mapping[str, str | None]] = field(default_factory=list)
    requested: list[tuple[str, MarketKey]] = field(default_factory=list)
    reconciliations: int = 0
    candles: Sequence[Candle] = ()
    error: DashboardError | None = None

    def __post_init__(self) -> None:
        self.harness = TrackerHarness(real_clock=True)
        self.markets, self.book = self.harness.markets, self.harness.book
        self.markets.apply(market_key(), InstrumentResolved(instrument()))
        self.context = AppContext(
            self.markets, self.book, lambda: self.info, self._enter, self._candles, self._reconcile
        )

    def price(self, last: str, market: Instrument | None = None, *, age: int = 0) -> "FeedStub":
        """Applies a price, to the main market by default."""
        quotes = ticker(now_ms() - age, last=last, bid=last, ask=last)
        key = market_key(market.symbol) if market else self.markets.main_key
        if market and self.markets.get(key) is None:
            self.markets.apply(key, InstrumentResolved(market))
        self.markets.apply(key, PriceReceived(Transport.STREAM, now_ms() - age, quotes))
        return self

    async def _enter(self, fields: Mapping[str, str | None]) -> None:
        if self.error:
            raise self.error
        self.entered.append(fields)

    async def _candles(self, timeframe: str, market: MarketKey) -> Sequence[Candle]:
        if self.error:
            raise self.error
        self.requested.append((timeframe, market))
        return self.candles

    async def _reconcile(self) -> None:
        self.reconciliations += 1


@contextmanager
def published(context: AppContext, server: RedisServer, **more: Any) -> Iterator[Publisher]:
    """Publishes the context as the active feed."""
    redis = connect(server.url)
    lease = Lease(redis)
    until(lease.acquire)
    publisher, command_server = Publisher(redis, lease, context, **more), CommandServer(redis, context)
    with ExitStack() as stack:
        for service in (publisher, command_server):
            service.start()
            stack.callback(service.stop)
        yield publisher


@contextmanager
def mirrored(server: RedisServer) -> Iterator[Mirror]:
    """The mirror of a web worker, updated by its subscriber."""
    mirror = Mirror(INITIAL_INFO)
    subscriber = Subscriber(connect(server.url), mirror)
    subscriber.start()
    try:
        yield mirror
    finally:
        subscriber.stop()


def in_sync(mirror: Mirror, context: AppContext) -> bool:
    """True if the mirror equals the feed's state."""
    markets, book = context.markets, context.positions
    return (
        mirror.markets.main_key == markets.main_key
        and mirror.markets.snapshots() == markets.snapshots()
        and mirror.positions.as_valued() == book.as_valued()
        and mirror.positions.accounts == book.accounts
        and mirror.positions.manual == book.manual
        and mirror.positions.events == book.events[:50]
    )
