"""Time and memory of a start from a long audit trail, and the delay of fills by checkpoints.

The plain implementation replays every record of the trail. Both run in a process of their own.
"""

import json
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil

from benchmarks.processes import running
from benchmarks.report import Report, Row, percentile
from dashboard.audit.flushing import FlushPolicy
from dashboard.audit.logger import AuditLogger
from dashboard.audit.trail_reader import read_records
from dashboard.domain.events import AccountSnapshot, FillsReceived
from dashboard.domain.fill import Fee, Fill, TradeSide
from dashboard.domain.keys import MarketKey
from dashboard.domain.market import Instrument
from dashboard.positions.checkpoint_writer import CheckpointWriter
from dashboard.positions.live_book import LiveBook
from dashboard.positions.tracker import PositionTracker
from dashboard.positions.trail_replay import TrailReplay, restore_trail
from dashboard.state.markets import Markets

MANY, QUICK = 1_000_000, 50_000
TIMED, TIMED_QUICK = 5_000, 1_000
ACCOUNT, EXCHANGE = "benchmark", "bitget"
START = datetime(2025, 3, 1, tzinfo=UTC)
STEP_MS = 80
"""Between two fills, so that a million of them are of one day and in one file."""
READING_EVERY_FILLS = 5_000
PAUSE_S = 0.001
"""Between two timed fills."""
MB = 1e6
MARKETS = [
    Instrument(EXCHANGE, f"{coin}/USDT:USDT", f"{coin}USDT", coin, "USDT", "USDT", "swap")
    for coin in ("BTC", "ETH", "SOL", "XRP")
]


def measure(quick: bool) -> Report:
    """Writes a trail, then starts from it."""
    count = QUICK if quick else MANY
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        alone, beside = _Account(Path(folder)).run(count, TIMED_QUICK if quick else TIMED)
        ours, plain = _started(folder, "checkpoint"), _started(folder, "replay")
    assert ours["positions"] == plain["positions"]
    return Report(
        f"restart: from a trail of {count:,} fills in one file to the restored positions",
        "The plain implementation replays all records. Then the time of one fill, a thousand a second, while "
        "checkpoints with the newest ten thousand events are written without a pause, and without them.",
        [
            Row("start", ours["seconds"], plain["seconds"], "s", most=2, digits=2),
            Row("memory of the start", ours["rss"] / MB, plain["rss"] / MB, "MB", most=50),
            *(_row(rank, beside, alone) for rank in (50, 99, 100)),
        ],
    )


def _row(rank: int, beside: list[float], alone: list[float]) -> Row:
    return Row(f"a fill, p{rank}", percentile(beside, rank), percentile(alone, rank), "µs")


class _Account:
    """An account whose fills are recorded in a trail with checkpoints."""

    def __init__(self, folder: Path) -> None:
        self._now = START
        self._fills = 0
        self._book = LiveBook(Markets(MarketKey(EXCHANGE, MARKETS[0].symbol), 2_000))
        self._log = AuditLogger(folder, FlushPolicy.NEVER, clock=lambda: self._now)
        self._tracker = PositionTracker(ACCOUNT, self._book, EXCHANGE, record=self._log.record)
        self._checkpoints = CheckpointWriter(self._log, self._book, [self._tracker], clock=lambda: self._now)

    def run(self, count: int, timed: int) -> tuple[list[float], list[float]]:
        """Applies `count` fills. Returns the µs of the last ones, alone and while checkpoints are written."""
        with self._log:
            while self._fills < count - 2 * timed:
                self._fill()
                if self._fills % READING_EVERY_FILLS == 0:
                    self._reading()
            return self._timed(timed), self._timed_with_checkpoints(timed)

    def _fill(self) -> None:
        at, self._fills = self._fills, self._fills + 1
        self._now += timedelta(milliseconds=STEP_MS)
        side = TradeSide.BUY if at % 5 < 3 else TradeSide.SELL
        price, contracts = 60_000 + Decimal(at % 977) / 10, Decimal(1 + at % 9) / 100
        traded_at = int(self._now.timestamp() * 1000)
        fees = (Fee(Decimal("0.0123456"), "USDT"),)
        fill = Fill(f"{10**18 + at}", MARKETS[at % 4], side, price, contracts, traded_at, fees)
        self._tracker.apply(FillsReceived((fill,)))

    def _reading(self) -> None:
        at = int(self._now.timestamp() * 1000)
        held = tuple(live.position for live in self._book.get_all_positions().values() if live.position)
        self._tracker.apply(AccountSnapshot(0, at, held, complete_until=at))
        if self._checkpoints.is_due:
            self._checkpoints.write()

    def _timed(self, count: int) -> list[float]:
        times = []
        for _ in range(count):
            time.sleep(PAUSE_S)
            started = time.perf_counter_ns()
            self._fill()
            times.append((time.perf_counter_ns() - started) / 1000)
        return times

    def _timed_with_checkpoints(self, count: int) -> list[float]:
        stopped = threading.Event()

        def write() -> None:
            while not stopped.is_set():
                self._checkpoints.write()

        thread = threading.Thread(target=write)
        thread.start()
        try:
            return self._timed(count)
        finally:
            stopped.set()
            thread.join()


def _started(folder: str, way: str) -> Any:
    with running("benchmarks.restart", folder, way) as child:
        return child.hello


def _start(folder: Path, way: str) -> None:
    """Restores the positions and prints the cost as JSON."""
    process, book = psutil.Process(), LiveBook(Markets(MarketKey(EXCHANGE, MARKETS[0].symbol), 2_000))
    before, started = process.memory_info().rss, time.perf_counter()
    replay = restore_trail(folder).replay if way == "checkpoint" else _replayed(folder)
    PositionTracker(ACCOUNT, book, EXCHANGE, restored=replay.take(ACCOUNT))
    seconds, rss = time.perf_counter() - started, process.memory_info().rss - before
    positions = {live.key.symbol: str(live.state.cumulative_totals) for live in book.all_known().values()}
    print(json.dumps({"seconds": seconds, "rss": rss, "positions": positions}), flush=True)


def _replayed(folder: Path) -> TrailReplay:
    replay = TrailReplay()
    for record in read_records(folder):
        replay.add(record.kind, record.entry)
    return replay


if __name__ == "__main__":
    _start(Path(sys.argv[1]), sys.argv[2])
