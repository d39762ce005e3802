"""The instruments of this process that count and measure; `metrics` shows them, anybody may move them.

Where PROMETHEUS_MULTIPROC_DIR names a folder, they stand in files there, so that one worker can show
the figures of all. It has to be set before this module is imported.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

from dashboard.domain.market import Ticker

disable_created_metrics()  # a series more for each instrument, which tells what start times tell already

REGISTRY = CollectorRegistry()
"""Holds all of them; not the library's own one, which others may fill."""

_STREAMS = ("view", "positions", "bbo")
_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)

_viewers = Gauge(
    "dashboard_viewers",
    "Open websockets: pages (view) and clients of the API (positions, bbo).",
    ["stream"],
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
VIEWERS = {stream: _viewers.labels(stream) for stream in _STREAMS}
"""How many look at each stream now."""

UPDATE_LATENCY = Histogram(
    "dashboard_update_latency_seconds",
    "From the receipt of a price to the view that shows it, once a refresh of a page's stream.",
    registry=REGISTRY,
    buckets=_BUCKETS,
)

LOGIN_FAILURES = Counter(
    "dashboard_login_failures", "Logins that were refused, whatever the reason.", registry=REGISTRY
)


def newest_at(ticker: Ticker) -> int | None:
    """When the newest of the prices was received, in ms of the monotonic clock; None without any."""
    prices = (ticker.last, ticker.bid, ticker.ask, ticker.mark)
    return max((price.received_at for price in prices if price is not None), default=None)
