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
from dashboard.metrics.registry import MULTIPROCESS_DIRECTORY, REGISTRY

_NO_STORE = {"Cache-Control": "no-store"}


def add_metrics(
    app: FastAPI, *, feed_stats: Callable[[], Reading | None], ready: Callable[[], str | None]
) -> None:
    """Adds the routes. `feed_stats` returns the newest reading, `ready` the reason for not being ready.

    AccessMiddleware guards /metrics, and leaves /healthz and /readyz open.
    """
    registry = _registry(feed_stats)

    def metrics(request: Request) -> Response:
        """Runs in a thread, since the metrics of several workers are read from files."""
        encode, kind = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), headers={"Content-Type": kind, **_NO_STORE})

    async def healthz(_request: Request) -> Response:
        """Answers while the event loop runs."""
        return JSONResponse({"status": "alive"}, headers=_NO_STORE)

    async def readyz(_request: Request) -> Response:
        reason = ready()
        if reason is None:
            return JSONResponse({"status": "ready"}, headers=_NO_STORE)
        return JSONResponse({"status": "not ready", "reason": reason}, 503, headers=_NO_STORE)

    app.router.routes += [
        Route("/metrics", metrics),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
    ]


def _registry(feed_stats: Callable[[], Reading | None]) -> CollectorRegistry:
    """Returns a registry for one application; a process may have several, as in tests."""
    registry = CollectorRegistry()
    registry.register(FeedStatsCollector(feed_stats))
    if os.environ.get(MULTIPROCESS_DIRECTORY):
        MultiProcessCollector(registry)  # process metrics would be those of an arbitrary worker
    else:
        registry.register(REGISTRY)
        ProcessCollector(registry=registry)
    return registry
