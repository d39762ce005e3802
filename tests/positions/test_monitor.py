"""SPEC B3: PositionMonitor."""

import threading

from dashboard.positions.models import EventType
from dashboard.positions.monitor import PositionMonitor
from tests.domain.fill_histories import fill
from tests.positions.harness import TrackerHarness
from tests.waiting import TIMEOUT_S


def test_fills_are_announced_at_once_and_prices_at_intervals():
    harness, seen, priced = TrackerHarness(), [], threading.Event()
    monitor = PositionMonitor(harness.book, update_interval=0.01)

    def on_update(update) -> None:
        seen.append(update.event_type)
        if update.event_type is EventType.PRICE_UPDATE:
            priced.set()

    unregister = monitor.on_position_update(on_update)
    harness.fills(fill("buy 2 @ 100"))
    assert seen == [EventType.FILL]
    harness.price("110")
    assert seen == [EventType.FILL]
    monitor.start()
    assert priced.wait(TIMEOUT_S)
    unregister()
    monitor.stop()
    assert monitor.get_position_summary().unrealized_pnl == 20


def test_feed_is_started_and_stopped_once():
    steps: list[str] = []
    monitor = PositionMonitor(
        TrackerHarness().book, lambda: steps.append("start"), lambda: steps.append("stop")
    )
    monitor.stop()
    assert not monitor.running
    monitor.start()
    monitor.start()
    assert monitor.running
    monitor.stop()
    monitor.stop()
    assert not monitor.running
    assert steps == ["start", "stop"]


def test_callback_may_stop_the_monitor():
    harness, stopped = TrackerHarness(), threading.Event()
    monitor = PositionMonitor(harness.fills(fill("buy 2 @ 100")).book, update_interval=0.01)

    def stop(_update) -> None:
        monitor.stop()
        stopped.set()

    monitor.on_position_update(stop)
    harness.price("110")
    monitor.start()
    assert stopped.wait(TIMEOUT_S)
