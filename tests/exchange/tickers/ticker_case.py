"""TickerCase: one message of an exchange, and the figures that we read from it through ccxt's real client."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ccxt.base.decimal_to_precision import TICK_SIZE

from dashboard.domain.market import Ticker
from dashboard.exchange import normalize
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.exchange_client import ExchangeClient


@dataclass(frozen=True)
class TickerCase:
    """A message, as the document at `source` has it, and the figures of our ticker."""

    name: str
    market: dict[str, Any]
    message: Any
    """The frame of a stream, or the body of a response."""
    known: dict[str, str]
    """The figures by name; all others are unknown."""
    source: str
    call: str = "watch_ticker"
    """The method of ExchangeClient."""
    before: tuple[Any, ...] = ()
    """Bodies of the responses to the requests that ccxt sends before."""

    async def read(self, exchange: str, timeout_s: float = 5) -> Ticker:
        """Returns what the method makes of the message. Nothing is sent."""
        client = ExchangeClient(Credentials(exchange))
        client._ccxt.set_markets([self.market])
        instrument = normalize.instrument(exchange, self.market, TICK_SIZE)
        reading = None
        try:
            with _without_network(client, [*self.before, self.message]):
                reading = asyncio.ensure_future(getattr(client, self.call)(instrument))
                if self.call.startswith("watch"):
                    await self._deliver(client, reading)
                ticker: Ticker = await asyncio.wait_for(reading, timeout_s)
            return ticker
        finally:
            if reading is not None:
                reading.cancel()
            await client.close()

    async def _deliver(self, client: ExchangeClient, reading: asyncio.Future[Ticker]) -> None:
        """Gives the frame to the websocket on which ccxt waits for it."""
        while not reading.done():
            await asyncio.sleep(0)
            for exchange in client._objects:
                for socket in exchange.clients.values():
                    if socket.futures:
                        socket.handle_text_or_binary_message(json.dumps(self.message))
                        return


@contextmanager
def _without_network(client: ExchangeClient, responses: list[Any]) -> Iterator[None]:
    """Replaces the transport below ccxt's objects: sockets are connected, requests have `responses`."""

    async def respond(*_args: Any, **_more: Any) -> Any:
        return json.loads(json.dumps(responses.pop(0)))

    async def send(_message: Any) -> None:
        """Drops a subscription."""

    for exchange in client._objects:
        open_client = exchange.client
        exchange.fetch = respond
        exchange.open()

        def connected(url: str, open_client: Any = open_client) -> Any:
            socket = open_client(url)
            if not socket.connected.done():
                socket.connected.resolve(url)
            socket.send = send
            return socket

        exchange.client = connected
    yield
