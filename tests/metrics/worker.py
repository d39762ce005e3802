"""One web worker, as gunicorn would start it: `python -m tests.metrics.worker FOLDER`. Says its port."""

import socket
import sys
from pathlib import Path

from dashboard.metrics.multiprocess import share

share(Path(sys.argv[1]))  # before the library is imported below

import uvicorn  # noqa: E402

from dashboard.metrics.exporter import add_metrics  # noqa: E402
from dashboard.processes.http_server import uvicorn_config  # noqa: E402
from dashboard.web.app import build_app  # noqa: E402
from tests.web.scenes import live  # noqa: E402

listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
scene = live()
scene.real_clock = True
app = build_app(scene.context)
add_metrics(app, feed_stats=lambda: None, ready=lambda: None)


@app.post("/tick")
async def tick() -> None:
    """A price more, for the test to give."""
    scene.price("102")


uvicorn.Server(uvicorn_config(app)).run(sockets=[listener])
