"""SPEC A1: the state of the feed after each event, and after silence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.events import FeedFailed, PriceEvent, PriceReceived, Transport
from dashboard.domain.feed_state import FeedHealth, FeedState
from tests.domain.builders import received

CONNECTING, STREAMING, POLLING, STALE, DISCONNECTED = FeedState
STREAM, POLL = Transport

STREAMED, POLLED = received(1_000, STREAM, last="1"), received(1_000, POLL, last="1")
STREAM_FAILED, POLL_FAILED = FeedFailed(STREAM, "the socket closed"), FeedFailed(POLL, "no answer")

EVENTS_TO: dict[FeedState, list[PriceEvent]] = {
    CONNECTING: [],
    STREAMING: [STREAMED],
    POLLING: [POLLED],
    DISCONNECTED: [POLL_FAILED],
}


def health(*events: PriceEvent, poll_interval_ms: int = 2_000) -> FeedHealth:
    it = FeedHealth(poll_interval_ms)
    for event in events:
        it = it.after(event)
    return it


@pytest.mark.parametrize(
    ("before", "event", "after"),
    [
        (CONNECTING, STREAMED, STREAMING),
        (CONNECTING, POLLED, POLLING),
        (CONNECTING, STREAM_FAILED, CONNECTING),  # polling is tried next
        (CONNECTING, POLL_FAILED, DISCONNECTED),
        (STREAMING, STREAMED, STREAMING),
        (STREAMING, POLLED, POLLING),
        (STREAMING, STREAM_FAILED, CONNECTING),
        (STREAMING, POLL_FAILED, STREAMING),  # the stream still runs
        (POLLING, STREAMED, STREAMING),  # returns to the websocket
        (POLLING, POLLED, POLLING),
        (POLLING, STREAM_FAILED, POLLING),
        (POLLING, POLL_FAILED, DISCONNECTED),
        (DISCONNECTED, STREAMED, STREAMING),
        (DISCONNECTED, POLLED, POLLING),
        (DISCONNECTED, STREAM_FAILED, DISCONNECTED),
        (DISCONNECTED, POLL_FAILED, DISCONNECTED),
    ],
    ids=lambda value: f"{value.transport} {type(value).__name__}" if isinstance(value, PriceEvent) else value,
)
def test_state_after_each_event(before: FeedState, event: PriceEvent, after: FeedState) -> None:
    it = health(*EVENTS_TO[before])
    assert it.state is before
    assert it.after(event).state is after


@pytest.mark.parametrize(
    ("interval", "request_time_ms", "stale_after"),
    [
        pytest.param(2_000, 0, 5_000, id="at least 5 s"),
        pytest.param(500, 100, 5_000, id="at least 5 s, at a short interval"),
        pytest.param(2_000, 1_000, 5_000, id="2 × 2 s + 1 s = 5 s"),
        pytest.param(2_000, 1_001, 5_001, id="2 × 2 s + 1.001 s"),
        pytest.param(5_000, 0, 10_000, id="2 × 5 s"),
        pytest.param(5_000, 300, 10_300, id="2 × 5 s + 0.3 s"),
    ],
)
def test_stale_after(interval: int, request_time_ms: int, stale_after: int) -> None:
    it = health(received(0, POLL, request_time_ms=request_time_ms, last="1"), poll_interval_ms=interval)
    assert it.stale_after == stale_after
    assert it.state_at(stale_after) is POLLING
    assert it.state_at(stale_after + 1) is STALE


@pytest.mark.parametrize(
    ("events", "silent"),
    [
        pytest.param([STREAMED], STALE, id="silent stream"),
        pytest.param([POLLED], STALE, id="silent polling"),
        pytest.param([STREAMED, STREAM_FAILED], STALE, id="failed stream"),
        pytest.param([POLLED, POLL_FAILED], DISCONNECTED, id="disconnected takes precedence over stale"),
        pytest.param([], CONNECTING, id="not stale before the first price"),
    ],
)
def test_state_after_silence(events: list[PriceEvent], silent: FeedState) -> None:
    it = health(*events)
    assert it.state_at(1_000) is it.state
    assert it.state_at(1_000_000) is silent


@pytest.mark.parametrize(
    ("events", "now", "age"),
    [
        ([], 5_000, None),
        ([STREAMED], 3_500, 2_500),
        ([STREAMED], 0, 0),
        ([STREAMED, STREAM_FAILED], 3_000, 2_000),
    ],
    ids=["before the first price", "since the last price", "never negative", "a failure is no price"],
)
def test_age_since_the_last_price(events: list[PriceEvent], now: int, age: int | None) -> None:
    assert health(*events).age(now) == age


@pytest.mark.parametrize(
    ("events", "failures", "reason"),
    [
        pytest.param([], 0, None, id="at the start"),
        pytest.param([STREAM_FAILED, POLL_FAILED], 2, "no answer", id="the latest reason"),
        pytest.param([STREAM_FAILED, POLLED], 0, "the socket closed", id="polling keeps the reason"),
        pytest.param([STREAM_FAILED, POLLED, STREAMED], 0, None, id="streaming clears it"),
    ],
)
def test_failures_and_their_reason(events: list[PriceEvent], failures: int, reason: str | None) -> None:
    it = health(*events)
    assert (it.failures, it.reason) == (failures, reason)


@pytest.mark.parametrize(
    ("after", "stale_after"),
    [
        pytest.param([], 7_000, id="2 × 2 s + 3 s of that poll"),
        pytest.param([received(1_000, POLL, request_time_ms=1_500, last="1")], 5_500, id="the next poll"),
        pytest.param(
            [received(1_000, STREAM, request_time_ms=2_000, last="1")], 6_000, id="confirmation of a stream"
        ),
        pytest.param([STREAMED], 5_000, id="a stream has no request time"),
        pytest.param([STREAM_FAILED, POLL_FAILED], 7_000, id="a failure does not change it"),
    ],
)
def test_request_time_counts_until_the_next_price(after: list[PriceEvent], stale_after: int) -> None:
    assert health(received(0, POLL, request_time_ms=3_000, last="1"), *after).stale_after == stale_after


@given(st.lists(st.sampled_from([STREAMED, POLLED, STREAM_FAILED, POLL_FAILED])))
def test_only_silence_makes_the_feed_stale(events: list[PriceEvent]) -> None:
    it = health(*events)
    assert it.state is not STALE
    assert it.state_at(1_000 + it.stale_after) is it.state
    if any(isinstance(event, PriceReceived) for event in events):
        assert it.state_at(1_001 + it.stale_after) in (STALE, DISCONNECTED)
