"""The metrics that this process updates itself; the other modules may update them from any thread.

Where PROMETHEUS_MULTIPROC_DIR names a folder, their values are kept in files there, so that one worker can
export those of all. The variable has to be set before this module is imported.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

disable_created_metrics()  # one more series for each metric, with the start time of the process

MULTIPROCESS_DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
"""The variable of the client library that names the folder."""

REGISTRY = CollectorRegistry()
"""Contains these metrics alone, unlike the library's default registry."""

_STREAMS = ("view", "positions", "bbo")
_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)

_viewers_gauge = Gauge(
    "dashboard_viewers",
    "Open websockets: pages (view) and API clients (positions, bbo).",
    ["stream"],
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
VIEWERS = {stream: _viewers_gauge.labels(stream) for stream in _STREAMS}
"""The gauge of open websockets of each stream."""

UPDATE_LATENCY = Histogram(
    "dashboard_update_latency_seconds",
    "Time from the receipt of a price to the view that shows it, once for each refresh of a page's stream.",
    registry=REGISTRY,
    buckets=_BUCKETS,
)

LOGIN_FAILURES = Counter("dashboard_login_failures", "Refused logins, for any reason.", registry=REGISTRY)
