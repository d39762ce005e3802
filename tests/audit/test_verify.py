"""Verification finds every change of a trail and reports its place."""

from datetime import date
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.audit import line_reader
from dashboard.audit.records import GENESIS, ChainHead, compose, to_json
from dashboard.audit.trail_files import NoTrail
from dashboard.audit.verify import MAX_LISTED_DEFECTS, verify
from tests.audit.builders import NOON, defects, files, only_file, write, write_lines

DAY1, DAY2, DAY3 = (f"audit-2025-03-0{day}.jsonl" for day in (1, 2, 3))


def lines_of(path):
    return path.read_bytes().splitlines(keepends=True)


def test_intact_trail_has_no_defects(tmp_path):
    write(tmp_path, 3, days=2)
    report = verify(tmp_path)
    assert report.intact
    assert (report.files, report.lines, report.head.seq) == (2, 6, 6)
    assert report.first.date() == date(2025, 3, 1)
    assert report.last.date() == date(2025, 3, 2)


def swap(lines, a, b):
    lines[a], lines[b] = lines[b], lines[a]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param(lambda ls: ls.pop(0), ["1 day missing"], id="the first line deleted"),
        pytest.param(lambda ls: ls.pop(2), ["3 missing"], id="a line deleted"),
        pytest.param(lambda ls: ls.__delitem__(slice(1, 4)), ["2 missing"], id="lines deleted"),
        pytest.param(lambda ls: ls.insert(2, ls[1]), ["3 inserted"], id="a line twice"),
        pytest.param(lambda ls: ls.insert(4, ls[1]), ["5 out of order"], id="an old line again"),
        pytest.param(lambda ls: ls.insert(2, b"{}\n"), ["3 unreadable"], id="a foreign line"),
        pytest.param(lambda ls: ls.insert(2, b"\n"), ["3 unreadable"], id="an empty line"),
        pytest.param(lambda ls: swap(ls, 1, 2), ["2 missing", "3 out of order"], id="neighbours swapped"),
        pytest.param(
            lambda ls: ls.__setitem__(2, ls[2].replace(b":2}", b":3}")), ["3 changed"], id="a figure changed"
        ),
        pytest.param(
            lambda ls: ls.__setitem__(5, ls[5].replace(b":5}", b":3}")), ["6 changed"], id="in the last line"
        ),
        pytest.param(lambda ls: ls.__setitem__(5, ls[5][:-9]), ["6 torn"], id="the last line torn"),
        pytest.param(lambda ls: ls.__setitem__(5, ls[5][:-1]), ["6 torn"], id="the last newline gone"),
        pytest.param(lambda ls: ls.__setitem__(1, ls[1][:-1] + b"\r\n"), ["2 unreadable"], id="a CR"),
        pytest.param(
            lambda ls: ls.__setitem__(1, b"x" * 3_000_000 + b"\n"), ["2 unreadable"], id="a very long line"
        ),
    ],
)
def test_change_is_reported_at_its_line(tmp_path, change, found):
    write(tmp_path, 6)
    lines = lines_of(only_file(tmp_path))
    change(lines)
    write_lines(only_file(tmp_path), lines)
    assert defects(tmp_path) == [f"{DAY1}:{one}" for one in found]


def test_forged_line_with_a_valid_hash_breaks_the_chain(tmp_path):
    write(tmp_path, 3)
    path = only_file(tmp_path)
    first, _, third = lines_of(path)
    head = ChainHead(1, first[-67:-3].decode())
    forged, _ = compose(head, NOON.replace(second=0, microsecond=3000), "fill", to_json({"number": 7}))
    write_lines(path, [first, forged, third])
    assert defects(tmp_path) == [f"{DAY1}:3 changed"]


@pytest.mark.parametrize(
    "body",
    [
        '"seq":1',
        '"seq":"1","time":"2025-03-01T12:00:00Z","kind":"x","entry":{}',
        '"seq":1,"time":"noon","kind":"x","entry":{}',
        '"seq":1,"time":12,"kind":"x","entry":{}',
        '"seq":1,"time":"2025-03-01T12:00:00","kind":"x","entry":{}',
        '"seq":1,"time":"2025-03-01T12:00:00Z","kind":"x","entry":[]',
        '"seq":1,"time":"2025-03-01T12:00:00Z","kind":"x","entry":{},"more":1',
        '"seq":1,"time":"2025-03-01T12:00:00Z","kind":"x","entry":' + '{"a":' * 9999 + "1" + "}" * 9999,
        '"seq":1 "time"',
    ],
    ids=range(9),
)
def test_malformed_record_with_a_valid_hash_is_unreadable(tmp_path, body):
    text = f'{{{body},"before":"{GENESIS}"'.encode()
    line_hash = sha256(text).hexdigest().encode()
    write_lines(tmp_path / DAY1, [text + b',"hash":"' + line_hash + b'"}\n'])
    assert defects(tmp_path) == [f"{DAY1}:1 unreadable"]


@pytest.mark.parametrize("entry", [{}, {"lost": "all"}, {"lost": [1]}])
def test_forged_gap_record_adds_no_lost_records(tmp_path, entry):
    line, _ = compose(ChainHead(0, GENESIS), NOON, "gap", to_json(entry))
    write_lines(tmp_path / DAY1, [line])
    assert verify(tmp_path).intact
    assert verify(tmp_path).lost == 0


def test_earlier_time_is_a_defect(tmp_path):
    write(tmp_path, 2)
    path = only_file(tmp_path)
    head = verify(tmp_path).head
    forged, _ = compose(head, NOON.replace(hour=11), "fill", "{}")
    write_lines(path, [*lines_of(path), forged])
    assert defects(tmp_path) == [f"{DAY1}:3 time goes back"]


def move_lines(path, into):
    write_lines(into, lines_of(into) + lines_of(path))
    write_lines(path, [])


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param(lambda d: (d / DAY1).unlink(), [f"{DAY2}:1 day missing"], id="the first day gone"),
        pytest.param(lambda d: (d / DAY2).unlink(), [f"{DAY3}:1 day missing"], id="a day gone"),
        pytest.param(lambda d: write_lines(d / DAY2, []), [f"{DAY3}:1 missing"], id="a day emptied"),
        pytest.param(
            lambda d: write_lines(d / DAY1, lines_of(d / DAY1)[:2]),
            [f"{DAY2}:1 missing"],
            id="a day's end cut off",
        ),
        pytest.param(
            lambda d: (d / DAY3).rename(d / "audit-2025-03-09.jsonl"),
            ["audit-2025-03-09.jsonl:1 misplaced"],
            id="a day renamed",
        ),
        pytest.param(
            lambda d: move_lines(d / DAY2, d / DAY1),
            [f"{DAY1}:{n} misplaced" for n in (4, 5, 6)],
            id="a day's lines in another file",
        ),
        pytest.param(
            lambda d: ((d / DAY2).unlink(), (d / DAY2).mkdir()), [f"{DAY2}:0 unreadable"], id="unreadable"
        ),
    ],
)
def test_change_of_day_files_is_reported(tmp_path, change, found):
    write(tmp_path, 3, days=3)
    change(tmp_path)
    assert defects(tmp_path) == found


def test_truncated_end_is_found_only_with_a_known_head(tmp_path):
    """The chain alone cannot show that whole lines were cut off its end."""
    write(tmp_path, 3)
    known = verify(tmp_path).head
    assert known is not None
    write(tmp_path, 2)
    assert verify(tmp_path, [known]).intact
    write_lines(only_file(tmp_path), lines_of(only_file(tmp_path))[:2])
    assert verify(tmp_path).intact
    (cut,) = verify(tmp_path, [known]).defects
    assert cut.defect == "head"
    assert "ends with line 2" in cut.detail


def test_rewritten_trail_is_found_with_a_known_head(tmp_path):
    write(tmp_path, 3)
    known = verify(tmp_path).head
    assert known is not None
    only_file(tmp_path).unlink()
    write(tmp_path, 3, kind="other")
    assert verify(tmp_path).intact
    assert not verify(tmp_path, [known]).intact


def test_report_counts_defects_beyond_the_listed_ones(tmp_path):
    write(tmp_path, 3 * MAX_LISTED_DEFECTS)
    write_lines(only_file(tmp_path), [b"junk\n"] * 3 * MAX_LISTED_DEFECTS)
    report = verify(tmp_path)
    assert (len(report.defects), report.defect_count) == (MAX_LISTED_DEFECTS, 3 * MAX_LISTED_DEFECTS)


@pytest.mark.parametrize(
    "make",
    [lambda d: None, lambda d: d.mkdir(), lambda d: d.write_text("")],
    ids=["nothing", "an empty directory", "a file"],
)
def test_missing_trail_raises_no_trail(tmp_path, make):
    make(tmp_path / "audit")
    with pytest.raises(NoTrail, match="audit"):
        verify(tmp_path / "audit")


# --- Any single change at any place


@pytest.fixture(scope="module")
def intact_trail(tmp_path_factory):
    """The bytes of each file of an intact trail of three days."""
    directory = tmp_path_factory.mktemp("intact")
    write(directory, 4, days=3)
    return {path.name: path.read_bytes() for path in files(directory)}


def is_found(directory, trail):
    for path in files(directory):
        path.unlink()
    for name, content in trail.items():
        (directory / name).write_bytes(content)
    return not verify(directory).intact


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("place")


@pytest.fixture(scope="module", autouse=True)
def _no_wait_for_unfinished_lines():
    """Saves time: no test here has a concurrent writer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line_reader, "_UNFINISHED_LINE_WAIT_S", 0)
        yield


drawn = st.data()


@settings(max_examples=300)
@given(data=drawn)
def test_any_changed_deleted_or_inserted_byte_is_found(intact_trail, place, data):
    name = data.draw(st.sampled_from(sorted(intact_trail)))
    content = intact_trail[name]
    at = data.draw(st.integers(0, len(content) - 1))
    byte = bytes([data.draw(st.integers(0, 255))])
    until = data.draw(st.sampled_from([at, at + 1]))
    instead = data.draw(st.sampled_from([b"", byte]))
    changed = content[:at] + instead + content[until:]
    if changed != content:
        assert is_found(place, intact_trail | {name: changed})


def test_change_of_each_byte_of_a_line_is_found(intact_trail, place):
    name = max(intact_trail)
    content = intact_trail[name]
    start = content.rstrip(b"\n").rfind(b"\n") + 1
    for at in range(start, len(content)):
        changed = bytearray(content)
        changed[at] ^= 1 << at % 8
        assert is_found(place, intact_trail | {name: bytes(changed)}), at


@settings(max_examples=150)
@given(data=drawn)
def test_any_truncation_is_found_except_of_whole_last_lines(intact_trail, place, data):
    name = data.draw(st.sampled_from(sorted(intact_trail)))
    size = data.draw(st.integers(0, len(intact_trail[name]) - 1))
    content = intact_trail[name][:size]
    at_the_very_end = name == max(intact_trail) and (content == b"" or content.endswith(b"\n"))
    assert is_found(place, intact_trail | {name: content}) is not at_the_very_end


@settings(max_examples=150)
@given(data=drawn)
def test_any_line_deleted_duplicated_or_moved_is_found(intact_trail, place, data):
    """Moves go from any place of any day to any other."""
    days = {name: content.splitlines(keepends=True) for name, content in intact_trail.items()}
    places = [(name, at) for name, lines in days.items() for at in range(len(lines))]
    (name, at), (to, before) = (data.draw(st.sampled_from(places)) for _ in range(2))
    action = data.draw(st.sampled_from(["delete", "duplicate", "move"]))
    line = days[name][at] if action == "duplicate" else days[name].pop(at)
    if action != "delete":
        days[to].insert(before, line)
    trail = {day: b"".join(lines) for day, lines in days.items()}
    harmless = trail == intact_trail or (action == "delete" and (name, at) == places[-1])
    assert is_found(place, trail) is not harmless


@settings(max_examples=100)
@given(data=drawn)
def test_any_two_lines_swapped_are_found(intact_trail, place, data):
    days = {name: content.splitlines(keepends=True) for name, content in intact_trail.items()}
    places = [(name, at) for name, lines in days.items() for at in range(len(lines))]
    (one, a), (two, b) = data.draw(st.lists(st.sampled_from(places), min_size=2, max_size=2, unique=True))
    days[one][a], days[two][b] = days[two][b], days[one][a]
    assert is_found(place, {day: b"".join(lines) for day, lines in days.items()})
