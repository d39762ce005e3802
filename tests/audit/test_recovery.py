"""What a crash, or a careless hand, leaves of a trail."""

import os
from datetime import timedelta

import pytest

from dashboard.audit.verify import verify
from tests.audit.builders import (
    NOON,
    Clock,
    files,
    flaws,
    kinds,
    logger,
    numbers,
    only_file,
    put,
    told,
    write,
)

TORN = [b"{", b'{"seq":4,"time":"2025-', b"\0" * 5000, b'{"seq":4}' * 20_000, b"\xff"]


def opened(directory, **forward):
    clock = Clock(NOON + timedelta(**(forward or {"hours": 1})))
    with logger(directory, clock) as log:
        log.record("fill", {"number": 99})


@pytest.mark.parametrize("torn", TORN, ids=lambda torn: f"{torn[:9]!r}x{len(torn)}")
def test_a_torn_line_is_cut_off_and_kept_and_told(tmp_path, torn):
    write(tmp_path, 3)
    path = only_file(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    assert flaws(tmp_path) == [f"{path.name}:4 torn"]
    opened(tmp_path)
    kept = tmp_path / "audit-2025-03-01.1.torn"
    assert path.read_bytes().startswith(whole)
    assert kept.read_bytes() == torn
    assert kept.stat().st_mode & 0o777 == 0o600
    assert told(tmp_path)[3:] == [
        ("healed", {"file": path.name, "bytes": len(torn), "kept_in": kept.name}),
        ("fill", {"number": 99}),
    ]
    assert verify(tmp_path).whole
    assert verify(tmp_path).healed == 1


def test_wherever_a_line_tears_nothing_before_it_is_lost(tmp_path_factory, monkeypatch):
    monkeypatch.setattr("dashboard.audit.recovery.sync", lambda fd: None)
    source = tmp_path_factory.mktemp("source")
    write(source, 2)
    content = only_file(source).read_bytes()
    for size in range(len(content) + 1):
        directory = tmp_path_factory.mktemp("torn")
        (directory / only_file(source).name).write_bytes(content[:size])
        opened(directory)
        whole = content[: size + 1].count(b"\n")  # a line that lacks only its newline is not torn
        assert numbers(directory) == [*range(whole), 99]
        assert verify(directory).whole


def test_a_line_that_only_lacks_its_newline_is_not_lost(tmp_path):
    write(tmp_path, 3)
    path = only_file(tmp_path)
    path.write_bytes(path.read_bytes()[:-1])
    opened(tmp_path)
    assert numbers(tmp_path) == [0, 1, 2, 99]
    assert told(tmp_path)[3] == ("healed", {"file": path.name, "bytes": 0, "kept_in": None})
    assert list(tmp_path.glob("*.torn")) == []


def test_what_was_torn_before_is_never_overwritten(tmp_path):
    for torn in (b"one", b"two", b"three"):
        write(tmp_path, 1)
        with only_file(tmp_path).open("ab") as file:
            file.write(torn)
    opened(tmp_path)
    kept = sorted(tmp_path.glob("*.torn"))
    assert [path.read_bytes() for path in kept] == [b"one", b"two", b"three"]


def test_a_line_torn_yesterday_is_healed_today(tmp_path):
    write(tmp_path, 2)
    with only_file(tmp_path).open("ab") as file:
        file.write(b"torn")
    opened(tmp_path, days=1)
    assert [path.read_bytes().count(b"\n") for path in files(tmp_path)] == [2, 2]
    assert verify(tmp_path).whole


def test_a_file_without_a_line_is_as_good_as_none(tmp_path):
    """As a crash at midnight, or a full disk, may leave it."""
    write(tmp_path, 2)
    (tmp_path / "audit-2025-03-02.jsonl").touch()
    assert verify(tmp_path).whole
    opened(tmp_path, days=1)
    assert numbers(tmp_path) == [0, 1, 99]
    assert verify(tmp_path).whole


def test_where_nobody_may_cut_a_torn_line_stays_and_is_told(tmp_path, monkeypatch):
    """A file that may only be appended to, by chattr +a."""

    def refuse(fd: int, size: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    write(tmp_path, 2)
    path = only_file(tmp_path)
    path.write_bytes(path.read_bytes() + b"torn")
    monkeypatch.setattr(os, "ftruncate", refuse)
    opened(tmp_path)
    assert kinds(tmp_path) == ["fill", "fill", "healed", "broken", "fill"]
    assert flaws(tmp_path) == [f"{path.name}:3 unreadable"]


@pytest.mark.parametrize("damaged", [1, 2, 3])
def test_lines_damaged_at_the_end_are_told_and_left_alone(tmp_path, damaged):
    write(tmp_path, 3)
    path = only_file(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[-damaged:] = [line.replace(b"fill", b"kill") for line in lines[-damaged:]]
    put(path, lines)
    before = flaws(tmp_path)
    opened(tmp_path)
    assert told(tmp_path)[3 - damaged] == ("broken", {"unsound_lines": damaged})
    assert path.read_bytes().startswith(b"".join(lines))
    assert flaws(tmp_path) == before == [f"{path.name}:{n} changed" for n in range(4 - damaged, 4)]


# --- While it is being written


def meddled(directory, meddle, numbers_after=(2, 3)):
    """Two records, then somebody else's doing, then two more."""
    with logger(directory) as log:
        for number in (0, 1):
            log.record("fill", {"number": number})
        meddle(only_file(directory))
        for number in numbers_after:
            assert log.record("fill", {"number": number})
        assert log.degraded is None


def test_a_file_that_was_deleted_is_begun_again_and_told(tmp_path):
    meddled(tmp_path, lambda path: path.unlink())
    assert kinds(tmp_path) == ["broken", "fill", "fill"]
    assert flaws(tmp_path) == ["audit-2025-03-01.jsonl:1 day missing"]


def test_a_file_that_was_moved_away_is_begun_again(tmp_path):
    meddled(tmp_path, lambda path: path.rename(tmp_path / "old"))
    assert kinds(tmp_path) == ["broken", "fill", "fill"]


def test_lines_that_were_cut_off_are_missed(tmp_path):
    meddled(tmp_path, lambda path: put(path, path.read_bytes().splitlines(keepends=True)[:1]))
    assert kinds(tmp_path) == ["fill", "broken", "fill", "fill"]
    assert flaws(tmp_path) == ["audit-2025-03-01.jsonl:2 missing"]


def test_a_cut_through_a_line_harms_no_later_one(tmp_path):
    meddled(tmp_path, lambda path: os.truncate(path, path.stat().st_size - 7))
    assert kinds(tmp_path) == ["fill", "healed", "broken", "fill", "fill"]


def test_what_a_stranger_appended_is_told(tmp_path):
    def append(path):
        with path.open("ab") as file:
            file.write(b"hello\n")

    meddled(tmp_path, append)
    assert kinds(tmp_path) == ["fill", "fill", "broken", "fill", "fill"]
    assert flaws(tmp_path) == ["audit-2025-03-01.jsonl:3 unreadable"]
