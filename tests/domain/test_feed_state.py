"""SPEC A1: what each event, and each silence, does to the state of the feed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.events import FeedFailed, PriceEvent, PriceReceived, Transport
from dashboard.domain.feed_state import FeedHealth, FeedState
from tests.domain.builders import received

CONNECTING, STREAMING, POLLING, STALE, DISCONNECTED = FeedState
STREAM, POLL = Transport

STREAMED, POLLED = received(1_000, STREAM, last="1"), received(1_000, POLL, last="1")
STREAM_BROKE, POLL_BROKE = FeedFailed(STREAM, "the socket closed"), FeedFailed(POLL, "no answer")

WAY_TO: dict[FeedState, list[PriceEvent]] = {
    CONNECTING: [],
    STREAMING: [STREAMED],
    POLLING: [POLLED],
    DISCONNECTED: [POLL_BROKE],
}


def health(*events: PriceEvent, poll_interval: int = 2_000) -> FeedHealth:
    it = FeedHealth(poll_interval)
    for event in events:
        it = it.after(event)
    return it


@pytest.mark.parametrize(
    ("before", "event", "after"),
    [
        (CONNECTING, STREAMED, STREAMING),
        (CONNECTING, POLLED, POLLING),
        (CONNECTING, STREAM_BROKE, CONNECTING),  # polling is still to be tried
        (CONNECTING, POLL_BROKE, DISCONNECTED),
        (STREAMING, STREAMED, STREAMING),
        (STREAMING, POLLED, POLLING),
        (STREAMING, STREAM_BROKE, CONNECTING),
        (STREAMING, POLL_BROKE, STREAMING),  # the stream runs on
        (POLLING, STREAMED, STREAMING),  # back to the websocket by itself
        (POLLING, POLLED, POLLING),
        (POLLING, STREAM_BROKE, POLLING),
        (POLLING, POLL_BROKE, DISCONNECTED),
        (DISCONNECTED, STREAMED, STREAMING),
        (DISCONNECTED, POLLED, POLLING),
        (DISCONNECTED, STREAM_BROKE, DISCONNECTED),
        (DISCONNECTED, POLL_BROKE, DISCONNECTED),
    ],
    ids=lambda value: f"{value.transport} {type(value).__name__}" if isinstance(value, PriceEvent) else value,
)
def test_each_event_in_each_state(before: FeedState, event: PriceEvent, after: FeedState) -> None:
    it = health(*WAY_TO[before])
    assert it.state is before
    assert it.after(event).state is after


@pytest.mark.parametrize(
    ("interval", "request_time", "stale_after"),
    [
        pytest.param(2_000, 0, 5_000, id="never before 5 s"),
        pytest.param(500, 100, 5_000, id="never before 5 s, at a short interval"),
        pytest.param(2_000, 1_000, 5_000, id="2 × 2 s + 1 s are just 5 s"),
        pytest.param(2_000, 1_001, 5_001, id="2 × 2 s + 1.001 s"),
        pytest.param(5_000, 0, 10_000, id="2 × 5 s"),
        pytest.param(5_000, 300, 10_300, id="2 × 5 s + 0.3 s"),
    ],
)
def test_stale_after(interval: int, request_time: int, stale_after: int) -> None:
    it = health(received(0, POLL, request_time=request_time, last="1"), poll_interval=interval)
    assert it.stale_after == stale_after
    assert it.state_at(stale_after) is POLLING
    assert it.state_at(stale_after + 1) is STALE


@pytest.mark.parametrize(
    ("events", "silent"),
    [
        pytest.param([STREAMED], STALE, id="a silent stream"),
        pytest.param([POLLED], STALE, id="silent polling"),
        pytest.param([STREAMED, STREAM_BROKE], STALE, id="a stream that broke"),
        pytest.param([POLLED, POLL_BROKE], DISCONNECTED, id="disconnected says more than stale"),
        pytest.param([], CONNECTING, id="nothing came yet, so nothing is stale"),
    ],
)
def test_silence(events: list[PriceEvent], silent: FeedState) -> None:
    it = health(*events)
    assert it.state_at(1_000) is it.state
    assert it.state_at(1_000_000) is silent


@pytest.mark.parametrize(
    ("events", "now", "age"),
    [
        ([], 5_000, None),
        ([STREAMED], 3_500, 2_500),
        ([STREAMED], 0, 0),
        ([STREAMED, STREAM_BROKE], 3_000, 2_000),
    ],
    ids=["before the first data", "since the last data", "never negative", "a failure is no data"],
)
def test_age(events: list[PriceEvent], now: int, age: int | None) -> None:
    assert health(*events).age(now) == age


@pytest.mark.parametrize(
    ("events", "failures", "reason"),
    [
        pytest.param([], 0, None, id="at the start"),
        pytest.param([STREAM_BROKE, POLL_BROKE], 2, "no answer", id="the newest reason"),
        pytest.param([STREAM_BROKE, POLLED], 0, "the socket closed", id="polling: still says why"),
        pytest.param([STREAM_BROKE, POLLED, STREAMED], 0, None, id="streaming: all is well"),
    ],
)
def test_failures_and_their_reason(events: list[PriceEvent], failures: int, reason: str | None) -> None:
    it = health(*events)
    assert (it.failures, it.reason) == (failures, reason)


@pytest.mark.parametrize(
    ("after", "stale_after"),
    [
        pytest.param([], 7_000, id="2 × 2 s + the 3 s of that poll"),
        pytest.param([received(1_000, POLL, request_time=1_500, last="1")], 5_500, id="the next poll"),
        pytest.param([received(1_000, STREAM, request_time=2_000, last="1")], 6_000, id="a quiet market"),
        pytest.param([STREAMED], 5_000, id="a stream asks for nothing"),
        pytest.param([STREAM_BROKE, POLL_BROKE], 7_000, id="a failure says nothing of it"),
    ],
)
def test_a_request_time_counts_until_the_next_data(after: list[PriceEvent], stale_after: int) -> None:
    assert health(received(0, POLL, request_time=3_000, last="1"), *after).stale_after == stale_after


@given(st.lists(st.sampled_from([STREAMED, POLLED, STREAM_BROKE, POLL_BROKE])))
def test_no_event_makes_it_stale_only_silence_does(events: list[PriceEvent]) -> None:
    it = health(*events)
    assert it.state is not STALE
    assert it.state_at(1_000 + it.stale_after) is it.state
    if any(isinstance(event, PriceReceived) for event in events):
        assert it.state_at(1_001 + it.stale_after) in (STALE, DISCONNECTED)
