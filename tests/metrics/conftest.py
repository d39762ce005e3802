"""The whole application with metrics, over a real socket."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

import httpx
import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample
from websockets.sync.client import ClientConnection, connect

from dashboard.api.router import add_api
from dashboard.audit.flushing import FlushPolicy
from dashboard.audit.logger import AuditLogger
from dashboard.metrics.exporter import add_metrics
from dashboard.metrics.feed_stats import FeedStats
from dashboard.metrics.readiness import readiness_check
from dashboard.web.app import build_app
from tests.app_server import AppServer
from tests.web.scenes import Scene

PATHS = {"view": "/ws/view", "positions": "/api/v1/positions/stream", "bbo": "/api/v1/live/bbo"}


class MetricsServer(AbstractContextManager["MetricsServer"]):
    """A server with the page, API and metrics of one scene."""

    def __init__(self, folder: Path) -> None:
        self.scene = Scene(account=True, real_clock=True)
        self.audit = AuditLogger(folder, FlushPolicy.NEVER)
        context = self.scene.context
        self.feed_stats = FeedStats(context.markets, context.positions, self.audit)
        self.app = build_app(context)
        add_api(self.app, context)
        add_metrics(self.app, feed_stats=self.feed_stats.read, ready=readiness_check(context))
        self._server = AppServer(self.app)

    def __enter__(self) -> "MetricsServer":
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()
        self.audit.close()

    @property
    def address(self) -> str:
        return self._server.address

    def get(self, path: str, **headers: str) -> httpx.Response:
        return httpx.get(f"http://{self.address}{path}", headers=headers)

    def connect_viewer(self, stream: str) -> ClientConnection:
        return connect(f"ws://{self.address}{PATHS[stream]}")

    def families(self) -> dict[str, Metric]:
        text = self.get("/metrics").text
        return {family.name: family for family in text_string_to_metric_families(text)}

    def value(self, name: str, **labels: str) -> float | None:
        return value(self.get("/metrics").text, name, **labels)


def value(text: str, name: str, **labels: str) -> float | None:
    """The value of the only sample with this name and these labels; None without one."""
    families = text_string_to_metric_families(text)
    samples: list[Sample] = [sample for family in families for sample in family.samples]
    found = [
        sample.value for sample in samples if sample.name == name and labels.items() <= sample.labels.items()
    ]
    assert len(found) <= 1
    return found[0] if found else None


def eventually(condition: Callable[[], object]) -> None:
    """Waits for the condition, up to ten seconds."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "the condition did not become true within 10 s"
        time.sleep(0.01)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[], MetricsServer]]:
    started: list[MetricsServer] = []

    def serve() -> MetricsServer:
        started.append(MetricsServer(tmp_path / str(len(started))).__enter__())
        return started[-1]

    yield serve
    for server in started:
        server.__exit__(None, None, None)


@pytest.fixture
def served(serve: Callable[[], MetricsServer]) -> MetricsServer:
    return serve()
