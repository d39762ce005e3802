"""AppServer: serves an application over a real socket, in a thread."""

import socket
import threading
from contextlib import suppress

import uvicorn
from fastapi import FastAPI

from dashboard.processes.http_server import uvicorn_config
from tests.waiting import TIMEOUT_S, until


class AppServer:
    """Serves from `start` to `stop`, at an `address` like 127.0.0.1:40000."""

    def __init__(self, app: FastAPI) -> None:
        self._server = uvicorn.Server(uvicorn_config(app))
        self._server.config.port = 0
        self._thread = threading.Thread(target=self._server.run)

    def start(self) -> None:
        self._thread.start()
        until(lambda: self._server.started)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()

    def wait_until_connected(self) -> None:
        """Waits until the server has a connection."""
        until(lambda: self._server.server_state.connections)

    def wait_until_idle(self) -> None:
        """Waits until the server has closed every connection."""
        until(lambda: not self._server.server_state.connections)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    def connect(self, *, receive_buffer: int | None = None) -> socket.socket:
        """A connection to it, with a small buffer of received bytes if given."""
        client = socket.socket()
        if receive_buffer is not None:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.settimeout(TIMEOUT_S)
        client.connect(("127.0.0.1", self._port))
        return client

    @property
    def _port(self) -> int:
        port: int = self._server.servers[0].sockets[0].getsockname()[1]
        return port


def rest_of(client: socket.socket) -> bytes:
    """Everything until the server closes the connection."""
    received = b""
    with suppress(ConnectionResetError):
        while part := client.recv(65536):
            received += part
    return received
