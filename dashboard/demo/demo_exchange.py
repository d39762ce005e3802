"""The demo exchange: a server on loopback that speaks Bitget's v2 protocol, for the demo mode and for tests.

After `await exchange.start()` a `ccxt.pro.bitget(exchange.ccxt_config())` talks to it as to the real one.
"""

import asyncio
import socket
import time
from collections import deque
from contextlib import suppress
from decimal import Decimal

from aiohttp import web

from dashboard.demo.account.demo_account import DemoAccount
from dashboard.demo.account.demo_fill import DemoFill
from dashboard.demo.account.demo_order import OrderRequest
from dashboard.demo.account.demo_position import OrderSide
from dashboard.demo.market.demo_market import DemoMarket
from dashboard.demo.market.instruments import INSTRUMENTS, DemoInstrument
from dashboard.demo.market.quote_board import QuoteBoard
from dashboard.demo.matching.demo_trader import DemoTrader
from dashboard.demo.matching.trading_engine import TradingEngine
from dashboard.demo.protocol.ccxt_config import ccxt_config
from dashboard.demo.protocol.fault_injection import Faults
from dashboard.demo.protocol.rest_server import RestServer
from dashboard.demo.protocol.websocket_server import WebSocketServer


def wall_clock_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class DemoExchange:
    """Composes market, account, REST and websockets into one server; `tick_interval` is in seconds.

    Without a `tick_interval` the market stands still at its opening and prices change only by `publish`.
    With a `trader` somebody trades on the account, and it is `strict`.
    """

    def __init__(
        self,
        market: DemoMarket | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tick_interval: float | None = 0.1,
        trader: bool = False,
    ) -> None:
        self.market = market or DemoMarket()
        self.host = host
        self.port = port
        self.account = DemoAccount()
        self.faults = Faults()
        self.board = QuoteBoard(self.market, self._market_ms, wall_clock_ms)
        self.strict = trader
        """Whether positions are liquidated and funding is paid without being told to."""
        self._floor = TradingEngine(
            self.board, self.account, DemoTrader(self.market.seed) if trader else None
        )
        self._tick_interval = tick_interval
        self._rest = RestServer(self.board, self.account, self.faults)
        self._sockets = WebSocketServer(self.board, self.account, self.faults)
        self._runner: web.AppRunner | None = None
        self._site: web.SockSite | None = None
        self._ticking: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where REST is served."""
        return f"http://{self.host}:{self.port}"

    @property
    def ws_url(self) -> str:
        """Where the websockets are, under /v2/ws/public and /v2/ws/private."""
        return f"ws://{self.host}:{self.port}"

    @property
    def requests(self) -> deque[str]:
        """The newest REST paths that were asked for, in order."""
        return self._rest.requests

    @property
    def subscriptions(self) -> int:
        """How many topics were subscribed to, refused ones included."""
        return self._sockets.subscriptions

    @property
    def connections(self) -> int:
        """How many websockets are open."""
        return len(self._sockets.sockets)

    def ccxt_config(self, *, keys: bool = True) -> dict[str, object]:
        """What makes `ccxt.pro.bitget` talk to this exchange, with or without the demo account's keys."""
        config = ccxt_config(self.url, self.ws_url)
        if keys:
            account = self.account
            config |= {"apiKey": account.api_key, "secret": account.secret, "password": account.passphrase}
        return config

    async def start(self) -> None:
        """Opens the market, listens, lets the prices run. After a stop: again, on the same port."""
        self.market.open(wall_clock_ms())
        self._floor.open()
        app = web.Application()
        app.router.add_get("/v2/ws/public", self._sockets.serve_public)
        app.router.add_get("/v2/ws/private", self._sockets.serve_private)
        app.router.add_route("*", "/{path:.*}", self._rest.serve)
        # Without handler_cancellation a hanging request would outlive its client. A timeout of 0 means none.
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01, handler_cancellation=True)
        await self._runner.setup()
        await self.accept_again()
        if self._tick_interval is not None:
            self._ticking = asyncio.create_task(self._tick(self._tick_interval))

    async def stop(self) -> None:
        """Stops listening and breaks off all connections at once."""
        if self._ticking is not None:
            self._ticking.cancel()
            with suppress(asyncio.CancelledError):
                await self._ticking
        await self.refuse()
        await self.drop(None)
        if self._runner is not None:
            await self._runner.cleanup()
        self._ticking, self._runner, self._site = None, None, None

    async def refuse(self) -> None:
        """Stops listening: new connections are refused. Open websockets live on; `drop` ends them."""
        if self._site is None or self._runner is None or self._runner.server is None:
            return
        await self._site.stop()
        self._site = None
        # Else REST would go on over connections that are kept alive.
        websockets = {client.transport for client in self._sockets.sockets}
        for connection in self._runner.server.connections:
            if connection.transport not in websockets:
                connection.force_close()

    async def accept_again(self) -> None:
        """Listens again, on the same port as before."""
        if self._site is not None or self._runner is None:
            return
        listener = socket.create_server((self.host, self.port))
        self.port = listener.getsockname()[1]
        self._site = web.SockSite(self._runner, listener)
        await self._site.start()

    async def publish(self, instrument_id: str, *, product: str | None = None, **fields: str | None) -> None:
        """Shows these ticker fields of one instrument from now on, and sends its subscribers a frame.

        A `lastPr` takes bid, ask, mark and index along unless they are given too; None takes a field away.
        Where an id is both a contract and a spot symbol the contract is meant, unless `product` says SPOT.
        """
        instrument = _find(instrument_id, product)
        self.board.publish(instrument, fields)
        await self._sockets.pulse(instrument)
        if self.strict:
            await self.liquidate()

    async def order(
        self, symbol: str, *, side: OrderSide, size: str | Decimal, reduce_only: bool = False, parts: int = 1
    ) -> list[DemoFill]:
        """A market order of the account's owner, filled in so many parts; all is sent when this returns.

        In hedge mode a `reduce_only` buy closes the short and a sell the long. Raises BitgetError if the
        exchange would refuse it.
        """
        wish = OrderRequest(symbol, side, Decimal(size), reduce_only=reduce_only, parts=parts)
        fills = self._floor.matching.trade(wish)
        await self._sockets.pulse_private()
        return fills

    async def liquidate(self) -> None:
        """Liquidates the positions that the mark price has reached."""
        self._floor.clearing.liquidate()
        await self._sockets.pulse_private()

    async def pay_funding(self) -> None:
        """Settles funding on all positions, due or not."""
        self._floor.clearing.pay_funding()
        await self._sockets.pulse_private()

    async def pulse(self) -> None:
        """Sends all subscribers what is new, positions included; this is what every tick does."""
        await self._sockets.pulse()

    async def send(self, raw: str | bytes) -> None:
        """Sends a recorded frame, verbatim, to every public websocket."""
        for client in list(self._sockets.sockets):
            if not client.private:
                await client.send(raw)

    async def drop(self, code: int | None) -> None:
        """Closes every websocket with this code; None resets the TCP connections."""
        await self._sockets.drop(code)

    def _market_ms(self) -> int:
        if self._tick_interval is None and self.market.opened_ms is not None:
            return self.market.opened_ms
        return wall_clock_ms()

    async def _tick(self, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            if self.strict:
                self._floor.advance()
            await self.pulse()


def _find(instrument_id: str, product: str | None) -> DemoInstrument:
    # INSTRUMENTS lists contracts before spot.
    for instrument in INSTRUMENTS:
        if instrument.id == instrument_id and product in (None, instrument.product):
            return instrument
    raise KeyError(instrument_id)
