"""A disk that was full for a while: after the next start every fill counts, by the exchange's history."""

import errno
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from dashboard.app.engine import Engine, build_engine
from dashboard.audit.trail_reader import read_records
from dashboard.config import load
from dashboard.demo import DemoExchange
from dashboard.demo.thread import DemoThread
from dashboard.positions import checkpoint_writer
from tests.audit.broken_disk import Disk
from tests.processes.test_standalone import options
from tests.waiting import until


@pytest.fixture
def demo():
    thread = DemoThread(DemoExchange(tick_interval_s=0.1))
    thread.start()
    yield thread
    thread.stop()


def bitcoin(engine: Engine) -> tuple[Decimal, Decimal]:
    """Contracts and realised PnL of the position in BTC."""
    known = engine.positions.all_known().values()
    (state,) = (live.state for live in known if live.state.instrument.base == "BTC")
    return state.contracts, state.cumulative_totals.realized_pnl


def trade(demo: DemoThread, engine: Engine, side: str) -> None:
    before = bitcoin(engine)
    demo.call(demo.exchange.order("BTCUSDT", side=side, size=Decimal("0.01")))
    until(lambda: bitcoin(engine) != before)


def test_fill_whose_record_was_lost_counts_after_a_crash(
    demo: DemoThread, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(checkpoint_writer, "_CHECK_INTERVAL_S", 3600)  # a checkpoint would contain it
    trail, crashed = tmp_path / "trail", tmp_path / "crashed"
    flags, disk = [options(demo, tmp_path, keys=True), "--log-dir"], Disk(monkeypatch)
    with build_engine(load([*flags, str(trail)])) as engine:
        engine.monitor.start()
        until(lambda: any(line.kind == "reading" for line in read_records(trail)))
        trade(demo, engine, "buy")
        disk.error = errno.ENOSPC
        trade(demo, engine, "sell")
        disk.error = None
        trade(demo, engine, "buy")
        (tracker,) = engine.trackers
        complete_until = tracker.complete_until
        engine.feed.reconcile()
        until(lambda: tracker.complete_until != complete_until)
        shutil.copytree(trail, crashed)
        expected = bitcoin(engine)
    with build_engine(load([*flags, str(crashed)])) as engine:
        assert bitcoin(engine) != expected
        engine.monitor.start()
        until(lambda: bitcoin(engine) == expected)
    assert not [line for line in read_records(crashed) if line.kind == "correction"]
