"""Serves an application on loopback as dashboard-run does, until the benchmark ends."""

import resource
import socket
import threading
from collections.abc import Callable, Mapping

import uvicorn
from fastapi import FastAPI

from benchmarks.processes import answer_requests
from dashboard.processes.http_server import uvicorn_config


def serve(app: FastAPI, handlers: Mapping[str, Callable[..., object]] | None = None) -> None:
    """Serves in a thread, while the calling thread answers the benchmark."""
    allow_many_sockets()
    listener = socket.create_server(("127.0.0.1", 0), backlog=socket.SOMAXCONN)
    server = uvicorn.Server(uvicorn_config(app))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        answer_requests({"url": f"http://127.0.0.1:{listener.getsockname()[1]}"}, handlers or {})
    finally:
        server.should_exit = True
        thread.join()


def allow_many_sockets() -> None:
    """Raises this process's limit of open files to its maximum."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
