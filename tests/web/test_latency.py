"""The latency meter: one measurement a refresh, of the oldest price that was not shown yet."""

import pytest

from dashboard.domain.events import FeedFailed, MarginTiersReceived, PriceReceived, Transport
from dashboard.domain.keys import MarketKey
from dashboard.metrics.registry import REGISTRY
from dashboard.state.runtime import RuntimeConfig
from dashboard.web import latency
from tests.domain.builders import ticker


class LatencyHarness:
    """A market, its latency meter and a manual clock."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = 1_000
        patch.setattr(latency, "now_ms", lambda: self.now)
        self._before = self._totals()
        self.meter = latency.LatencyMeter()
        self.market = RuntimeConfig(MarketKey("bitget", "BTCUSDT"), 2_000)
        self.market.register(self.meter.on_update)

    def tick(self) -> None:
        self.market.apply(PriceReceived(Transport.STREAM, self.now, ticker(self.now, last="100")))

    def show(self) -> None:
        self.meter.observe(self.meter.take_pending())

    @property
    def measurements(self) -> tuple[float, float]:
        """The number of measurements so far, and their sum in seconds."""
        now = self._totals()
        return now[0] - self._before[0], round(now[1] - self._before[1], 9)

    @staticmethod
    def _totals() -> tuple[float, float]:
        name = "dashboard_update_latency_seconds"
        count, seconds = (REGISTRY.get_sample_value(f"{name}_{part}") for part in ("count", "sum"))
        return count or 0.0, seconds or 0.0


@pytest.fixture
def measured(monkeypatch):
    harness = LatencyHarness(monkeypatch)
    harness.now += 100
    return harness


def test_latency_runs_from_receipt_to_view(measured):
    measured.tick()
    measured.now += 7
    measured.show()
    assert measured.measurements == (1, 0.007)


def test_oldest_of_several_prices_counts(measured):
    for _ in range(5):
        measured.tick()
        measured.now += 3
    measured.show()
    assert measured.measurements == (1, 0.015)


def test_heartbeat_without_a_new_price_is_not_measured(measured):
    measured.tick()
    measured.show()
    measured.now += 1_000
    measured.show()
    assert measured.measurements == (1, 0)


@pytest.mark.parametrize("update", [FeedFailed(Transport.POLL, "gone"), MarginTiersReceived(())])
def test_other_updates_do_not_measure_an_old_price(measured, update):
    measured.tick()
    measured.now += 5
    measured.tick()
    measured.now += 5
    measured.show()
    measured.now += 1_000
    measured.market.apply(update)
    measured.meter.on_update("update of positions")
    measured.show()
    assert measured.measurements == (1, 0.01)


def test_price_that_arrives_late_counts_from_its_receipt(measured):
    """As from a slow feed process: the price was received before the previous view, which did not have it."""
    measured.tick()
    measured.show()
    late = PriceReceived(Transport.STREAM, measured.now + 2, ticker(measured.now + 2, last="101"))
    measured.now += 50
    measured.show()
    measured.market.apply(late)
    measured.show()
    assert measured.measurements == (2, 0.048)


def test_price_before_the_first_viewer_is_not_measured(monkeypatch):
    measured = LatencyHarness(monkeypatch)
    measured.now -= 1
    measured.tick()
    measured.now += 5_000
    measured.show()
    assert measured.measurements == (0, 0)
