"""StubExchange: a server on this machine that answers ccxt's requests and subscriptions."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import WSMsgType, web

from dashboard.domain.events import FeedEvent
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.exchange_client import ExchangeClient
from dashboard.exchange.normalize import instrument
from dashboard.feed.market_feed import FeedTimeouts, MarketFeed
from dashboard.feed.socket_guard import SocketGuard
from tests.waiting import TIMEOUT_S

Answer = Callable[[str], list[Any]]
"""Returns the frames that follow a subscription, given as text."""


class StubExchange:
    """Runs in the loop of the test. `events` has what a market feed has made of it."""

    def __init__(self, responses: Mapping[str, Any], answer: Answer) -> None:
        """`responses` has the body of each response, by a part of the request's path and body."""
        self._responses = responses
        self._answer = answer
        self.requests: list[str] = []
        self.delay_s = 0.0
        """Time that each response takes."""
        self.sockets: list[web.WebSocketResponse] = []
        self.events: list[FeedEvent] = []
        self._changed = asyncio.Event()

    async def push(self, *frames: Any) -> None:
        """Sends frames to all open sockets."""
        for socket in self.sockets:
            for frame in frames:
                with suppress(ConnectionError):
                    await socket.send_str(json.dumps(frame))

    async def until(self, condition: Callable[[], object]) -> None:
        """Waits until an event of the feed makes `condition` true."""
        async with asyncio.timeout(TIMEOUT_S):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def received(self, event: FeedEvent) -> None:
        """Takes an event of the feed."""
        self.events.append(event)
        self._changed.set()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answers a request or opens a websocket."""
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._stream(request)
        text = f"{request.path} {await request.text()}"
        self.requests.append(text)
        await asyncio.sleep(self.delay_s)
        return web.json_response(next(body for part, body in self._responses.items() if part in text))

    async def _stream(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                for frame in self._answer(message.data):
                    await socket.send_str(json.dumps(frame))
        return socket


@asynccontextmanager
async def streaming(
    stub: StubExchange, exchange: str, market: dict[str, Any], urls: Callable[[str, str], dict[str, Any]]
) -> AsyncIterator[ExchangeClient]:
    """Runs a market feed of `exchange` with the stub.

    `urls` returns ccxt's `urls.api`, given the URLs of requests and of websockets.
    """
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", stub.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host = f"127.0.0.1:{runner.addresses[0][1]}"
    config = {"urls": {"api": urls(f"http://{host}", f"ws://{host}")}, "enableRateLimit": False}
    client = ExchangeClient(Credentials(exchange, config=config))
    client._ccxt.set_markets([market])
    feed = MarketFeed(
        client,
        instrument(exchange, market, client._ccxt.precisionMode),
        stub.received,
        guard=SocketGuard(client, silence_ms=400, first_wait_ms=10_000),
        polling_interval_ms=50,
        use_websocket=True,
        timeouts=FeedTimeouts(head_start_ms=1_000, silence_ms=400, first_retry_s=0.05),
    )
    running = asyncio.create_task(feed.run())
    try:
        yield client
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await client.close()
        await runner.cleanup()
