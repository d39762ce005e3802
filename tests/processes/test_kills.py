"""kill -9 at any moment loses no fill and counts none twice."""

import multiprocessing
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest

from dashboard.app.engine import build_engine
from dashboard.audit.trail_reader import read_records
from dashboard.audit.verify import verify
from dashboard.config import load
from dashboard.demo import BitgetError, DemoExchange
from dashboard.demo.thread import DemoThread
from tests.processes.test_standalone import options

KILLS = int(os.environ.get("KILLS", "200"))
LONGEST_LIFE = 0.5
"""Seconds. A start takes about half of it: some are killed in it, some in the middle of fills."""
SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT")
SIZES = {"BTCUSDT": Decimal("0.01"), "ETHUSDT": Decimal("0.1"), "SOLUSDT": Decimal(1)}

_fresh = multiprocessing.get_context("forkserver")


def live(flags: list[str]) -> None:
    """The dashboard without its page, until it is killed."""
    with build_engine(load(flags)) as inside:
        inside.monitor.start()
        signal.pause()


class Trading(threading.Thread):
    """Orders at random, as fast as the exchange takes them, until `stop`."""

    def __init__(self, demo: DemoThread) -> None:
        super().__init__(daemon=True)
        self._demo = demo
        self._dice = random.Random(7)
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(self._dice.random() / 20):
            symbol = self._dice.choice(SYMBOLS)
            size = SIZES[symbol] * self._dice.randint(1, 9)
            side = self._dice.choice(("buy", "sell"))
            order = self._demo.exchange.order(symbol, side=side, size=size, parts=self._dice.randint(1, 3))
            with suppress(BitgetError):  # not enough margin for this one
                self._demo.call(order)

    def stop(self) -> None:
        self._ended.set()
        self.join()


def signed(demo: DemoThread) -> dict[str, Decimal]:
    """The exchange's positions."""
    held = demo.exchange.account.positions
    return {position.symbol: position.sign * position.total for position in held}


@pytest.fixture
def demo():
    thread = DemoThread(DemoExchange(tick_interval=0.1))
    thread.start()
    yield thread
    thread.stop()


@pytest.mark.longest
def test_two_hundred_kills_lose_nothing(demo: DemoThread, tmp_path: Path):
    trail, dice = tmp_path / "trail", random.Random(11)
    flags = [options(demo, tmp_path, keys=True), f"--log-dir={trail}", "--update-interval=0.5"]
    _fresh.set_forkserver_preload(["dashboard.app.engine", "tests.processes.test_kills"])
    with build_engine(load(flags)) as inside:
        inside.monitor.start()
        until(lambda: any(line.kind == "reading" for line in read_records(trail)))
    trading = Trading(demo)
    trading.start()
    for _ in range(KILLS):
        child = _fresh.Process(target=live, args=(flags,))
        child.start()
        time.sleep(dice.random() * LONGEST_LIFE)
        child.kill()
        child.join()
    trading.stop()

    with build_engine(load(flags)) as inside:
        inside.monitor.start()
        account, tracker = demo.exchange.account, inside.tracker
        until(lambda: len(told(trail)) >= len(account.fills))
        ours = {
            live.tracked.instrument.id: live.tracked.contracts
            for live in tracker.get_all_positions().values()
        }
        assert ours == signed(demo)
        assert not [live.difference for live in tracker.get_all_positions().values() if live.difference]
    assert told(trail) == Counter(fill.id for fill in account.fills)
    assert not [line for line in read_records(trail) if line.kind == "correction"]
    assert verify(trail).whole


def until(holds: Callable[[], bool]) -> None:
    """Waits for what the trail tells: it tells nobody that it has grown."""
    give_up_at = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < give_up_at
        time.sleep(0.05)


def told(trail: Path) -> Counter[str]:
    """How often each fill stands in the trail."""
    return Counter(str(line.entry["event"]["id"]) for line in read_records(trail) if line.kind == "fill")
