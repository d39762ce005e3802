"""`python -m benchmarks.plain_servers NAME`: the simplest implementations, for comparison.

bare      a websocket page without Dash; a loop over the sockets sends every price
interval  a Dash page that requests the price every two seconds
empty     a Dash page with a single number
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from decimal import Decimal
from typing import Any

from dash import Dash, Input, Output, dcc, html
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import HTMLResponse

from benchmarks.pulse import Pulse
from benchmarks.served import serve

PRICE = "price"
BARE_PAGE = f"""<!DOCTYPE html>
<p id="{PRICE}"></p>
<script>
  const price = document.getElementById("{PRICE}");
  const socket = new WebSocket(`ws://${{location.host}}/ws`);
  socket.onmessage = (message) => {{ price.textContent = message.data; }};
</script>"""


def bare() -> None:
    """Sends every price to every socket, in a message of the size that `pad` sets."""
    sockets: set[WebSocket] = set()
    prices: asyncio.Queue[str] = asyncio.Queue()
    loops: list[asyncio.AbstractEventLoop] = []
    newest = ""
    size = 0

    async def broadcast() -> None:
        nonlocal newest
        while True:
            text = newest = await prices.get()
            for socket in list(sockets):
                with suppress(WebSocketDisconnect, RuntimeError):
                    await socket.send_text(text)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        loops.append(asyncio.get_running_loop())
        task = asyncio.create_task(broadcast())
        yield
        task.cancel()

    async def listen(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text(newest)
        sockets.add(socket)
        with suppress(WebSocketDisconnect):
            await socket.receive_text()
        sockets.discard(socket)

    async def page() -> HTMLResponse:
        return HTMLResponse(BARE_PAGE)

    def publish(price: Decimal) -> None:
        loops[0].call_soon_threadsafe(prices.put_nowait, _message(price, size))

    def pad(to: int) -> None:
        nonlocal size
        size = to

    app = FastAPI(lifespan=lifespan)
    app.add_api_route("/", page)
    app.add_api_websocket_route("/ws", listen)
    serve(app, {"beat": Pulse(publish).beat, "pad": pad})


def _message(price: Decimal, size: int) -> str:
    if not size:
        return str(price)
    text = json.dumps({"price:value": str(price), "": ""}, separators=(",", ":"))
    return f'{text[:-2]}{"x" * (size - len(text))}"}}'


def interval() -> None:
    """Serves the page of Dash's tutorial on live updates."""
    newest = Decimal(0)

    def publish(price: Decimal) -> None:
        nonlocal newest
        newest = price

    async def show(_beats: int | None) -> str:
        return str(newest)

    app: Any = Dash("interval", backend="fastapi")
    app.layout = html.Div([html.P(id=PRICE), dcc.Interval(id="beat", interval=2_000)])
    app.callback(Output(PRICE, "children"), Input("beat", "n_intervals"))(show)
    serve(app.server, {"beat": Pulse(publish).beat})


def empty() -> None:
    """Serves an otherwise empty Dash page: the minimum cost of Dash."""
    app: Any = Dash("empty", backend="fastapi")
    app.layout = html.Div("0", id=PRICE)
    serve(app.server)


if __name__ == "__main__":
    {"bare": bare, "interval": interval, "empty": empty}[sys.argv[1]]()
