"""How long a price took to be shown: the oldest that waits, once a refresh."""

import pytest

from dashboard.domain.events import FeedFailed, MarginTiersReceived, PriceReceived, Transport
from dashboard.domain.keys import MarketKey
from dashboard.metrics.registry import REGISTRY
from dashboard.state.runtime import RuntimeConfig
from dashboard.web import latency
from tests.domain.builders import ticker


class Measured:
    """A market whose prices are measured, by a clock in the hand."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = 1_000
        patch.setattr(latency, "now_ms", lambda: self.now)
        self._before = self._told()
        self.lateness = latency.LatencyMeter()
        self.market = RuntimeConfig(MarketKey("bitget", "BTCUSDT"), 2_000)
        self.market.register(self.lateness.told)

    def tick(self) -> None:
        self.market.apply(PriceReceived(Transport.STREAM, self.now, ticker(self.now, last="100")))

    def show(self) -> None:
        self.lateness.shown(self.lateness.take())

    @property
    def told(self) -> tuple[float, float]:
        """How often something was measured, and the seconds in all."""
        now = self._told()
        return now[0] - self._before[0], round(now[1] - self._before[1], 9)

    @staticmethod
    def _told() -> tuple[float, float]:
        name = "dashboard_update_latency_seconds"
        count, seconds = (REGISTRY.get_sample_value(f"{name}_{part}") for part in ("count", "sum"))
        return count or 0.0, seconds or 0.0


@pytest.fixture
def measured(monkeypatch):
    one = Measured(monkeypatch)
    one.now += 100
    return one


def test_from_the_receipt_to_the_view(measured):
    measured.tick()
    measured.now += 7
    measured.show()
    assert measured.told == (1, 0.007)


def test_of_many_the_one_that_waited_longest_counts(measured):
    for _ in range(5):
        measured.tick()
        measured.now += 3
    measured.show()
    assert measured.told == (1, 0.015)


def test_a_sign_of_life_without_a_new_price_is_not_measured(measured):
    measured.tick()
    measured.show()
    measured.now += 1_000
    measured.show()
    assert measured.told == (1, 0)


@pytest.mark.parametrize("news", [FeedFailed(Transport.POLL, "gone"), MarginTiersReceived(())])
def test_other_news_do_not_make_an_old_price_late(measured, news):
    measured.tick()
    measured.now += 5
    measured.tick()
    measured.now += 5
    measured.show()
    measured.now += 1_000
    measured.market.apply(news)
    measured.lateness.told("news of positions")
    measured.show()
    assert measured.told == (1, 0.01)


def test_one_that_was_told_late_was_late(measured):
    """As over a slow way from the feed's process: it was received before the view that lacks it."""
    measured.tick()
    measured.show()
    late = PriceReceived(Transport.STREAM, measured.now + 2, ticker(measured.now + 2, last="101"))
    measured.now += 50
    measured.show()
    measured.market.apply(late)
    measured.show()
    assert measured.told == (2, 0.048)


def test_what_came_before_anybody_looked_is_not_measured(monkeypatch):
    measured = Measured(monkeypatch)
    measured.now -= 1
    measured.tick()
    measured.now += 5_000
    measured.show()
    assert measured.told == (0, 0)
