"""A wrong clock: each line is in the file of its day, and the order of all lines is kept."""

from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.audit.line_order import in_order
from dashboard.audit.newest_first import NewestFirst
from dashboard.audit.records import NO_LINES, compose, to_json
from dashboard.audit.system_records import CLOCK
from dashboard.audit.trail_files import day_path, trail_files
from dashboard.audit.trail_reader import read_newest, read_records
from dashboard.audit.verify import verify
from tests.audit.builders import NOON, Clock, defects, kinds, logger, numbers, only_file, write, write_lines

YEAR_2099 = datetime(2099, 1, 1, tzinfo=UTC)
DAY1, DAY2, DAY_2099 = "audit-2025-03-01.jsonl", "audit-2025-03-02.jsonl", "audit-2099-01-01.jsonl"


def write_at(directory, *times):
    """Writes a record at each time, numbered from those that are there on."""
    clock, first = Clock(times[0]), len(numbers(directory))
    with logger(directory, clock) as log:
        for number, time in enumerate(times, first):
            clock.now = time
            assert log.record("fill", {"number": number})


def numbers_by_file(directory):
    found: dict[str, list[int]] = {file.path.name: [] for file in trail_files(directory)}
    for line in in_order(trail_files(directory)):
        if line.content.kind == "fill":
            found[line.file.path.name].append(line.content.entry["number"])
    return found


def test_lines_after_a_wrong_clock_are_in_the_files_of_their_days(tmp_path):
    write_at(tmp_path, NOON, YEAR_2099, NOON + timedelta(hours=1), NOON + timedelta(days=1))
    assert numbers_by_file(tmp_path) == {DAY1: [0, 2], DAY2: [3], DAY_2099: [1]}
    assert kinds(tmp_path) == ["fill", "fill", "clock", "fill", "fill"]
    assert numbers(tmp_path) == [0, 1, 2, 3]
    assert [record.seq for record in read_newest(tmp_path, 4)] == [2, 3, 4, 5]
    assert verify(tmp_path).intact


def test_trail_continues_after_a_wrong_clock_and_restarts(tmp_path):
    for time in (NOON, YEAR_2099, NOON + timedelta(days=1), NOON + timedelta(days=1, hours=1)):
        write_at(tmp_path, time)
    assert numbers_by_file(tmp_path) == {DAY1: [0], DAY2: [2, 3], DAY_2099: [1]}
    assert verify(tmp_path).intact


def test_wrong_clock_of_the_past_leaves_a_file_of_its_own(tmp_path):
    write_at(tmp_path, NOON, datetime(1970, 1, 1, tzinfo=UTC), NOON + timedelta(seconds=1))
    assert numbers_by_file(tmp_path) == {"audit-1970-01-01.jsonl": [1], DAY1: [0, 2]}
    assert numbers(tmp_path) == [0, 1, 2]
    assert verify(tmp_path).intact


def test_clock_set_back_within_the_day_is_recorded(tmp_path):
    write_at(tmp_path, NOON, NOON - timedelta(hours=1), NOON)
    assert kinds(tmp_path) == ["fill", "clock", "fill", "fill"]
    assert only_file(tmp_path).name == DAY1
    assert verify(tmp_path).intact


def test_small_clock_setback_repeats_the_last_time(tmp_path):
    clock = Clock()
    with logger(tmp_path, clock) as log:
        log.record("fill", {})
        clock.advance(seconds=-0.5)
        log.record("fill", {})
    first, second = read_records(tmp_path)
    assert first.time == second.time
    assert kinds(tmp_path) == ["fill", "fill"]


@pytest.mark.parametrize("hours", [-30, 30])
def test_clock_changed_between_two_loggers(tmp_path, hours):
    write(tmp_path, 2)
    with logger(tmp_path, Clock(NOON + timedelta(hours=hours))) as log:
        log.record("fill", {})
    assert kinds(tmp_path) == ["fill", "fill"] + ["clock"] * (hours < 0) + ["fill"]
    assert verify(tmp_path).intact


@pytest.mark.parametrize("torn", [b"", b"{", b'{"seq":4,"time":"2025-03-01T13'], ids=["nothing", "1", "30"])
def test_crash_just_after_the_clock_was_set_back_is_recovered(tmp_path, torn):
    """The record of it is the newest line; the next one is torn in the file of another day."""
    write_at(tmp_path, NOON, YEAR_2099, NOON + timedelta(hours=1))
    day1 = tmp_path / DAY1
    first, _ = day1.read_bytes().splitlines(keepends=True)
    day1.write_bytes(first + torn)
    write_at(tmp_path, NOON + timedelta(hours=2))
    assert kinds(tmp_path) == ["fill", "fill", "clock"] + ["healed"] * bool(torn) + ["fill"]
    assert numbers_by_file(tmp_path) == {DAY1: [0, 2], DAY_2099: [1]}
    assert verify(tmp_path).intact


def test_torn_line_of_an_earlier_file_is_repaired_before_it_is_continued(tmp_path):
    write_at(tmp_path, NOON, YEAR_2099)
    with (tmp_path / DAY1).open("ab") as file:
        file.write(b"torn")
    write_at(tmp_path, NOON + timedelta(hours=1))
    assert numbers_by_file(tmp_path) == {DAY1: [0, 2], DAY_2099: [1]}


def test_line_in_the_file_of_another_day_is_misplaced(tmp_path):
    write_at(tmp_path, NOON, YEAR_2099, NOON + timedelta(hours=1))
    lines = (tmp_path / DAY1).read_bytes().splitlines(keepends=True)
    write_lines(tmp_path / DAY1, lines[:1])
    write_lines(tmp_path / DAY2, lines[1:])
    assert defects(tmp_path) == [f"{DAY2}:1 misplaced"]


@pytest.fixture
def trail_of_an_earlier_version(tmp_path):
    """After the clock was set back, all lines were in the file of the wrong day."""
    times = [NOON, YEAR_2099, NOON, NOON + timedelta(days=9)]
    head, lines = NO_LINES, []
    for number, (kind, time) in enumerate(zip(("fill", "fill", CLOCK, "fill"), times, strict=True)):
        line, head = compose(head, time, kind, to_json({"number": number}))
        lines.append(line)
    write_lines(day_path(tmp_path, NOON.date()), lines[:1])
    write_lines(day_path(tmp_path, YEAR_2099.date()), lines[1:])
    return tmp_path


def test_trail_of_an_earlier_version_continues_in_the_file_of_the_day(trail_of_an_earlier_version):
    directory = trail_of_an_earlier_version
    assert verify(directory).intact
    write_at(directory, NOON + timedelta(days=10))
    write_at(directory, NOON + timedelta(days=11))
    assert numbers(directory) == [0, 1, 2, 3, 4, 5]
    assert [record.seq for record in read_newest(directory, 9)] == [1, 2, 3, 4, 5, 6]
    assert verify(directory).intact
    assert (directory / "audit-2025-03-11.jsonl").exists()


jumps = st.sampled_from([-36500, -2, -1, -0.5, 0, 0.5, 1, 2, 27000])


@settings(max_examples=60)
@given(steps=st.lists(st.tuples(jumps, st.booleans()), min_size=1, max_size=15))
def test_any_jumps_of_the_clock_keep_order_and_days(tmp_path_factory, steps):
    directory = tmp_path_factory.mktemp("trail")
    clock = Clock(datetime(2100, 6, 1, tzinfo=UTC))
    log = logger(directory, clock)
    for number, (days, reopen) in enumerate(steps):
        clock.now = min(max(clock.now + timedelta(days=days), NOON), YEAR_2099 + timedelta(days=9999))
        if reopen:
            log.close()
            log = logger(directory, clock)
        assert log.record("fill", {"number": number})
    log.close()
    lines = list(in_order(trail_files(directory)))
    assert verify(directory).intact
    assert [line.seq for line in lines] == list(range(1, len(lines) + 1))
    assert [line.seq for line in NewestFirst(trail_files(directory))] == list(range(len(lines), 0, -1))
    fills = [line for line in lines if line.content.kind == "fill"]
    assert [line.content.entry["number"] for line in fills] == list(range(len(steps)))
    assert all(line.file.day == line.content.time.date() for line in fills)


def test_only_the_newest_file_is_opened_for_its_lines(tmp_path):
    write(tmp_path, 3, days=30)
    lines = NewestFirst(trail_files(tmp_path))
    assert [line.seq for line in islice(lines, 3)] == [90, 89, 88]
    assert [file.day.isoformat() for file in lines.opened] == ["2025-03-30"]


def test_only_two_files_are_opened_after_a_wrong_clock(tmp_path):
    write_at(tmp_path, YEAR_2099)
    write(tmp_path, 3, days=30)
    lines = NewestFirst(trail_files(tmp_path))
    assert [line.seq for line in islice(lines, 3)] == [92, 91, 90]
    assert len(lines.opened) == 2
