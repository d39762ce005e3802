"""FeedStats as Prometheus metrics. Unknown values are left out, never reported as zero."""

import platform
from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from dashboard.clock import now_ms
from dashboard.domain.feed_state import FeedState
from dashboard.metrics.feed_stats import Reading

_EXPIRES_AFTER_MS = 10_000
"""Age at which the feed counts as down: its process sends a reading each second."""
_MAX_SKEW_MS = 1_000
"""How far a reading may lie in the future of the clock; beyond that it is from before a reboot."""

_COUNTERS = {
    "ticks": ("dashboard_ticks", "Prices received from the exchange, of all markets."),
    "failures": ("dashboard_feed_failures", "Failures of streaming or polling prices, of all markets."),
    "reconnects": ("dashboard_reconnects", "Returns to live prices after an interruption, of all markets."),
    "fills": ("dashboard_fills", "Fills of the account received live."),
    "position_updates": ("dashboard_position_updates", "Position updates published."),
    "differences": (
        "dashboard_reconciliation_differences",
        "Differences found between the positions and the exchange's.",
    ),
    "cross_checks": (
        "dashboard_cross_checks",
        "Positions of a reading compared with the exchange's own notional and PnL.",
    ),
    "disagreements": (
        "dashboard_disagreements",
        "Positions found whose notional or PnL contradicts the exchange's own.",
    ),
    "audit_errors": (
        "dashboard_audit_errors",
        "Failures to write the audit trail or to sync it to the disk.",
    ),
}
_AGES = {
    "feed_age": (
        "dashboard_feed_age_seconds",
        "Time since the exchange last sent or confirmed the main market's price.",
    ),
    "account_age": ("dashboard_account_age_seconds", "Time since the account was last read."),
}
_GAUGES = {
    "started_at": ("dashboard_feed_start_time_seconds", "Start of the feed's process, as Unix time."),
    "open_positions": ("dashboard_open_positions", "Open positions of the account."),
    "differences_open": (
        "dashboard_reconciliation_differences_open",
        "Positions that differ from the exchange's now.",
    ),
    "disagreements_open": (
        "dashboard_disagreements_open",
        "Positions whose notional or PnL contradicts the exchange's own now.",
    ),
    "withheld_open": (
        "dashboard_withheld_positions",
        "Positions whose figures are not shown now, as they are far from the exchange's own.",
    ),
    "account_failing": (
        "dashboard_account_failing",
        "1 while reading the account or receiving its fills fails.",
    ),
    "audit_degraded": ("dashboard_audit_degraded", "1 while the audit trail cannot be written."),
    "audit_untold": (
        "dashboard_audit_untold_records",
        "Lost audit records that the trail does not mention yet.",
    ),
    "audit_unsigned": (
        "dashboard_audit_unsigned",
        "1 while the audit trail should be signed, but its key cannot be used.",
    ),
}


class FeedStatsCollector(Collector):
    """Takes the newest reading at each scrape, and adds the time since then to its ages."""

    def __init__(
        self, feed_stats: Callable[[], Reading | None], *, clock: Callable[[], int] = now_ms
    ) -> None:
        self._feed_stats = feed_stats
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """Yields all metrics as of now."""
        yield InfoMetricFamily("dashboard_build", "Version of the dashboard and of Python.", _build())
        reading = self._feed_stats() or {}
        since = self._clock() - reading["read_at"] if "read_at" in reading else None
        known = since is not None and since >= -_MAX_SKEW_MS
        up = since is not None and -_MAX_SKEW_MS <= since <= _EXPIRES_AFTER_MS
        yield GaugeMetricFamily("dashboard_feed_up", "1 while the feed's process sends readings.", int(up))
        if since is not None and known:
            yield from _durable_metrics(reading, max(0, since))
        if up:
            yield from _momentary_metrics(reading)


def _durable_metrics(reading: Reading, since: int) -> Iterator[Metric]:
    """Counters and ages, which are still exported when the last reading is old."""
    for name, (metric, help_text) in _COUNTERS.items():
        if name in reading:
            yield CounterMetricFamily(metric, help_text, reading[name])
    for name, (metric, help_text) in _AGES.items():
        if name in reading:
            yield GaugeMetricFamily(metric, help_text, (reading[name] + since) / 1000)
    yield _prices(reading, since)
    if "state" in reading:
        yield _states(reading, since)


def _momentary_metrics(reading: Reading) -> Iterator[Metric]:
    """Gauges, which are only exported while readings arrive."""
    for name, (metric, help_text) in _GAUGES.items():
        if name in reading:
            yield GaugeMetricFamily(metric, help_text, reading[name])


def _prices(reading: Reading, since: int) -> Metric:
    help_text = "Time since the newest price of each watched market was received."
    family = GaugeMetricFamily("dashboard_price_age_seconds", help_text, labels=["market"])
    for market, age in reading.get("price_ages", {}).items():
        family.add_metric([market], (age + since) / 1000)
    return family


def _states(reading: Reading, since: int) -> Metric:
    help_text = "1 for the state of the main market's feed, 0 for the others."
    family = GaugeMetricFamily("dashboard_feed_state", help_text, labels=["state"])
    current = _state(reading, since)
    for state in FeedState:
        family.add_metric([state], int(state == current))
    return family


def _state(reading: Reading, since: int) -> str:
    """The state as of now: without prices a live feed becomes stale."""
    state, age = str(reading["state"]), reading.get("feed_age")
    silent = age is not None and age + since > reading.get("stale_after", 0)
    return FeedState.STALE if silent and state != FeedState.DISCONNECTED else state


@cache
def _build() -> dict[str, str]:
    try:
        installed = version("position-dashboard")
    except PackageNotFoundError:
        installed = "unknown"
    return {"version": installed, "python": platform.python_version()}
