"""AppServer: serves an application over a real socket, in a thread."""

import threading

import uvicorn
from fastapi import FastAPI

from dashboard.processes.http_server import uvicorn_config
from tests.waiting import until


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
        port: int = self._server.servers[0].sockets[0].getsockname()[1]
        return f"127.0.0.1:{port}"
