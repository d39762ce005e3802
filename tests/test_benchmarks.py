"""Evaluation and reports of the benchmarks."""

from decimal import Decimal
from math import inf, isnan

import pytest

from benchmarks.__main__ import parse
from benchmarks.crowd import Viewer
from benchmarks.dom import tick_latencies
from benchmarks.pulse import Pulse, price_of, tick_of
from benchmarks.report import Report, Row, percentile
from benchmarks.ticks import costs

MS = 1_000_000


@pytest.mark.parametrize("tick", [1, 9, 10, 12_345])
def test_price_identifies_its_tick(tick):
    assert tick_of(str(price_of(tick))) == tick_of(f"{price_of(tick):,f}") == tick


def test_pulse_records_the_time_of_each_tick():
    published: list[Decimal] = []
    sent = Pulse(published.append).beat(3, 0)
    assert published == [price_of(1), price_of(2), price_of(3)]
    assert sent == sorted(sent)


def test_skipped_tick_counts_as_shown_with_a_newer_one_and_missing_tick_as_infinitely_late():
    records = [("60,000.1", 11.0), ("60,000.3", 34.0)]
    assert tick_latencies([10 * MS, 20 * MS, 30 * MS, 40 * MS], records, 4) == [1.0, 14.0, 4.0, inf]


def test_percentile_is_a_measured_value():
    assert [percentile([3, 1, 2, 4], percent) for percent in (50, 95, 100)] == [2, 4, 4]
    assert isnan(percentile([], 50))


@pytest.mark.parametrize(
    ("row", "met"),
    [
        (Row("", 4, 2), None),
        (Row("", 4, 2, most=4), True),
        (Row("", 4, 2, most=4, most_ratio=1.5), False),
        (Row("", 3, 2, most_ratio=1.5), True),
        (Row("", 0, 0, most=0), True),
    ],
)
def test_goal_is_met_if_all_its_limits_are(row, met):
    assert row.met is met


def test_report_is_printed_as_a_table():
    text = str(Report("title", "how", [Row("p95", 4, 2, "ms", most=16, most_ratio=1.5)], ["a note"]))
    assert "p95  4.0 ms  2.0 ms  2.00x  ≤ 16.0 ms and 1.5x  NOT MET" in text
    assert text.endswith("· a note")


async def test_viewer_reads_frames_split_at_any_byte():
    viewer = Viewer("localhost", "/")
    viewer.connection_made(Transport())
    text = b'{"v":1,"view":{"price:value":"60000.2"}}' + b" " * 100
    stream = b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + b"\x81\x7e" + len(text).to_bytes(2, "big") + text
    for at in range(len(stream)):
        viewer.data_received(stream[at : at + 1])
    assert [tick for tick, _ in viewer.seen] == [2]
    assert viewer.bytes == len(text)


class Transport:
    def write(self, data: bytes) -> None:
        pass


def test_costs_of_a_tick_are_measured():
    assert all(cost > 0 for cost in costs(20))


def test_unknown_benchmark_is_reported(capsys):
    with pytest.raises(SystemExit):
        parse(["tikcs"])
    assert "unknown benchmark 'tikcs': choose from dom, viewers" in capsys.readouterr().err
