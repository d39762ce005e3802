"""Pipes in the place of a day's file: no reader waits for one, and `verify` reports it."""

import os
import sys

import pytest

from dashboard.audit.audit_cli import main
from dashboard.audit.day_file import DayFile
from dashboard.audit.recovery import recover
from dashboard.audit.trail_files import trail_files
from dashboard.audit.trail_reader import read_newest, read_records
from dashboard.audit.trail_start import trail_starts

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pipes in folders")

USES = {
    "newest": lambda folder: read_newest(folder, 5),
    "all": lambda folder: list(read_records(folder)),
    "start": lambda folder: list(trail_starts(folder)),
    "recovery": recover,
    "append": lambda folder: DayFile(trail_files(folder)[0].path),
}


@pytest.fixture(params=[False, True], ids=["pipe", "pipe with a writer"])
def folder(tmp_path, request):
    pipe = tmp_path / "audit-2024-03-01.jsonl"
    os.mkfifo(pipe)
    if not request.param:
        yield tmp_path
        return
    held = os.open(pipe, os.O_RDWR)
    yield tmp_path
    os.close(held)


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_pipe_is_an_error_at_once(folder, use):
    with pytest.raises(OSError, match=r"not a regular file|No such device"):
        use(folder)


def test_pipe_is_a_defect_of_the_trail(folder, capsys):
    assert main(["verify", str(folder)]) == 1
    assert "not a regular file" in capsys.readouterr().out
