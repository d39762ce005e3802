"""One web worker, as gunicorn would start it: `python -m tests.metrics.worker FOLDER`. Prints its port."""

import os
import socket
import sys

os.environ["PROMETHEUS_MULTIPROC_DIR"] = sys.argv[1]  # before the client library is imported below

import uvicorn

from dashboard.metrics.exporter import add_metrics
from dashboard.processes.http_server import uvicorn_config
from dashboard.web.app import build_app
from tests.web.scenes import live

listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
scene = live()
scene.real_clock = True
app = build_app(scene.context)
add_metrics(app, feed_stats=lambda: None, ready=lambda: None)


@app.post("/tick")
async def tick() -> None:
    """Publishes one price."""
    scene.price("102")


uvicorn.Server(uvicorn_config(app)).run(sockets=[listener])
