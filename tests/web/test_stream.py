"""The page's websocket: its channels are bounded, and it ends when sending fails."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from dashboard.web.app import build_app
from dashboard.web.stream import MAX_UNKNOWN_CHANNELS, ViewStream
from dashboard.web.views.page_view import PageView
from tests.app_server import AppServer
from tests.waiting import TIMEOUT_S
from tests.web.scenes import BTC, live


@pytest.fixture
def server() -> Iterator[AppServer]:
    server = AppServer(build_app(live().context))
    server.start()
    yield server
    server.stop()


def viewer(server: AppServer, focus: str) -> ClientConnection:
    return connect(f"ws://{server.address}/ws/view?focus={focus}", open_timeout=TIMEOUT_S)


def is_served(client: ClientConnection) -> bool:
    with suppress(ConnectionClosed):
        return "view" in json.loads(client.recv(TIMEOUT_S))
    assert client.close_code == 1013
    return False


def test_invented_labels_share_a_few_channels(server: AppServer) -> None:
    with ExitStack() as stack:
        invented = [stack.enter_context(viewer(server, f"invented{number}")) for number in range(30)]
        assert sum(is_served(client) for client in invented) == MAX_UNKNOWN_CHANNELS
        for known in ("", BTC.symbol, f"{BTC.symbol}:long", "x" * 1000, "invented0"):
            assert is_served(stack.enter_context(viewer(server, known)))


def test_channels_of_invented_labels_are_free_again_after_their_viewers_left(server: AppServer) -> None:
    for number in range(3 * MAX_UNKNOWN_CHANNELS):
        with viewer(server, f"invented{number}") as client:
            is_served(client)


async def test_stream_ends_when_sending_fails() -> None:
    scene = live()
    stream = ViewStream(scene.context, PageView(scene.context))
    events = [{"type": "websocket.connect"}]

    async def receive():
        if events:
            return events.pop()
        return await asyncio.get_running_loop().create_future()

    async def send(message):
        if message["type"] == "websocket.send":
            raise ValueError("cannot be sent")

    scope = {"type": "websocket", "path": "/ws/view", "query_string": b""}
    with pytest.raises(ValueError, match="cannot be sent"):
        async with asyncio.timeout(TIMEOUT_S):
            await stream(scope, receive, send)
