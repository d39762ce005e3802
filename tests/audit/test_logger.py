"""Writing of the trail (SPEC B7): every change is a line of audit-YYYY-MM-DD.jsonl, append-only."""

import json
import os
import threading
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
from tests.audit.builders import NOON, Clock, files, logger, numbers, only_file, records_of, write


def test_line_contains_all_fields(tmp_path):
    with logger(tmp_path) as log:
        log.record("fill", {"price": Decimal("0.10"), "fees": {"USDT": Decimal("1E-7")}, "of": None})
    (line,) = only_file(tmp_path).read_text().splitlines()
    fields = json.loads(line)
    assert list(fields) == ["seq", "time", "kind", "entry", "before", "hash"]
    assert (fields["seq"], fields["kind"], fields["before"]) == (1, "fill", GENESIS)
    assert fields["time"] == "2025-03-01T12:00:00.002000Z"
    assert fields["entry"] == {"price": "0.10", "fees": {"USDT": "1E-7"}, "of": None}


def test_hash_is_the_sha256_of_the_bytes_before_it(tmp_path):
    """The next line repeats it as `before`."""
    write(tmp_path, 2)
    first, second = only_file(tmp_path).read_text().splitlines()
    line_hash = sha256(first.split(',"hash":')[0].encode()).hexdigest()
    assert json.loads(first)["hash"] == json.loads(second)["before"] == line_hash


def test_only_the_owner_can_read_the_trail(tmp_path):
    directory = tmp_path / "state" / "audit"
    write(directory, 1)
    assert directory.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in directory.iterdir()} == {0o600}


def test_each_line_is_one_write(tmp_path, monkeypatch):
    written = []
    real = os.write

    def recording_write(fd: int, line: bytes) -> int:
        written.append(line)
        return real(fd, line)

    with logger(tmp_path) as log:
        monkeypatch.setattr(os, "write", recording_write)
        log.record("fill", {"text": "x" * 100_000})
        log.record("fill", {})
    assert [line.count(b"\n") for line in written] == [1, 1]


def test_chain_continues_in_a_new_file_after_midnight(tmp_path):
    clock = Clock(NOON.replace(hour=23, minute=59, second=59, microsecond=997_000))
    with logger(tmp_path, clock) as log:
        for number in range(3):
            log.record("fill", {"number": number})
    assert [path.name for path in files(tmp_path)] == ["audit-2025-03-01.jsonl", "audit-2025-03-02.jsonl"]
    records = list(read_records(tmp_path))
    assert [record.seq for record in records] == [1, 2, 3]
    assert all(later.before == earlier.hash for earlier, later in pairwise(records))


def test_day_of_the_file_is_in_utc(tmp_path):
    with AuditLogger(tmp_path, clock=lambda: NOON.astimezone(tz=None)) as log:
        log.record("fill", {})
    assert only_file(tmp_path).name == "audit-2025-03-01.jsonl"


def test_new_logger_continues_the_chain(tmp_path):
    for _ in range(3):
        write(tmp_path, 2)
    assert [record.seq for record in read_records(tmp_path)] == [1, 2, 3, 4, 5, 6]
    assert verify(tmp_path).intact


def test_no_file_is_created_without_a_record(tmp_path):
    logger(tmp_path).close()
    assert files(tmp_path) == []


def test_threads_can_record_concurrently(tmp_path):
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
    assert verify(tmp_path).intact


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
def test_invalid_entry_raises_and_writes_nothing(tmp_path, kind, entry, error):
    with logger(tmp_path) as log:
        with pytest.raises(error):
            log.record(kind, entry)
        assert log.record("fill", {"number": 1})
        assert log.degraded is None
    assert numbers(tmp_path) == [1]


def test_longest_entry_can_be_read_back(tmp_path):
    with logger(tmp_path) as log:
        log.record("fill", {"text": "x" * (MAX_LINE_BYTES - 1024 - len('{"text":""}') - len('"fill"'))})
        log.record("fill", {"number": 1})
    assert verify(tmp_path).intact
    assert len(list(read_records(tmp_path))) == 2


def test_interrupt_during_a_write_causes_no_defect(tmp_path, monkeypatch):
    """Ctrl-C can come after the write and before the head is updated."""
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
    assert records_of(tmp_path) == [("fill", {"number": number}) for number in range(3)]
    assert verify(tmp_path).intact


def test_records_after_close_are_lost_and_degrade(tmp_path):
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


def as_read(value: object) -> object:
    """The value as read back from JSON: Decimals are strings."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {name: as_read(inner) for name, inner in value.items()}
    return [as_read(inner) for inner in value] if isinstance(value, list) else value


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
def test_every_entry_is_read_back_as_recorded(tmp_path_factory, recorded):
    """Includes several days and new loggers on the same trail."""
    directory = tmp_path_factory.mktemp("trail")
    clock = Clock()
    log = logger(directory, clock)
    for kind, entry, hours, reopen in recorded:
        clock.advance(hours=hours)
        if reopen:
            log.close()
            log = logger(directory, clock)
        assert log.record(kind, MappingProxyType(entry))
    log.close()
    assert records_of(directory) == [(kind, as_read(entry)) for kind, entry, _, _ in recorded]
    if recorded:
        assert verify(directory).intact
