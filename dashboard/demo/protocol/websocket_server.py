"""Websocket server: handshakes, and all open connections."""

import asyncio

from aiohttp import web

from dashboard.demo.account.demo_account import DemoAccount
from dashboard.demo.market.instruments import DemoInstrument
from dashboard.demo.market.quote_board import QuoteBoard
from dashboard.demo.protocol.fault_injection import Faults
from dashboard.demo.protocol.stream_source import StreamSource
from dashboard.demo.protocol.websocket_connection import WebSocketConnection


class WebSocketServer:
    """Serves the public and private websockets."""

    def __init__(self, quote_board: QuoteBoard, account: DemoAccount, faults: Faults) -> None:
        self._source = StreamSource(quote_board, account, faults)
        self.connections: set[WebSocketConnection] = set()

    @property
    def subscriptions(self) -> int:
        """The number of requested subscriptions, refused ones included."""
        return self._source.subscriptions

    async def serve_public(self, request: web.Request) -> web.StreamResponse:
        """/v2/ws/public"""
        return await self._serve(request, private=False)

    async def serve_private(self, request: web.Request) -> web.StreamResponse:
        """/v2/ws/private"""
        return await self._serve(request, private=True)

    async def _serve(self, request: web.Request, *, private: bool) -> web.StreamResponse:
        faults = self._source.faults.ws
        if faults.hang_handshake:
            await asyncio.Event().wait()
        if faults.refuse_handshake is not None:
            headers = {} if faults.retry_after_s is None else {"Retry-After": f"{faults.retry_after_s:g}"}
            return web.Response(status=faults.refuse_handshake, headers=headers)
        connection = WebSocketConnection(self._source, request, private=private)
        await connection.open()
        self.connections.add(connection)
        try:
            return await connection.run()
        finally:
            self.connections.discard(connection)

    async def send_updates(self, instrument: DemoInstrument | None = None) -> None:
        """Sends new data to all connections, or that of one instrument."""
        for connection in list(self.connections):
            await connection.send_updates(instrument)

    async def send_private_updates(self) -> None:
        """Sends new data of the account to the private connections."""
        for connection in list(self.connections):
            if connection.private:
                await connection.send_updates()

    async def send_public(self, raw: str | bytes) -> None:
        """Sends a frame verbatim to every public connection."""
        for connection in list(self.connections):
            if not connection.private:
                await connection.send(raw)

    async def drop(self, code: int | None) -> None:
        """Closes all connections with this code; None resets them."""
        if code is not None:
            await asyncio.gather(*(connection.close(code) for connection in self.connections))
        for connection in list(self.connections):
            connection.reset()
