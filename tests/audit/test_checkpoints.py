"""Checkpoints of any content: found from the end of the trail, complete or not at all."""

import subprocess
import sys
import time

import pytest

from dashboard.audit.checkpoint_lines import begin_checkpoint, complete_checkpoint
from dashboard.audit.trail_reader import read_records
from dashboard.audit.trail_start import trail_starts
from dashboard.audit.verify import verify
from tests.audit.builders import logger, only_file, write_lines

ROUNDS = 20
WRITER = """
import os, pathlib, sys
from dashboard.audit.checkpoint_lines import begin_checkpoint, complete_checkpoint
from dashboard.audit.logger import AuditLogger
log = AuditLogger(pathlib.Path(sys.argv[1]))
number = int(sys.argv[2])
while True:
    log.record("fill", {"number": number})
    number += 1
    if number % 3 == 0:
        begun = begin_checkpoint(log)
        log.record("fill", {"number": number})
        complete_checkpoint(log, begun, [[each] for each in range(number)][-50:])
        number += 1
        os.write(1, b".")
"""


def checkpoint(log, *parts):
    begun = begin_checkpoint(log)
    assert complete_checkpoint(log, begun, parts)
    return begun.seq


def contents(directory):
    """The content of each checkpoint, newest first; None for the beginning."""
    return [
        [*map(list, start.checkpoint.contents())] if start.checkpoint else None
        for start in trail_starts(directory)
    ]


def test_trail_without_a_checkpoint_is_read_from_its_beginning(tmp_path):
    assert contents(tmp_path / "nowhere") == contents(tmp_path) == [None]
    with logger(tmp_path) as log:
        log.record("fill", {"number": 0})
    (start,) = trail_starts(tmp_path)
    assert [record.seq for record in start.records()] == [1]


def test_checkpoints_are_found_newest_first_with_the_records_after_them(tmp_path):
    with logger(tmp_path) as log:
        for number in range(3):
            log.record("fill", {"number": number})
            checkpoint(log, [number], [number, number])
        log.record("fill", {"number": 3})
    assert contents(tmp_path) == [[[2], [2, 2]], [[1], [1, 1]], [[0], [0, 0]], None]
    newest, older, *_ = trail_starts(tmp_path)
    assert fills(newest.records()) == [3]
    assert fills(older.records()) == [2, 3]
    assert verify(tmp_path).intact


def test_checkpoint_without_parts_is_complete(tmp_path):
    with logger(tmp_path) as log:
        checkpoint(log)
    assert contents(tmp_path) == [[], None]


@pytest.mark.parametrize(
    "lines",
    [
        [{"stage": "begin"}],
        [{"stage": "begin"}, {"stage": "end", "begun": 1, "parts": 1}],
        [{"stage": "begin"}, {"stage": "end", "begun": 7, "parts": 0}],
        [{"stage": "end", "begun": 0, "parts": 0}],
        [{"stage": "begin"}, {"stage": "end", "begun": "1", "parts": "0"}],
        [{"stage": "begin"}, {"stage": "begin"}, {"stage": "end", "begun": 1, "parts": 0}],
        [
            {"stage": "begin"},
            {"stage": "part", "begun": 1, "number": 2, "content": []},
            {"stage": "end", "begun": 1, "parts": 1},
        ],
        [
            {"stage": "begin"},
            {"stage": "part", "begun": 9, "number": 1, "content": []},
            {"stage": "end", "begun": 1, "parts": 1},
        ],
        [
            {"stage": "begin"},
            {"stage": "part", "begun": 1, "number": 1},
            {"stage": "end", "begun": 1, "parts": 1},
        ],
        [{}, {"stage": ["begin"]}],
    ],
    ids=range(10),
)
def test_lines_that_are_no_complete_checkpoint_are_passed_over(tmp_path, lines):
    with logger(tmp_path) as log:
        for line in lines:
            log.record("checkpoint", line)
    assert contents(tmp_path) == [None]


def test_line_out_of_place_after_the_checkpoint_is_logged_and_read(tmp_path, caplog):
    with logger(tmp_path) as log:
        checkpoint(log, ["all"])
        for number in range(3):
            log.record("fill", {"number": number})
    lines = only_file(tmp_path).read_bytes().splitlines(keepends=True)
    write_lines(only_file(tmp_path), [*lines[:4], b"junk\n", *lines[5:]])
    newest = next(trail_starts(tmp_path))
    assert fills(newest.records()) == [0, 2]
    assert "is skipped" in caplog.text
    caplog.clear()
    write_lines(only_file(tmp_path), [*lines[:4], *lines[5:]])
    assert [record.seq for record in next(trail_starts(tmp_path)).records()] == [2, 3, 4, 6]
    assert "line 6 in" in caplog.text


def fills(records):
    return [record.entry["number"] for record in records if record.kind == "fill"]


def written_before_a_kill(directory, first, delay_s):
    """Runs the writer until its first checkpoint and some time longer."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, directory, str(first)], stdout=subprocess.PIPE, bufsize=0
    ) as writer:
        writer.stdout.read(1)
        time.sleep(delay_s)
        writer.kill()
        writer.stdout.read()


def test_repeated_kills_leave_a_checkpoint_and_all_records_after_it(tmp_path):
    cut_off = 0
    for round_ in range(ROUNDS):
        written_before_a_kill(tmp_path, len(fills(read_records(tmp_path))), round_ / 1000)
        present = fills(read_records(tmp_path))
        assert present == list(range(len(present)))
        start = next(trail_starts(tmp_path))
        records = list(start.records())
        since = fills(records)
        sealed = [number for (number,) in start.checkpoint.contents()]
        assert sealed[-1] + 1 == since[0]
        assert since == present[since[0] :]
        stages = [record.entry["stage"] for record in records if record.kind == "checkpoint"]
        cut_off += stages[-1] != "end"
    logger(tmp_path).close()
    assert verify(tmp_path).intact
    assert cut_off > 0
