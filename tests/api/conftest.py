"""ApiServer: the API over a real socket, with a tracker driven by the test."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import Any

import pytest
from fastapi import FastAPI
from websockets.sync.client import ClientConnection, connect

from dashboard.api.router import add_api
from dashboard.app.context import AppContext, EngineInfo
from dashboard.auth.access_rules import AccessRules
from dashboard.auth.middleware import AccessMiddleware
from dashboard.auth.policy import AccessPolicy
from dashboard.clock import now_ms
from dashboard.domain.events import InstrumentResolved, PriceReceived, Transport
from dashboard.domain.keys import MarketKey
from dashboard.domain.market import Candle
from dashboard.positions.monitor import PositionMonitor
from dashboard.replication.mirror import Mirror
from tests.app_server import AppServer
from tests.auth.builders import FakeAuthStore
from tests.domain.builders import instrument, ticker
from tests.positions.harness import TrackerHarness, market_key
from tests.redis_server import RedisServer
from tests.replication.harness import heard, published, same, until


async def no_command(*_arguments: object) -> None:
    """Replaces the commands of the context, which the API does not use."""


async def no_candles(_timeframe: str, _market: MarketKey) -> tuple[Candle, ...]:
    return ()


class ApiServer(AbstractContextManager["ApiServer"]):
    """A server with the API alone, and methods that change what it serves."""

    def __init__(
        self,
        rules: AccessRules | None = None,
        *,
        keepalive_s: float = 20,
        update_interval: float = 0.02,
        redis: RedisServer | None = None,
    ) -> None:
        """With `redis`, the API reads a mirror of the state, as in a web worker."""
        self.harness = TrackerHarness(real_clock=True)
        self.markets = self.harness.markets
        self.markets.apply(market_key(), InstrumentResolved(instrument()))
        self.monitor = PositionMonitor(self.harness.book, update_interval=update_interval)
        self.trouble: str | None = None
        self._mirror: Mirror | None = None
        app = FastAPI(openapi_url="/api/openapi.json", docs_url=None)
        self._exit_stack = ExitStack()
        self._source = AppContext(
            self.markets, self.harness.book, self._info, no_command, no_candles, no_command
        )
        context = self._mirrored(redis) if redis else self._source
        add_api(app, context, keepalive_s=keepalive_s)
        policy = AccessPolicy(rules or AccessRules(), FakeAuthStore())
        app.add_middleware(AccessMiddleware, policy=policy)
        self._server = AppServer(app)

    def _mirrored(self, redis: RedisServer) -> AppContext:
        self._exit_stack.enter_context(published(self._source, redis))
        self._mirror = self._exit_stack.enter_context(heard(redis))
        mirror = self._mirror
        return AppContext(mirror.markets, mirror.positions, mirror.info, no_command, no_candles, no_command)

    def wait_until_mirrored(self) -> None:
        """Waits until the API has all changes of markets and positions."""
        if self._mirror is not None:
            mirror = self._mirror
            until(lambda: same(mirror, self._source))

    def _info(self) -> EngineInfo:
        running, trouble = self.monitor.running, self.trouble
        return EngineInfo("Bitget", "BTCUSDT", has_account=True, running=running, trouble=trouble)

    def __enter__(self) -> "ApiServer":
        self._server.start()
        self.monitor.start()
        self.wait_until_mirrored()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.monitor.stop()
        self._server.stop()
        self._exit_stack.close()

    @property
    def address(self) -> str:
        return self._server.address

    def url(self, path: str) -> str:
        self.wait_until_mirrored()
        return f"http://{self.address}/api/v1{path}"

    def stream(self, path: str = "/positions/stream", **more: Any) -> ClientConnection:
        self.wait_until_mirrored()
        return connect(f"ws://{self.address}/api/v1{path}", **more)

    def price(self, last: str) -> None:
        """Applies a price to the market and to its position."""
        quotes = ticker(now_ms(), last=last, bid=last, ask=last)
        self.markets.apply(market_key(), PriceReceived(Transport.STREAM, now_ms(), quotes))

    def old_price(self, last: str, age_ms: int) -> PriceReceived:
        """Returns a price that was received `age_ms` ago."""
        quotes = ticker(now_ms() - age_ms, last=last, bid=last, ask=last)
        return PriceReceived(Transport.STREAM, now_ms(), quotes)


@pytest.fixture(params=["one process", "through Redis"])
def serve(request: pytest.FixtureRequest) -> Iterator[Callable[..., ApiServer]]:
    """Starts servers, in one process and with a feed behind Redis."""
    started: list[ApiServer] = []
    redis = request.getfixturevalue("redis_server") if request.param == "through Redis" else None

    def serve(*arguments: object, **more: object) -> ApiServer:
        started.append(ApiServer(*arguments, redis=redis, **more).__enter__())
        return started[-1]

    yield serve
    for server in started:
        server.__exit__(None, None, None)


@pytest.fixture
def service(serve: Callable[..., ApiServer]) -> ApiServer:
    return serve()
