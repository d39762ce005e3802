"""Serving an application on loopback as dashboard-run does, for as long as somebody asks."""

import resource
import socket
import threading
from collections.abc import Callable, Mapping

import uvicorn
from fastapi import FastAPI

from benchmarks.processes import answering
from dashboard.processes.http_server import uvicorn_config


def serve(app: FastAPI, handlers: Mapping[str, Callable[..., object]] | None = None) -> None:
    """Serves in a thread; this one answers the benchmark."""
    allow_many_sockets()
    listener = socket.create_server(("127.0.0.1", 0), backlog=socket.SOMAXCONN)
    server = uvicorn.Server(uvicorn_config(app))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        answering({"url": f"http://127.0.0.1:{listener.getsockname()[1]}"}, handlers or {})
    finally:
        server.should_exit = True
        thread.join()


def allow_many_sockets() -> None:
    """Lets this process open as many files as it may."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
