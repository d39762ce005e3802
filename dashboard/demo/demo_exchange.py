"""The demo exchange: a loopback server that speaks Bitget's v2 protocol, for the demo mode and for tests.

After `await exchange.start()` a `ccxt.pro.bitget(exchange.ccxt_config())` uses it like the real exchange.
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
    """One server of market, account, REST and websockets.

    Prices move each `tick_interval_s`; with None they stay as at the opening and change by `publish` only.
    With `trader` an automatic trader places orders, and `auto_settle` is on.
    """

    def __init__(
        self,
        market: DemoMarket | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tick_interval_s: float | None = 0.1,
        trader: bool = False,
    ) -> None:
        self.market = market or DemoMarket()
        self.host = host
        self.port = port
        self.account = DemoAccount()
        self.faults = Faults()
        self.quote_board = QuoteBoard(self.market, self._market_ms, wall_clock_ms)
        self.auto_settle = trader
        """True if positions are liquidated and funding is paid without a call."""
        self._engine = TradingEngine(
            self.quote_board, self.account, DemoTrader(self.market.seed) if trader else None
        )
        self._tick_interval_s = tick_interval_s
        self._rest = RestServer(self.quote_board, self.account, self.faults)
        self._websockets = WebSocketServer(self.quote_board, self.account, self.faults)
        self._runner: web.AppRunner | None = None
        self._site: web.SockSite | None = None
        self._listener: socket.socket | None = None
        self._ticker_task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The base URL of REST."""
        return f"http://{self.host}:{self.port}"

    @property
    def ws_url(self) -> str:
        """The base URL of the websockets /v2/ws/public and /v2/ws/private."""
        return f"ws://{self.host}:{self.port}"

    @property
    def requests(self) -> deque[str]:
        """The newest requested REST paths, oldest first."""
        return self._rest.requests

    @property
    def subscriptions(self) -> int:
        """The number of requested subscriptions, refused ones included."""
        return self._websockets.subscriptions

    @property
    def connections(self) -> int:
        """The number of open websockets."""
        return len(self._websockets.connections)

    def ccxt_config(self, *, keys: bool = True) -> dict[str, object]:
        """Options that direct `ccxt.pro.bitget` to this exchange, with or without the account's keys."""
        config = ccxt_config(self.url, self.ws_url)
        if keys:
            account = self.account
            config |= {"apiKey": account.api_key, "secret": account.secret, "password": account.passphrase}
        return config

    async def start(self) -> None:
        """Opens the market, listens, and starts the price ticks; after a stop on the same port again."""
        self.market.open(wall_clock_ms())
        self._engine.record_openings()
        app = web.Application()
        app.router.add_get("/v2/ws/public", self._websockets.serve_public)
        app.router.add_get("/v2/ws/private", self._websockets.serve_private)
        app.router.add_route("*", "/{path:.*}", self._rest.serve)
        # handler_cancellation ends hanging requests with their client; shutdown_timeout=0 would mean none.
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01, handler_cancellation=True)
        await self._runner.setup()
        await self.accept_again()
        if self._tick_interval_s is not None:
            self._ticker_task = asyncio.create_task(self._tick(self._tick_interval_s))

    async def stop(self) -> None:
        """Stops listening and closes all connections at once."""
        if self._ticker_task is not None:
            self._ticker_task.cancel()
            with suppress(asyncio.CancelledError):
                await self._ticker_task
        await self.refuse()
        await self.drop(None)
        if self._runner is not None and self._runner.server is not None:
            for connection in self._runner.server.connections:
                if connection.transport is not None:
                    connection.transport.abort()  # close would wait for a client that does not read
            await self._runner.cleanup()
        self._ticker_task, self._runner, self._site = None, None, None

    async def refuse(self) -> None:
        """Stops listening, so that new connections are refused; open websockets stay until `drop`."""
        server = self._runner.server if self._runner is not None else None
        if self._site is None or self._listener is None or server is None:
            return
        # asyncio would never close a connection whose listener ends between its accept and its set-up.
        asyncio.get_running_loop().remove_reader(self._listener)
        for _step in ("accept", "connection_made"):
            await asyncio.sleep(0)
        await self._site.stop()
        self._site = self._listener = None
        # REST would otherwise continue over kept-alive connections.
        websockets = {connection.transport for connection in self._websockets.connections}
        for connection in server.connections:
            if connection.transport not in websockets:
                connection.force_close()

    async def accept_again(self) -> None:
        """Listens again, on the same port as before."""
        if self._site is not None or self._runner is None:
            return
        self._listener = socket.create_server((self.host, self.port))
        self.port = self._listener.getsockname()[1]
        self._site = web.SockSite(self._runner, self._listener)
        await self._site.start()

    async def publish(self, instrument_id: str, *, product: str | None = None, **fields: str | None) -> None:
        """Overrides ticker fields of one instrument from now on, and sends its subscribers a frame.

        A `lastPr` moves bid, ask, mark and index too, unless they are given; None removes a field. An id of
        both a contract and a spot symbol means the contract, unless `product` is SPOT.
        """
        instrument = _find(instrument_id, product)
        self.quote_board.publish(instrument, fields)
        await self._websockets.send_updates(instrument)
        if self.auto_settle:
            await self.liquidate()

    async def order(
        self, symbol: str, *, side: OrderSide, size: str | Decimal, reduce_only: bool = False, parts: int = 1
    ) -> list[DemoFill]:
        """Executes a market order of the account's owner in so many parts, and sends the updates.

        In hedge mode a `reduce_only` buy closes the short and a sell the long. Raises BitgetError if Bitget
        would refuse the order.
        """
        request = OrderRequest(symbol, side, Decimal(size), reduce_only=reduce_only, parts=parts)
        fills = self._engine.matcher.execute(request)
        await self._websockets.send_private_updates()
        return fills

    async def liquidate(self) -> None:
        """Liquidates the positions whose liquidation price the mark has reached."""
        self._engine.settlement.liquidate()
        await self._websockets.send_private_updates()

    async def pay_funding(self) -> None:
        """Settles funding on all positions, whether due or not."""
        self._engine.settlement.pay_funding()
        await self._websockets.send_private_updates()

    async def send_updates(self) -> None:
        """Sends new data to all subscribers, as every tick does."""
        await self._websockets.send_updates()

    async def send(self, raw: str | bytes) -> None:
        """Sends a recorded frame, verbatim, to every public websocket."""
        await self._websockets.send_public(raw)

    async def drop(self, code: int | None) -> None:
        """Closes every websocket with this code; None resets the TCP connections."""
        await self._websockets.drop(code)

    def _market_ms(self) -> int:
        if self._tick_interval_s is None and self.market.opened_ms is not None:
            return self.market.opened_ms
        return wall_clock_ms()

    async def _tick(self, interval_s: float) -> None:
        while True:
            await asyncio.sleep(interval_s)
            if self.auto_settle:
                self._engine.advance()
            await self.send_updates()


def _find(instrument_id: str, product: str | None) -> DemoInstrument:
    # INSTRUMENTS lists contracts before spot.
    for instrument in INSTRUMENTS:
        if instrument.id == instrument_id and product in (None, instrument.product):
            return instrument
    raise KeyError(f"the demo exchange lists no {product or 'instrument'} {instrument_id!r}: see INSTRUMENTS")
