"""Spans of a history: read backwards, each once, whatever fails in between."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from dashboard.domain.fill import Fill
from dashboard.errors import ExchangeUnavailable
from dashboard.feed.backward_history import BackwardHistory
from tests.domain.fill_histories import fill

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
NOW = 400 * DAY_MS


class ListedFills:
    """A fill each twelve hours. `fails` is asked with the number of each request, from 1 on."""

    def __init__(self, fails: Callable[[int], bool] = lambda _count: False) -> None:
        self.fills = [fill("buy 1 @ 100", at) for at in range(0, NOW + 1, DAY_MS // 2)]
        self.spans: list[tuple[int, int]] = []
        self._fails = fails

    async def fetch(self, since: int, until: int) -> list[Fill]:
        self.spans.append((since, until))
        if self._fails(len(self.spans)):
            raise ExchangeUnavailable("no response in time")
        return [each for each in self.fills if since <= each.traded_at <= until]

    def since(self, time: int) -> tuple[Fill, ...]:
        return tuple(each for each in self.fills if each.traded_at >= time)


async def read(listed: ListedFills, back_to: int) -> BackwardHistory[Fill]:
    """Reads on after each failure."""
    history = BackwardHistory[Fill](listed.fetch, NOW)
    while not history.is_read(back_to):
        try:
            await history.read_span(back_to)
        except ExchangeUnavailable:
            assert len(listed.spans) < 1_000
    return history


@pytest.mark.parametrize("days", [0, 1, 2, 10, 89])
async def test_all_events_of_the_time_are_read_once(days: int) -> None:
    listed = ListedFills()
    history = await read(listed, NOW - days * DAY_MS)
    assert history.events == listed.since(NOW - days * DAY_MS)
    assert history.count == len(history.events)
    ends = [start for start, _ in listed.spans]
    assert ends == sorted(ends, reverse=True)


async def test_spans_grow_to_a_week() -> None:
    listed = ListedFills()
    await read(listed, NOW - 30 * DAY_MS)
    lengths = [(until - since) / DAY_MS for since, until in listed.spans]
    assert lengths[:3] == [1, 2, 4]
    assert 6.9 < max(lengths) < 7


@pytest.mark.parametrize("each", [2, 3, 5])
async def test_failure_continues_with_what_is_missing(each: int) -> None:
    listed = ListedFills(lambda count: count % each == 0)
    history = await read(listed, NOW - 30 * DAY_MS)
    assert history.events == listed.since(NOW - 30 * DAY_MS)
    read_spans = [span for count, span in enumerate(listed.spans, start=1) if count % each]
    assert all(later[1] == earlier[0] for earlier, later in pairwise(read_spans))


async def test_span_that_is_too_long_is_halved() -> None:
    """A week of a busy account takes too many requests to succeed as a whole."""
    listed = ListedFills()
    fetch = listed.fetch

    async def fetch_a_day(since: int, until: int) -> list[Fill]:
        if until - since > DAY_MS:
            listed.spans.append((since, until))
            raise ExchangeUnavailable("the history has more than 500 pages")
        return await fetch(since, until)

    listed.fetch = fetch_a_day  # type: ignore[method-assign]
    history = await read(listed, NOW - 10 * DAY_MS)
    assert history.events == listed.since(NOW - 10 * DAY_MS)
