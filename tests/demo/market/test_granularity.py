from datetime import UTC, datetime

import pytest

from dashboard.demo.market.granularity import parse_granularity

TIME_MS = 1_795_216_493_958


def utc_ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("1m", "2026-11-20T23:14", "2026-11-20T23:15"),
        ("15min", "2026-11-20T23:00", "2026-11-20T23:15"),
        ("1h", "2026-11-20T23:00", "2026-11-21T00:00"),
        ("4H", "2026-11-20T20:00", "2026-11-21T00:00"),
        ("6Hutc", "2026-11-20T18:00", "2026-11-21T00:00"),
        ("12H", "2026-11-20T16:00", "2026-11-21T04:00"),
        ("1Dutc", "2026-11-20T00:00", "2026-11-21T00:00"),
        ("1D", "2026-11-20T16:00", "2026-11-21T16:00"),
        ("1Wutc", "2026-11-16T00:00", "2026-11-23T00:00"),
        ("1Mutc", "2026-11-01T00:00", "2026-12-01T00:00"),
        ("1M", "2026-10-31T16:00", "2026-11-30T16:00"),
    ],
)
def test_candles_start_and_end_where_bitgets_do(name, start, end):
    granularity = parse_granularity(name)
    assert granularity is not None
    assert granularity.start(TIME_MS) == utc_ms(start)
    assert granularity.end(utc_ms(start)) == utc_ms(end)
    assert granularity.start(utc_ms(end) - 1) == utc_ms(start)
    assert granularity.start(utc_ms(end)) == utc_ms(end)


@pytest.mark.parametrize("name", ["", "7m", "1", "m", "2h", "1y", "1mutc", "10M", "candle1m"])
def test_unknown_granularity_is_none(name):
    assert parse_granularity(name) is None
