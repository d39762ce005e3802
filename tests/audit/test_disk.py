"""Disk errors never reach the caller, and lost records are counted by a gap record."""

import errno
import json
import os
import subprocess
import sys
import threading

import pytest

from dashboard.audit.flushing import FlushPolicy
from dashboard.audit.verify import verify
from tests.audit.broken_disk import Disk
from tests.audit.builders import Clock, kinds, logger, numbers, only_file, records_of
from tests.waiting import TIMEOUT_S, until

FULL_DISK_SCRIPT = """
import json, os, pathlib, sys
from dashboard.audit.logger import AuditLogger

directory, ballast = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
{fill}
log = AuditLogger(directory)
kept = lost = 0
while lost < 50:
    if log.record("fill", {{"number": kept, "text": "x" * 300}}):
        kept += 1
    else:
        lost += 1
degraded = [log.degraded.reason, log.degraded.lost]
{free}
after = log.record("fill", {{"number": kept, "text": "after"}})
log.close()
from dashboard.audit.verify import verify
from dashboard.audit.trail_reader import read_records
report = verify(directory)
records = list(read_records(directory))
print(json.dumps({{
    "kept": kept, "degraded": degraded, "after": after, "well": log.degraded is None, "intact": report.intact,
    "lost": report.lost, "kinds": [record.kind for record in records[-2:]],
    "numbers": [record.entry["number"] for record in records if record.kind == "fill"],
}}))
"""


def run_script(command, directory, fill, free):
    script = FULL_DISK_SCRIPT.format(fill=fill, free=free)
    done = subprocess.run(
        [*command, sys.executable, "-c", script, directory / "audit", directory / "ballast"],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def assert_survived(found, reason):
    assert found["degraded"][0] == reason
    assert 0 < found["degraded"][1] <= 50  # a gap record is shorter than a fill, so one may have fitted
    assert found["after"] is found["well"] is found["intact"] is True
    assert found["lost"] == 50
    assert found["kinds"] == ["gap", "fill"]
    assert found["numbers"] == list(range(found["kept"] + 1))


def can_mount() -> bool:
    """True if a filesystem can be mounted for one process alone."""
    try:
        return subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not can_mount(), reason="needs Linux and the right to mount in a private namespace")
def test_records_after_a_full_disk_continue_with_a_gap(tmp_path):
    """The disk is a tmpfs of 256 kB, on which space is freed again."""
    mount = ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs -o size=256k none "$0" && exec "$@"', tmp_path]
    found = run_script(mount, tmp_path, "ballast.write_bytes(bytes(100_000))", "ballast.unlink()")
    assert_survived(found, "No space left on device")
    assert found["kept"] > 100


def test_partly_written_line_is_removed(tmp_path):
    """A limit of the file size admits a part of a line before it fails."""
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({}, resource.RLIM_INFINITY))"
    found = run_script([], tmp_path, limit.format("100_001"), limit.format("resource.RLIM_INFINITY"))
    assert_survived(found, "File too large")


@pytest.fixture
def disk(monkeypatch):
    return Disk(monkeypatch)


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT, errno.EBADF])
def test_write_error_degrades_the_trail_then_leaves_a_gap_record(tmp_path, disk, error):
    clock = Clock()
    with logger(tmp_path, clock) as log:
        assert log.record("fill", {"number": 0})
        disk.error = error
        for number in (1, 2, 3):
            assert log.record("fill", {"number": number}) is False
        since = log.degraded.since
        assert (log.degraded.reason, log.degraded.lost) == (os.strerror(error), 3)
        assert since < clock.now
        disk.error = None
        assert log.record("fill", {"number": 4})
        assert log.degraded is None
    assert kinds(tmp_path) == ["fill", "gap", "fill"]
    _, gap = records_of(tmp_path)[1]
    assert (gap["lost"], gap["reason"]) == (3, os.strerror(error))
    assert gap["since"] == since.isoformat().replace("+00:00", "Z")
    assert verify(tmp_path).intact


def test_failure_is_logged_once_at_its_start_and_once_at_its_end(tmp_path, disk, caplog):
    with logger(tmp_path) as log:
        disk.error = errno.ENOSPC
        for _ in range(5):
            log.record("fill", {})
        disk.error = None
        log.record("fill", {})
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert "No space left" in caplog.text
    assert "5 records were lost" in caplog.text


def test_short_write_is_completed(tmp_path, disk):
    with logger(tmp_path) as log:
        disk.partial = 20
        assert log.record("fill", {"number": 0})
    assert numbers(tmp_path) == [0]
    assert verify(tmp_path).intact


def test_partly_written_line_that_cannot_be_removed_is_repaired(tmp_path, disk):
    with logger(tmp_path) as log:
        log.record("fill", {"number": 0})
        disk.partial, disk.error = 20, errno.EIO
        assert log.record("fill", {"number": 1}) is False
        assert only_file(tmp_path).read_bytes().count(b"\n") == 1
        assert not only_file(tmp_path).read_bytes().endswith(b"\n")
        disk.error = None
        log.record("fill", {"number": 2})
    assert kinds(tmp_path) == ["fill", "healed", "gap", "fill"]
    assert verify(tmp_path).intact


def test_disk_failure_at_the_start_only_degrades(tmp_path):
    """A file in place of the directory makes every open fail."""
    place = tmp_path / "state"
    place.write_text("")
    with logger(place / "audit") as log:
        assert log.degraded.lost == 0
        assert log.head is None
        assert log.record("fill", {"number": 0}) is False
        place.unlink()
        assert log.record("fill", {"number": 1})
        assert log.degraded is None
    assert kinds(place / "audit") == ["gap", "fill"]


def test_close_writes_the_pending_gap_record(tmp_path, disk):
    with logger(tmp_path) as log:
        disk.error = errno.ENOSPC
        log.record("fill", {})
        disk.error = None
    assert kinds(tmp_path) == ["gap"]


def test_close_succeeds_on_a_full_disk(tmp_path, disk):
    with logger(tmp_path) as log:
        log.record("fill", {"number": 0})
        disk.error = errno.ENOSPC
        log.record("fill", {"number": 1})
    assert log.degraded.lost == 1
    assert numbers(tmp_path) == [0]


# --- Flushing to the disk


class Syncs:
    """Replaces `sync`: counts the calls and raises `error` if set."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.done = threading.Semaphore(0)
        self.count = 0
        self.error: OSError | None = None
        patch.setattr("dashboard.audit.day_file.sync", self)

    def __call__(self, fd: int) -> None:
        self.count += 1
        self.done.release()
        if self.error is not None:
            raise self.error


@pytest.fixture
def syncs(monkeypatch):
    return Syncs(monkeypatch)


def test_always_syncs_each_line_before_it_returns(tmp_path, syncs):
    with logger(tmp_path, flush=FlushPolicy.ALWAYS) as log:
        for count in (1, 2, 3):
            log.record("fill", {})
            assert syncs.count == count


def test_never_does_not_sync(tmp_path, syncs):
    with logger(tmp_path, flush=FlushPolicy.NEVER) as log:
        log.record("fill", {})
    assert syncs.count == 0


def test_interval_syncs_many_lines_at_once_in_a_thread(tmp_path, syncs):
    with logger(tmp_path, flush=FlushPolicy.INTERVAL, interval_s=0.02) as log:
        for _ in range(100):
            log.record("fill", {})
        assert syncs.done.acquire(timeout=TIMEOUT_S)
    assert syncs.count < 100


def test_close_does_not_wait_for_the_interval(tmp_path, syncs):
    with logger(tmp_path, flush=FlushPolicy.INTERVAL, interval_s=3600) as log:
        log.record("fill", {})
        assert syncs.count == 0
    assert syncs.count >= 1


def test_first_record_of_a_day_syncs_the_previous_day(tmp_path, syncs):
    clock = Clock()
    with logger(tmp_path, clock, flush=FlushPolicy.INTERVAL, interval_s=3600) as log:
        log.record("fill", {})
        clock.advance(days=1)
        log.record("fill", {})
        assert syncs.count == 1


def test_failed_sync_degrades_until_a_sync_succeeds(tmp_path, syncs):
    with logger(tmp_path, flush=FlushPolicy.ALWAYS) as log:
        syncs.error = OSError(errno.EIO, os.strerror(errno.EIO))
        assert log.record("fill", {"number": 0}) is False
        assert log.degraded.reason == "not flushed to the disk: Input/output error"
        assert log.degraded.lost == 0
        syncs.error = None
        assert log.record("fill", {"number": 1})
        assert log.degraded is None
    assert numbers(tmp_path) == [0, 1]


def test_failed_sync_in_the_thread_is_retried(tmp_path, syncs):
    syncs.error = OSError(errno.EIO, os.strerror(errno.EIO))
    with logger(tmp_path, flush=FlushPolicy.INTERVAL, interval_s=0.01) as log:
        log.record("fill", {})
        for _ in range(3):
            assert syncs.done.acquire(timeout=TIMEOUT_S)
        assert "not flushed to the disk" in log.degraded.reason
        syncs.error = None
        until(lambda: log.degraded is None)
