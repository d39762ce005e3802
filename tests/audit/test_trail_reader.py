"""Reading of records in order and from the end."""

import pytest

from dashboard.audit.line_reader import backwards, forwards
from dashboard.audit.trail_reader import read_newest, read_records
from tests.audit.builders import NOON, files, numbers, write


def test_records_of_all_days_are_read_in_order(tmp_path):
    write(tmp_path, 3, days=3)
    assert numbers(tmp_path) == list(range(9))
    first = next(read_records(tmp_path))
    assert (first.seq, first.kind, first.time.date(), first.time.tzinfo) == (
        1,
        "fill",
        NOON.date(),
        NOON.tzinfo,
    )


def test_missing_trail_has_no_records(tmp_path):
    assert list(read_records(tmp_path)) == list(read_records(tmp_path / "nowhere")) == []


def test_invalid_line_is_skipped_with_a_warning(tmp_path, caplog):
    write(tmp_path, 3)
    (path,) = files(tmp_path)
    path.write_bytes(path.read_bytes().replace(b":1}", b":7}"))
    assert numbers(tmp_path) == [0, 2]
    assert f"{path}:2 is skipped" in caplog.text


@pytest.mark.parametrize("count", [0, 1, 4, 9, 99])
def test_newest_records_are_read_from_the_end(tmp_path, count):
    write(tmp_path, 3, days=3)
    assert [record.seq for record in read_newest(tmp_path, count)] == list(range(1, 10))[max(0, 9 - count) :]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"\n\n",
        b"a",
        b"a\n",
        b"a\n\nb",
        b"a" * 65535 + b"\n",
        b"a" * 65536 + b"\nb\n",
        b"a" * 200_000 + b"\n" + b"b" * 65535,
        b"ab\n" * 50_000,
    ],
    ids=lambda content: f"{content[:5]!r}x{len(content)}",
)
def test_backwards_yields_the_lines_of_forwards_in_reverse(tmp_path, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    with path.open("rb") as file:
        lines = list(forwards(file))
        assert list(backwards(file, len(content)))[::-1] == lines == content.splitlines(keepends=True)


def test_reader_waits_for_the_rest_of_an_unfinished_line(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(b"one\ntw")

    def write_the_rest(_: float) -> None:
        with path.open("ab") as file:
            file.write(b"o\n")

    monkeypatch.setattr("time.sleep", write_the_rest)
    with path.open("rb") as file:
        assert list(forwards(file)) == [b"one\n", b"two\n"]
