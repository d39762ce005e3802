"""The lock: only one process can write a trail."""

import os
import subprocess
import sys

import pytest

from dashboard.audit.verify import verify
from dashboard.audit.writer_lock import TrailTaken
from tests.audit.builders import kinds, logger, numbers

WRITER = """
import sys, pathlib
from dashboard.audit.logger import AuditLogger
AuditLogger(pathlib.Path(sys.argv[1])).record("fill", {"number": 0})
print("ready", flush=True)
sys.stdin.read()
"""


def test_second_writer_gets_one_error_line_with_the_process_id(tmp_path):
    with logger(tmp_path), pytest.raises(TrailTaken) as caught:
        logger(tmp_path)
    message = str(caught.value)
    assert f"process {os.getpid()}:" in message
    assert str(tmp_path) in message
    assert "\n" not in message


def test_lock_is_released_when_its_process_is_killed(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout.readline() == "ready\n"
        with pytest.raises(TrailTaken, match=f"process {first.pid}:"):
            logger(tmp_path)
        first.kill()
    with logger(tmp_path) as log:
        assert log.record("fill", {"number": 1})
    assert numbers(tmp_path) == [0, 1]


def test_close_releases_the_lock(tmp_path):
    for number in range(2):
        with logger(tmp_path) as log:
            log.record("fill", {"number": number})
    assert verify(tmp_path).intact


def test_deleted_lock_file_is_recreated(tmp_path):
    with logger(tmp_path) as log:
        log.record("fill", {"number": 0})
        for path in tmp_path.iterdir():
            path.unlink()
        log.record("fill", {"number": 1})
        with pytest.raises(TrailTaken):
            logger(tmp_path)
    assert kinds(tmp_path) == ["broken", "fill"]


def test_trail_locked_by_another_process_only_degrades(tmp_path):
    """The lock file is deleted, and another process locks the trail first."""
    with logger(tmp_path) as log:
        log.record("fill", {"number": 0})
        for path in tmp_path.iterdir():
            path.unlink()
        with logger(tmp_path) as other:
            assert log.record("fill", {"number": 1}) is False
            assert "is being written by process" in log.degraded.reason
            other.record("fill", {"number": 2})
        assert log.record("fill", {"number": 3})
        assert log.degraded is None
    assert numbers(tmp_path) == [2, 3]
