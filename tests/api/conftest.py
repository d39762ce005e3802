"""The API over a real socket, with a tracker that the test feeds."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import Any

import pytest
from fastapi import FastAPI
from websockets.sync.client import ClientConnection, connect

from dashboard.api.router import add_api
from dashboard.app.context import AppContext, EngineInfo
from dashboard.auth.api_access import ApiAccess
from dashboard.clock import now_ms
from dashboard.domain.events import InstrumentResolved, PriceReceived, Route
from dashboard.domain.market import Candle
from dashboard.positions.monitor import PositionMonitor
from dashboard.replication.mirror import Mirror
from dashboard.state.markets import Markets
from dashboard.state.runtime import RuntimeConfig
from tests.app_server import AppServer
from tests.domain.builders import instrument, ticker
from tests.positions.harness import BTC, TrackerHarness
from tests.redis_server import RedisServer
from tests.replication.harness import heard, published, same
from tests.waiting import until


async def nothing(*_given: object) -> None:
    """Nobody enters anything here, or asks for a reading."""


async def no_candles(_timeframe: str, _symbol: str | None) -> tuple[Candle, ...]:
    return ()


class Service(AbstractContextManager["Service"]):
    """A server with the API alone, and hands on what it tells."""

    def __init__(
        self,
        entrance: ApiAccess | None = None,
        *,
        keepalive: float = 20,
        beat: float = 0.02,
        through: RedisServer | None = None,
    ) -> None:
        """`through` a Redis, the API is another process's, as far as it can tell."""
        self.books = TrackerHarness(real_clock=True)
        self.markets = Markets(RuntimeConfig(2_000), lambda: RuntimeConfig(2_000))
        self.markets.apply(None, InstrumentResolved(instrument()))
        self.monitor = PositionMonitor(self.books.tracker, update_interval=beat)
        self.trouble: str | None = None
        self._mirror: Mirror | None = None
        app = FastAPI(openapi_url="/api/openapi.json", docs_url=None)
        self._ends = ExitStack()
        self._source = AppContext(self.markets, self.books.tracker, self._about, nothing, no_candles, nothing)
        context = self._mirrored(through) if through else self._source
        add_api(app, context, entrance or ApiAccess(), keepalive=keepalive)
        self._listening = AppServer(app)

    def _mirrored(self, through: RedisServer) -> AppContext:
        self._ends.enter_context(published(self._source, through))
        self._mirror = self._ends.enter_context(heard(through))
        board = self._mirror.board
        return AppContext(self._mirror.markets, board, self._mirror.about, nothing, no_candles, nothing)

    def settled(self) -> None:
        """Once the API knows what was done to markets and positions."""
        if self._mirror is not None:
            mirror = self._mirror
            until(lambda: same(mirror, self._source))

    def _about(self) -> EngineInfo:
        running, trouble = self.monitor.running, self.trouble
        return EngineInfo("Bitget", "BTCUSDT", has_account=True, running=running, trouble=trouble)

    def __enter__(self) -> "Service":
        self._listening.start()
        self.monitor.start()
        self.settled()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.monitor.stop()
        self._listening.stop()
        self._ends.close()

    @property
    def address(self) -> str:
        return self._listening.address

    def url(self, path: str) -> str:
        self.settled()
        return f"http://{self.address}/api/v1{path}"

    def stream(self, path: str = "/positions/stream", **more: Any) -> ClientConnection:
        self.settled()
        return connect(f"ws://{self.address}/api/v1{path}", **more)

    def price(self, last: str) -> None:
        """A tick of the market and of its position."""
        quotes = ticker(now_ms(), last=last, bid=last, ask=last)
        self.markets.apply(None, PriceReceived(Route.STREAM, now_ms(), quotes))
        self.books.tracker.priced(BTC, quotes, 5_000)

    def old(self, last: str, age: int) -> PriceReceived:
        """A tick that came long ago."""
        return PriceReceived(Route.STREAM, now_ms(), ticker(now_ms() - age, last=last, bid=last, ask=last))


@pytest.fixture(params=["one process", "through Redis"])
def serve(request: pytest.FixtureRequest) -> Iterator[Callable[..., Service]]:
    """Both ways in which it is run."""
    started: list[Service] = []
    redis = request.getfixturevalue("redis_server") if request.param == "through Redis" else None

    def serve(*arguments: object, **more: object) -> Service:
        started.append(Service(*arguments, through=redis, **more).__enter__())
        return started[-1]

    yield serve
    for one in started:
        one.__exit__(None, None, None)


@pytest.fixture
def service(serve: Callable[..., Service]) -> Service:
    return serve()
