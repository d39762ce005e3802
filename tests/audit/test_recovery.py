"""Recovery of trails that a crash or another program has damaged."""

import os
from datetime import timedelta

import pytest

from dashboard.audit.verify import verify
from tests.audit.builders import (
    NOON,
    Clock,
    defects,
    files,
    kinds,
    logger,
    numbers,
    only_file,
    records_of,
    write,
    write_lines,
)

TORN = [b"{", b'{"seq":4,"time":"2025-', b"\0" * 5000, b'{"seq":4}' * 20_000, b"\xff"]


def reopen(directory, **later):
    clock = Clock(NOON + timedelta(**(later or {"hours": 1})))
    with logger(directory, clock) as log:
        log.record("fill", {"number": 99})


@pytest.mark.parametrize("torn", TORN, ids=lambda torn: f"{torn[:9]!r}x{len(torn)}")
def test_torn_line_is_cut_off_kept_in_a_file_and_recorded(tmp_path, torn):
    write(tmp_path, 3)
    path = only_file(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    assert defects(tmp_path) == [f"{path.name}:4 torn"]
    reopen(tmp_path)
    kept = tmp_path / "audit-2025-03-01.1.torn"
    assert path.read_bytes().startswith(whole)
    assert kept.read_bytes() == torn
    assert kept.stat().st_mode & 0o777 == 0o600
    assert records_of(tmp_path)[3:] == [
        ("healed", {"file": path.name, "bytes": len(torn), "kept_in": kept.name}),
        ("fill", {"number": 99}),
    ]
    assert verify(tmp_path).intact
    assert verify(tmp_path).repaired == 1


def test_line_torn_at_any_byte_loses_no_earlier_line(tmp_path_factory, monkeypatch):
    monkeypatch.setattr("dashboard.audit.recovery.sync", lambda fd: None)
    source = tmp_path_factory.mktemp("source")
    write(source, 2)
    content = only_file(source).read_bytes()
    for size in range(len(content) + 1):
        directory = tmp_path_factory.mktemp("torn")
        (directory / only_file(source).name).write_bytes(content[:size])
        reopen(directory)
        whole = content[: size + 1].count(b"\n")  # a line that lacks only its newline is not torn
        assert numbers(directory) == [*range(whole), 99]
        assert verify(directory).intact


def test_line_that_lacks_only_its_newline_is_completed(tmp_path):
    write(tmp_path, 3)
    path = only_file(tmp_path)
    path.write_bytes(path.read_bytes()[:-1])
    reopen(tmp_path)
    assert numbers(tmp_path) == [0, 1, 2, 99]
    assert records_of(tmp_path)[3] == ("healed", {"file": path.name, "bytes": 0, "kept_in": None})
    assert list(tmp_path.glob("*.torn")) == []


def test_kept_torn_lines_are_never_overwritten(tmp_path):
    for torn in (b"one", b"two", b"three"):
        write(tmp_path, 1)
        with only_file(tmp_path).open("ab") as file:
            file.write(torn)
    reopen(tmp_path)
    kept = sorted(tmp_path.glob("*.torn"))
    assert [path.read_bytes() for path in kept] == [b"one", b"two", b"three"]


def test_torn_line_of_the_previous_day_is_repaired(tmp_path):
    write(tmp_path, 2)
    with only_file(tmp_path).open("ab") as file:
        file.write(b"torn")
    reopen(tmp_path, days=1)
    assert [path.read_bytes().count(b"\n") for path in files(tmp_path)] == [2, 2]
    assert verify(tmp_path).intact


def test_empty_file_of_a_day_is_accepted(tmp_path):
    """A crash at midnight or a full disk can leave one."""
    write(tmp_path, 2)
    (tmp_path / "audit-2025-03-02.jsonl").touch()
    assert verify(tmp_path).intact
    reopen(tmp_path, days=1)
    assert numbers(tmp_path) == [0, 1, 99]
    assert verify(tmp_path).intact


def test_torn_line_that_cannot_be_cut_off_stays_and_is_recorded(tmp_path, monkeypatch):
    """The append-only attribute (chattr +a) forbids truncation."""

    def refuse(fd: int, size: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    write(tmp_path, 2)
    path = only_file(tmp_path)
    path.write_bytes(path.read_bytes() + b"torn")
    monkeypatch.setattr(os, "ftruncate", refuse)
    reopen(tmp_path)
    assert kinds(tmp_path) == ["fill", "fill", "healed", "broken", "fill"]
    assert defects(tmp_path) == [f"{path.name}:3 unreadable"]


@pytest.mark.parametrize("damaged", [1, 2, 3])
def test_invalid_lines_at_the_end_are_recorded_and_left_unchanged(tmp_path, damaged):
    write(tmp_path, 3)
    path = only_file(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[-damaged:] = [line.replace(b"fill", b"kill") for line in lines[-damaged:]]
    write_lines(path, lines)
    before = defects(tmp_path)
    reopen(tmp_path)
    assert records_of(tmp_path)[3 - damaged] == ("broken", {"unsound_lines": damaged})
    assert path.read_bytes().startswith(b"".join(lines))
    assert defects(tmp_path) == before == [f"{path.name}:{n} changed" for n in range(4 - damaged, 4)]


# --- Changes by other programs while the trail is open


def write_around(directory, change, numbers_after=(2, 3)):
    """Writes two records, applies `change` to the file, then writes two more."""
    with logger(directory) as log:
        for number in (0, 1):
            log.record("fill", {"number": number})
        change(only_file(directory))
        for number in numbers_after:
            assert log.record("fill", {"number": number})
        assert log.degraded is None


def test_deleted_file_is_recreated_and_recorded(tmp_path):
    write_around(tmp_path, lambda path: path.unlink())
    assert kinds(tmp_path) == ["broken", "fill", "fill"]
    assert defects(tmp_path) == ["audit-2025-03-01.jsonl:1 day missing"]


def test_moved_file_is_recreated(tmp_path):
    write_around(tmp_path, lambda path: path.rename(tmp_path / "old"))
    assert kinds(tmp_path) == ["broken", "fill", "fill"]


def test_lines_cut_off_are_reported_missing(tmp_path):
    write_around(tmp_path, lambda path: write_lines(path, path.read_bytes().splitlines(keepends=True)[:1]))
    assert kinds(tmp_path) == ["fill", "broken", "fill", "fill"]
    assert defects(tmp_path) == ["audit-2025-03-01.jsonl:2 missing"]


def test_line_cut_in_two_is_repaired(tmp_path):
    write_around(tmp_path, lambda path: os.truncate(path, path.stat().st_size - 7))
    assert kinds(tmp_path) == ["fill", "healed", "broken", "fill", "fill"]


def test_foreign_line_is_recorded(tmp_path):
    def append(path):
        with path.open("ab") as file:
            file.write(b"hello\n")

    write_around(tmp_path, append)
    assert kinds(tmp_path) == ["fill", "fill", "broken", "fill", "fill"]
    assert defects(tmp_path) == ["audit-2025-03-01.jsonl:3 unreadable"]
