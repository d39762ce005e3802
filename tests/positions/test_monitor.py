"""SPEC B3: PositionMonitor."""

import threading

from dashboard.positions.models import EventType
from dashboard.positions.monitor import PositionMonitor
from tests.domain.fill_histories import fill
from tests.positions.harness import TrackerHarness
from tests.waiting import PATIENCE_S


def test_fills_at_once_prices_on_the_beat():
    books, heard, priced = TrackerHarness(), [], threading.Event()
    monitor = PositionMonitor(books.tracker, update_interval=0.01)

    def on_update(update) -> None:
        heard.append(update.event_type)
        if update.event_type is EventType.PRICE_UPDATE:
            priced.set()

    forget = monitor.on_position_update(on_update)
    books.fills(fill("buy 2 @ 100"))
    assert heard == [EventType.FILL]
    books.price("110")
    assert heard == [EventType.FILL]
    monitor.start()
    assert priced.wait(PATIENCE_S)
    forget()
    monitor.stop()
    assert monitor.get_position_summary().unrealized_pnl == 20


def test_it_starts_and_stops_its_feed_once():
    steps: list[str] = []
    monitor = PositionMonitor(
        TrackerHarness().tracker, lambda: steps.append("start"), lambda: steps.append("stop")
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


def test_a_callback_may_stop_it():
    books, stopped = TrackerHarness(), threading.Event()
    monitor = PositionMonitor(books.fills(fill("buy 2 @ 100")).tracker, update_interval=0.01)

    def stop(_update) -> None:
        monitor.stop()
        stopped.set()

    monitor.on_position_update(stop)
    books.price("110")
    monitor.start()
    assert stopped.wait(PATIENCE_S)
