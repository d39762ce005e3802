"""`python -m benchmarks.plain_servers NAME`: what one would write in ten minutes.

bare      a websocket page without Dash; a loop over the sockets sends every price
interval  a Dash page that asks for the price every two seconds
empty     a Dash page with nothing on it but one number
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
    """Every price, or once `padded` every price in a message of that many bytes, to every socket."""
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

    def give(price: Decimal) -> None:
        loops[0].call_soon_threadsafe(prices.put_nowait, _message(price, size))

    def pad(to: int) -> None:
        nonlocal size
        size = to

    app = FastAPI(lifespan=lifespan)
    app.add_api_route("/", page)
    app.add_api_websocket_route("/ws", listen)
    serve(app, {"beat": Pulse(give).beat, "pad": pad})


def _message(price: Decimal, size: int) -> str:
    if not size:
        return str(price)
    text = json.dumps({"price:value": str(price), "": ""}, separators=(",", ":"))
    return f'{text[:-2]}{"x" * (size - len(text))}"}}'


def interval() -> None:
    """The page of Dash's own tutorial on live updates."""
    newest = Decimal(0)

    def give(price: Decimal) -> None:
        nonlocal newest
        newest = price

    async def show(_beats: int | None) -> str:
        return str(newest)

    app: Any = Dash("interval", backend="fastapi")
    app.layout = html.Div([html.P(id=PRICE), dcc.Interval(id="beat", interval=2_000)])
    app.callback(Output(PRICE, "children"), Input("beat", "n_intervals"))(show)
    serve(app.server, {"beat": Pulse(give).beat})


def empty() -> None:
    """What every Dash page costs."""
    app: Any = Dash("empty", backend="fastapi")
    app.layout = html.Div("0", id=PRICE)
    serve(app.server)


if __name__ == "__main__":
    {"bare": bare, "interval": interval, "empty": empty}[sys.argv[1]]()
