"""SPEC B7: every change as a line of audit-YYYY-MM-DD.jsonl, append-only."""

import json
import os
import threading
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import pairwise
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.audit.logger import AuditLogger
from dashboard.audit.records import GENESIS, MAX_LINE_BYTES
from dashboard.audit.trail_reader import read_records
from dashboard.audit.verify import verify
from tests.audit.builders import NOON, Clock, files, kinds, logger, numbers, only_file, told, write


def test_a_line_says_all_of_it(tmp_path):
    with logger(tmp_path) as log:
        log.record("fill", {"price": Decimal("0.10"), "fees": {"USDT": Decimal("1E-7")}, "of": None})
    (line,) = only_file(tmp_path).read_text().splitlines()
    fields = json.loads(line)
    assert list(fields) == ["seq", "time", "kind", "entry", "before", "hash"]
    assert (fields["seq"], fields["kind"], fields["before"]) == (1, "fill", GENESIS)
    assert fields["time"] == "2025-03-01T12:00:00.002000Z"
    assert fields["entry"] == {"price": "0.10", "fees": {"USDT": "1E-7"}, "of": None}


def test_the_hash_can_be_computed_with_any_tool(tmp_path):
    """It is the SHA-256 of what stands before it, and the next line repeats it."""
    write(tmp_path, 2)
    first, second = only_file(tmp_path).read_text().splitlines()
    seal = sha256(first.split(',"hash":')[0].encode()).hexdigest()
    assert json.loads(first)["hash"] == json.loads(second)["before"] == seal


def test_only_the_owner_may_read_it(tmp_path):
    directory = tmp_path / "state" / "audit"
    write(directory, 1)
    assert directory.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in directory.iterdir()} == {0o600}


def test_a_line_is_one_write(tmp_path, monkeypatch):
    written = []
    real = os.write

    def watched(fd: int, line: bytes) -> int:
        written.append(line)
        return real(fd, line)

    with logger(tmp_path) as log:
        monkeypatch.setattr(os, "write", watched)
        log.record("fill", {"text": "x" * 100_000})
        log.record("fill", {})
    assert [line.count(b"\n") for line in written] == [1, 1]


def test_at_midnight_a_new_file_goes_on_with_the_same_chain(tmp_path):
    clock = Clock(NOON.replace(hour=23, minute=59, second=59, microsecond=997_000))
    with logger(tmp_path, clock) as log:
        for number in range(3):
            log.record("fill", {"number": number})
    assert [path.name for path in files(tmp_path)] == ["audit-2025-03-01.jsonl", "audit-2025-03-02.jsonl"]
    records = list(read_records(tmp_path))
    assert [record.seq for record in records] == [1, 2, 3]
    assert all(later.before == earlier.hash for earlier, later in pairwise(records))


def test_the_day_is_the_utc_one(tmp_path):
    with AuditLogger(tmp_path, clock=lambda: NOON.astimezone(tz=None)) as log:
        log.record("fill", {})
    assert only_file(tmp_path).name == "audit-2025-03-01.jsonl"


def test_the_next_process_goes_on_where_the_last_one_ended(tmp_path):
    for _ in range(3):
        write(tmp_path, 2)
    assert [record.seq for record in read_records(tmp_path)] == [1, 2, 3, 4, 5, 6]
    assert verify(tmp_path).whole


def test_nothing_is_written_where_nothing_happens(tmp_path):
    logger(tmp_path).close()
    assert files(tmp_path) == []


def test_a_clock_set_back_is_told_and_verifies(tmp_path):
    clock = Clock()
    with logger(tmp_path, clock) as log:
        log.record("fill", {"number": 0})
        clock.forward(days=-1)
        log.record("fill", {"number": 1})
        clock.forward(days=1)
        log.record("fill", {"number": 2})
    assert kinds(tmp_path) == ["fill", "clock", "fill", "fill"]
    times = [record.time for record in read_records(tmp_path)]
    assert times[2] - times[0] < timedelta(hours=-23)
    assert verify(tmp_path).whole
    assert only_file(tmp_path).name == "audit-2025-03-01.jsonl"


def test_a_clock_that_is_unsteady_stands_still(tmp_path):
    clock = Clock()
    with logger(tmp_path, clock) as log:
        log.record("fill", {})
        clock.forward(seconds=-0.5)
        log.record("fill", {})
    first, second = read_records(tmp_path)
    assert first.time == second.time
    assert kinds(tmp_path) == ["fill", "fill"]


@pytest.mark.parametrize("hours", [-30, 30])
def test_a_clock_set_while_nobody_wrote(tmp_path, hours):
    write(tmp_path, 2)
    with logger(tmp_path, Clock(NOON + timedelta(hours=hours))) as log:
        log.record("fill", {})
    assert kinds(tmp_path) == ["fill", "fill"] + ["clock"] * (hours < 0) + ["fill"]
    assert verify(tmp_path).whole


def test_threads_may_record_at_the_same_time(tmp_path):
    with logger(tmp_path) as log:
        threads = [
            threading.Thread(target=lambda: [log.record("fill", {"number": n}) for n in range(200)])
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(numbers(tmp_path)) == sorted(list(range(200)) * 8)
    assert verify(tmp_path).whole


@pytest.mark.parametrize(
    ("kind", "entry", "error"),
    [
        ("fill", {"price": object()}, TypeError),
        ("fill", {"price": float("nan")}, ValueError),
        ("fill", {"text": "x" * MAX_LINE_BYTES}, ValueError),
        ("x" * MAX_LINE_BYTES, {}, ValueError),
        ("gap", {}, ValueError),
        ("healed", {}, ValueError),
    ],
)
def test_a_callers_mistake_leaves_no_trace(tmp_path, kind, entry, error):
    with logger(tmp_path) as log:
        with pytest.raises(error):
            log.record(kind, entry)
        assert log.record("fill", {"number": 1})
        assert log.degraded is None
    assert numbers(tmp_path) == [1]


def test_the_longest_entry_can_be_read_again(tmp_path):
    with logger(tmp_path) as log:
        log.record("fill", {"text": "x" * (MAX_LINE_BYTES - 1024 - len('{"text":""}') - len('"fill"'))})
        log.record("fill", {"number": 1})
    assert verify(tmp_path).whole
    assert len(list(read_records(tmp_path))) == 2


def test_an_interruption_while_writing_is_no_damage(tmp_path, monkeypatch):
    """Ctrl-C may come after the line is written and before that is remembered."""
    real = os.write

    def interrupted(fd: int, line: bytes) -> int:
        real(fd, line)
        raise KeyboardInterrupt

    with logger(tmp_path) as log:
        log.record("fill", {"number": 0})
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", interrupted)
            with pytest.raises(KeyboardInterrupt):
                log.record("fill", {"number": 1})
        log.record("fill", {"number": 2})
    assert told(tmp_path) == [("fill", {"number": number}) for number in range(3)]
    assert verify(tmp_path).whole


def test_after_closing_records_are_lost_and_that_shows(tmp_path):
    log = logger(tmp_path)
    log.close()
    log.close()
    assert log.record("fill", {}) is False
    assert log.degraded.lost == 1


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.decimals(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def plain(value: object) -> object:
    """As JSON gives it back: Decimals as strings."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


@settings(max_examples=60)
@given(
    recorded=st.lists(
        st.tuples(
            st.text().filter(lambda kind: kind not in {"gap", "healed", "clock", "broken"}),
            st.dictionaries(st.text(), json_values, max_size=4),
            st.integers(0, 50),
            st.booleans(),
        ),
        max_size=12,
    )
)
def test_whatever_is_recorded_comes_back(tmp_path_factory, recorded):
    """Over days, and with a new logger now and then."""
    directory = tmp_path_factory.mktemp("trail")
    clock = Clock()
    log = logger(directory, clock)
    for kind, entry, hours, anew in recorded:
        clock.forward(hours=hours)
        if anew:
            log.close()
            log = logger(directory, clock)
        assert log.record(kind, MappingProxyType(entry))
    log.close()
    assert told(directory) == [(kind, plain(entry)) for kind, entry, _, _ in recorded]
    if recorded:
        assert verify(directory).whole
