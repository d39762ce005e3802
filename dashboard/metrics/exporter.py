"""Adds /metrics, /healthz and /readyz to the application."""

import os
from collections.abc import Callable

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dashboard.metrics.collector import FeedStatsCollector
from dashboard.metrics.feed_stats import Reading
from dashboard.metrics.multiprocess import VARIABLE
from dashboard.metrics.registry import REGISTRY

_NO_STORE = {"Cache-Control": "no-store"}


def add_metrics(
    app: FastAPI, *, feed_stats: Callable[[], Reading | None], ready: Callable[[], str | None]
) -> None:
    """Serves them. `feed_stats` gives the newest reading, from wherever; `ready` says in one line why not.

    AccessMiddleware guards /metrics and leaves the health checks open.
    """
    registry = _registry(feed_stats)

    def metrics(request: Request) -> Response:
        """Runs in a thread: the workers' figures are read from files."""
        encode, kind = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), headers={"Content-Type": kind, **_NO_STORE})

    async def healthz(_request: Request) -> Response:
        """Answers as long as the event loop turns."""
        return JSONResponse({"status": "alive"}, headers=_NO_STORE)

    async def readyz(_request: Request) -> Response:
        why = ready()
        if why is None:
            return JSONResponse({"status": "ready"}, headers=_NO_STORE)
        return JSONResponse({"status": "not ready", "reason": why}, 503, headers=_NO_STORE)

    app.router.routes += [
        Route("/metrics", metrics),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
    ]


def _registry(feed_stats: Callable[[], Reading | None]) -> CollectorRegistry:
    """One of its own for each application: a process may have several of them, as tests do."""
    registry = CollectorRegistry()
    registry.register(FeedStatsCollector(feed_stats))
    if os.environ.get(VARIABLE):
        MultiProcessCollector(registry)  # the process's own figures would be those of any one worker
    else:
        registry.register(REGISTRY)
        ProcessCollector(registry=registry)
    return registry
