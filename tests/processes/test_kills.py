"""Kills the process at random moments, of checkpoints too: no fill is lost, and none is counted twice."""

import multiprocessing
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import suppress
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from dashboard.app.engine import build_engine
from dashboard.audit.trail_reader import read_records
from dashboard.audit.verify import verify
from dashboard.config import load
from dashboard.demo import BitgetError, DemoExchange
from dashboard.demo.account.demo_fill import DemoFill
from dashboard.demo.protocol.fault_injection import FILLS
from dashboard.demo.thread import DemoThread
from dashboard.domain.position_state import PositionState
from dashboard.positions import checkpoint_writer
from dashboard.positions.checkpoint_check import CheckpointCheck
from dashboard.positions.trail_replay import TrailReplay
from tests.processes.test_standalone import options
from tests.waiting import TIMEOUT_S

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("KILLS", "200"))
TRAILS = 4
"""Parts of the kills, run at the same time: in a row they would be the longest test by far.

Each has a trail, orders and moments of its own.
"""
MAX_LIFETIME_S = 0.5
"""Seconds until a kill, from the start of the process or from the first line that it records."""
ORDERS = 15
"""Orders for each process: the demo exchange keeps ten thousand fills, however slow the machine is."""
SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT")
SIZES = {"BTCUSDT": Decimal("0.01"), "ETHUSDT": Decimal("0.1"), "SOLUSDT": Decimal(1)}

_forkserver = multiprocessing.get_context("forkserver")


def run_engine(flags: list[str]) -> None:
    """Runs the dashboard without its page until it is killed. A checkpoint is written every few lines."""
    checkpoint_writer.CHECKPOINT_EVERY_LINES = 3
    checkpoint_writer._CHECK_INTERVAL_S = 0.01
    checkpoint_writer._PAUSE_S = 0
    with build_engine(load(flags)) as engine:
        engine.monitor.start()
        signal.pause()


class Trader(threading.Thread):
    """Places random orders, as many as were allowed, until `stop`."""

    def __init__(self, demo: DemoThread, seed: int) -> None:
        super().__init__(daemon=True)
        self._demo = demo
        self._random = random.Random(f"orders {seed}")
        self._stopped = threading.Event()
        self._orders = 0

    def run(self) -> None:
        while not self._stopped.wait(self._random.random() / 20):
            if self._orders == 0:
                continue
            self._orders -= 1
            symbol = self._random.choice(SYMBOLS)
            size = SIZES[symbol] * self._random.randint(1, 9)
            side = self._random.choice(("buy", "sell"))
            order = self._demo.exchange.order(symbol, side=side, size=size, parts=self._random.randint(1, 3))
            with suppress(BitgetError):  # not enough margin for this one
                self._demo.call(order)

    def allow(self, orders: int) -> None:
        self._orders = orders

    def stop(self) -> None:
        self._stopped.set()
        self.join()


def signed_positions(demo: DemoThread) -> dict[str, Decimal]:
    """The exchange's positions by symbol, shorts negative."""
    positions = demo.exchange.account.positions
    return {position.symbol: position.sign * position.total for position in positions}


@pytest.fixture
def demo():
    thread = DemoThread(DemoExchange(tick_interval_s=0.1))
    thread.start()
    yield thread
    thread.stop()


@pytest.mark.longest
@pytest.mark.parametrize("seed", range(TRAILS))
def test_repeated_kills_lose_no_fill_and_count_none_twice(
    demo: DemoThread, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
):
    kills = KILLS // TRAILS
    trail = tmp_path / "trail"
    flags = prepare(demo, tmp_path, monkeypatch)
    with build_engine(load(flags)) as engine:
        engine.monitor.start()
        until(lambda: any(line.kind == "reading" for line in read_records(trail)))
    kill_repeatedly(demo, flags, trail, kills, MAX_LIFETIME_S, seed)
    stages = Counter(line.entry["stage"] for line in read_records(trail) if line.kind == "checkpoint")
    assert stages["end"] > kills // 20
    assert_trail_is_complete(demo, flags, trail)


@pytest.mark.longest
def test_kills_while_the_first_history_is_read_lose_no_fill_and_count_none_twice(
    demo: DemoThread, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """One market's fills are never answered: no process reads the whole history before it is killed."""
    trail = tmp_path / "trail"
    flags = prepare(demo, tmp_path, monkeypatch)
    for symbol, size in SIZES.items():
        demo.call(demo.exchange.order(symbol, side="buy", size=size))
    faults = demo.exchange.faults.rest_at(FILLS)
    faults.hang, faults.symbol = True, "SOLUSDT"
    with build_engine(load(flags)) as engine:
        engine.monitor.start()
        until(lambda: any(line.kind == "correction" for line in read_records(trail)))
    kill_repeatedly(demo, flags, trail, KILLS // 20, MAX_LIFETIME_S * 8)
    assert not [line for line in read_records(trail) if line.kind == "reading"]
    demo.exchange.faults.clear()
    assert_trail_is_complete(demo, flags, trail)


def prepare(demo: DemoThread, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Returns the flags of processes that record in `folder`, and prepares the server that forks them."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # the fork server ignores this process's sys.path
    _forkserver.set_forkserver_preload(["dashboard.app.engine", "tests.processes.test_kills"])
    return [options(demo, folder, keys=True), f"--log-dir={folder / 'trail'}", "--update-interval=0.5"]


def kill_repeatedly(
    demo: DemoThread, flags: list[str], trail: Path, count: int, max_lifetime_s: float, seed: int = 0
) -> None:
    """Starts and kills a process `count` times while orders are placed."""
    rng, trader = random.Random(seed), Trader(demo, seed)
    trader.start()
    for number in range(count):
        trader.allow(ORDERS)
        size = trail_size(trail)
        child = _forkserver.Process(target=run_engine, args=(flags,))
        child.start()
        if number % 2:  # the others die during their start
            until(partial(is_longer, trail, size))
        time.sleep(rng.random() * max_lifetime_s)
        child.kill()
        child.join()
    trader.stop()


def assert_trail_is_complete(demo: DemoThread, flags: list[str], trail: Path) -> None:
    """Asserts that another process reads what is missing: each fill once, and the exchange's positions.

    Figures that were taken over while fills were being read must not change anything in the end.
    """
    with build_engine(load(flags)) as engine:
        engine.monitor.start()
        account, (tracker,) = demo.exchange.account, engine.trackers
        until(lambda: tracker.complete_until is not None and is_recorded(trail, account.fills), 5 * TIMEOUT_S)
        known = engine.positions.all_known().values()
        found = {live.state.instrument.id: live.state.contracts for live in known if live.is_open}
        assert found == signed_positions(demo)
        assert not [live.difference for live in known if live.difference]
    by_fills = TrailReplay()
    for line in read_records(trail):
        if line.kind == "fill":
            by_fills.add(line.kind, line.entry)
    assert {each.state.key: figures(each.state) for each in known} == {
        state.key: figures(state) for state in by_fills.take(tracker.account).journal.positions
    }
    assert recorded_fills(trail) == Counter(fill.id for fill in account.fills)
    assert not verify(trail, content=CheckpointCheck()).defects


def figures(state: PositionState) -> tuple[object, ...]:
    """Everything that events change."""
    return state.contracts, state.entry_value, state.cumulative_totals, state.opened_at, state.adopted_at


def until(condition: Callable[[], bool], timeout_s: float = TIMEOUT_S) -> None:
    """Polls the trail until the condition is true."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def trail_size(trail: Path) -> int:
    return sum(path.stat().st_size for path in trail.glob("*.jsonl"))


def is_longer(trail: Path, size: int) -> bool:
    return trail_size(trail) > size


def is_recorded(trail: Path, fills: Collection[DemoFill]) -> bool:
    return len(recorded_fills(trail)) >= len(fills)


def recorded_fills(trail: Path) -> Counter[str]:
    """How many records each fill has in the trail."""
    return Counter(str(line.entry["event"]["id"]) for line in read_records(trail) if line.kind == "fill")
