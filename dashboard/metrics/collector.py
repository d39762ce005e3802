"""The figures of Vitals as Prometheus knows them. What is unknown is absent, and never zero."""

import platform
from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from dashboard.clock import now_ms
from dashboard.domain.feed_state import FeedState
from dashboard.metrics.feed_stats import Reading

_LATEST = 10_000
"""Milliseconds after which a reading says no more how things are: the feed's process tells each second."""
_AHEAD = 1_000
"""Milliseconds that a reading may seem to come from the future; with more it is from before a reboot."""

_COUNTERS = {
    "ticks": ("dashboard_ticks", "Prices received from the exchange, of all markets."),
    "failures": ("dashboard_feed_failures", "Ways to the exchange's prices that broke, of all markets."),
    "reconnects": ("dashboard_reconnects", "Returns to live prices after none came, of all markets."),
    "fills": ("dashboard_fills", "Fills of the account that were told as they happened."),
    "position_updates": ("dashboard_position_updates", "Updates of positions told to all."),
    "differences": ("dashboard_reconciliation_differences", "Differences found to what the exchange tells."),
    "audit_errors": ("dashboard_audit_errors", "Failures to write the audit trail or bring it to the disk."),
}
_AGES = {
    "feed_age": ("dashboard_feed_age_seconds", "Since the exchange last told or confirmed the main price."),
    "account_age": ("dashboard_account_age_seconds", "Since the account was last read."),
}
_GAUGES = {
    "started_at": ("dashboard_feed_start_time_seconds", "When the feed's process began, since 1970 (UTC)."),
    "open_positions": ("dashboard_open_positions", "Open positions of the account."),
    "differences_open": (
        "dashboard_reconciliation_differences_open",
        "Positions of which the exchange tells something else now.",
    ),
    "account_failing": (
        "dashboard_account_failing",
        "1 while the account is not read, or its fills are not heard.",
    ),
    "audit_degraded": ("dashboard_audit_degraded", "1 while the audit trail cannot be written."),
    "audit_untold": ("dashboard_audit_untold_records", "Lost records of which the trail does not tell yet."),
}


class FeedStatsCollector(Collector):
    """Asks for the newest reading at each scrape, and lets its ages grow until then."""

    def __init__(
        self, feed_stats: Callable[[], Reading | None], *, clock: Callable[[], int] = now_ms
    ) -> None:
        self._feed_stats = feed_stats
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """All of them now."""
        yield InfoMetricFamily("dashboard_build", "What runs here.", _build())
        reading = self._feed_stats() or {}
        since = self._clock() - reading["read_at"] if "read_at" in reading else None
        known = since is not None and since >= -_AHEAD
        up = since is not None and -_AHEAD <= since <= _LATEST
        yield GaugeMetricFamily("dashboard_feed_up", "1 while the feed's process tells how it is.", int(up))
        if since is not None and known:
            yield from _lasting(reading, max(0, since))
        if up:
            yield from _passing(reading)


def _lasting(reading: Reading, since: int) -> Iterator[Metric]:
    """What stays true though it may be old."""
    for name, (metric, what) in _COUNTERS.items():
        if name in reading:
            yield CounterMetricFamily(metric, what, reading[name])
    for name, (metric, what) in _AGES.items():
        if name in reading:
            yield GaugeMetricFamily(metric, what, (reading[name] + since) / 1000)
    yield _prices(reading, since)
    if "state" in reading:
        yield _states(reading, since)


def _passing(reading: Reading) -> Iterator[Metric]:
    """What may be otherwise by the next reading."""
    for name, (metric, what) in _GAUGES.items():
        if name in reading:
            yield GaugeMetricFamily(metric, what, reading[name])


def _prices(reading: Reading, since: int) -> Metric:
    what = "Since the newest price of each watched market was received."
    family = GaugeMetricFamily("dashboard_price_age_seconds", what, labels=["market"])
    for market, age in reading.get("price_ages", {}).items():
        family.add_metric([market], (age + since) / 1000)
    return family


def _states(reading: Reading, since: int) -> Metric:
    what = "1 for the state of the main market's feed, 0 for the others."
    family = GaugeMetricFamily("dashboard_feed_state", what, labels=["state"])
    now = _state(reading, since)
    for state in FeedState:
        family.add_metric([state], int(state == now))
    return family


def _state(reading: Reading, since: int) -> str:
    """The state by now: silence makes a live feed stale, here as everywhere."""
    told, age = str(reading["state"]), reading.get("feed_age")
    silent = age is not None and age + since > reading.get("stale_after", 0)
    return FeedState.STALE if silent and told != FeedState.DISCONNECTED else told


@cache
def _build() -> dict[str, str]:
    try:
        ours = version("position-dashboard")
    except PackageNotFoundError:
        ours = "unknown"
    return {"version": ours, "python": platform.python_version()}
