"""RuntimeConfig: one writer, immutable snapshots, and listeners that cannot affect each other."""

import logging
import threading
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain.events import (
    FeedEvent,
    FeedFailed,
    InstrumentResolved,
    MarginTiersReceived,
    PriceReceived,
    SupplementalPrice,
    Transport,
)
from dashboard.domain.feed_state import FeedState
from dashboard.domain.keys import MarketKey
from dashboard.domain.margin import MarginTier
from dashboard.state.runtime import MarketSnapshot, RuntimeConfig
from tests.domain.builders import instrument, received, ticker
from tests.waiting import TIMEOUT_S

INSTRUMENT = instrument()
REQUESTED, RESOLVED = MarketKey("bitget", "BTCUSDT"), InstrumentResolved(INSTRUMENT)
TIERS = (MarginTier(Decimal(0), Decimal("0.04")), MarginTier(Decimal(105), Decimal("0.1")))


@pytest.fixture
def runtime() -> RuntimeConfig:
    """A resolved market without a price."""
    runtime = RuntimeConfig(REQUESTED, 2_000)
    runtime.apply(RESOLVED)
    return runtime


def test_at_the_start_everything_is_unknown() -> None:
    snapshot = RuntimeConfig(REQUESTED, 2_000).snapshot
    assert (snapshot.version, snapshot.key, snapshot.instrument) == (0, REQUESTED, None)
    assert (snapshot.ticker.last, snapshot.margin_tiers) == (None, ())
    assert snapshot.health.state_at(0) is FeedState.CONNECTING


def test_the_key_has_the_unified_symbol_once_it_is_resolved(runtime: RuntimeConfig) -> None:
    assert runtime.snapshot.key == MarketKey("bitget", INSTRUMENT.symbol)
    assert runtime.snapshot.instrument is INSTRUMENT


def test_each_price_is_merged(runtime: RuntimeConfig) -> None:
    runtime.apply(received(last="105"))
    runtime.apply(received(mark="99"))
    seen = runtime.snapshot.ticker
    assert (seen.last and seen.last.value, seen.mark and seen.mark.value) == (105, 99)


def test_margin_tiers_replace_the_earlier_ones(runtime: RuntimeConfig) -> None:
    runtime.apply(MarginTiersReceived(TIERS))
    assert runtime.snapshot.margin_tiers == TIERS
    runtime.apply(MarginTiersReceived(()))
    assert runtime.snapshot.margin_tiers == ()


def test_a_failure_keeps_the_prices(runtime: RuntimeConfig) -> None:
    runtime.apply(received(last="105"))
    runtime.apply(FeedFailed(Transport.STREAM, "closed"))
    assert runtime.snapshot.ticker.last is not None
    assert runtime.snapshot.health.reason == "closed"


@pytest.mark.parametrize(
    "before",
    [
        pytest.param([], id="nothing yet"),
        pytest.param([received(last="105", bid="104")], id="streaming"),
        pytest.param([received(transport=Transport.POLL, last="105", request_time_ms=700)], id="polling"),
        pytest.param([received(last="105"), FeedFailed(Transport.STREAM, "closed")], id="the stream broke"),
        pytest.param([FeedFailed(Transport.POLL, "no answer")], id="disconnected"),
    ],
)
def test_supplemental_prices_do_not_change_the_health(
    runtime: RuntimeConfig, before: list[FeedEvent]
) -> None:
    for event in before:
        runtime.apply(event)
    then = runtime.snapshot
    supplement = ticker(2_000, mark="99", bid="98")
    runtime.apply(SupplementalPrice(supplement))
    assert runtime.snapshot.health == then.health
    assert runtime.snapshot.ticker == then.ticker.merged(supplement)
    assert runtime.snapshot.version == then.version + 1
    assert runtime.snapshot.health.state_at(10_000) is then.health.state_at(10_000)


def test_listeners_are_called_in_order_of_registration(runtime: RuntimeConfig) -> None:
    seen: list[tuple[str, int]] = []
    runtime.register(lambda snapshot: seen.append(("first", snapshot.version)))
    runtime.register(lambda snapshot: seen.append(("second", snapshot.version)))
    runtime.apply(received(last="1"))
    runtime.apply(FeedFailed(Transport.STREAM, "closed"))
    assert seen == [("first", 2), ("second", 2), ("first", 3), ("second", 3)]


def test_a_failing_listener_does_not_affect_the_others(
    runtime: RuntimeConfig, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[int] = []

    def fails(_: MarketSnapshot) -> None:
        raise ValueError("first listener failed")

    runtime.register(fails)
    runtime.register(lambda snapshot: seen.append(snapshot.version))
    with caplog.at_level(logging.ERROR):
        runtime.apply(received(last="1"))
        runtime.apply(received(last="2"))
    assert seen == [2, 3]
    assert runtime.snapshot.version == 3
    assert [str(record.exc_info[1]) for record in caplog.records if record.exc_info] == [
        "first listener failed"
    ] * 2


def test_unregistering_affects_that_listener_only(runtime: RuntimeConfig) -> None:
    seen: list[str] = []
    unregister = runtime.register(lambda _: seen.append("first"))
    runtime.register(lambda _: seen.append("second"))
    unregister()
    unregister()  # a second time does nothing
    runtime.apply(received(last="1"))
    assert seen == ["second"]


def ends(work: Callable[[], None]) -> bool:
    """True if `work` ends, in a thread that may be left behind."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(TIMEOUT_S)
    return not thread.is_alive()


def test_a_listener_may_unregister_itself(runtime: RuntimeConfig) -> None:
    unregister: list[Callable[[], None]] = []
    unregister.append(runtime.register(lambda _: unregister[0]()))
    assert ends(lambda: runtime.apply(received(last="1")))
    assert runtime.snapshot.version == 2


def test_many_threads_take_turns(runtime: RuntimeConfig) -> None:
    """Versions have no gap, and every listener sees them in order."""
    seen: list[int] = []
    runtime.register(lambda snapshot: seen.append(snapshot.version))
    barrier = threading.Barrier(8)

    def write() -> None:
        barrier.wait()
        for number in range(1, 51):
            runtime.apply(received(last=str(number)))
            runtime.apply(SupplementalPrice(ticker(bid=str(number))))

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == list(range(2, 2 + 8 * 50 * 2))
    assert runtime.snapshot.version == seen[-1]


def test_a_snapshot_cannot_be_changed(runtime: RuntimeConfig) -> None:
    with pytest.raises(FrozenInstanceError):
        runtime.snapshot.version = 7  # type: ignore[misc]  # the assignment under test


FIGURES = st.dictionaries(
    st.sampled_from(["last", "bid", "ask", "mark", "change_24h"]), st.sampled_from(["0.0001", "100", "99999"])
)
EVENTS: st.SearchStrategy[Callable[[int], FeedEvent]] = st.one_of(
    st.builds(
        lambda route, figures, took: lambda at: PriceReceived(route, at, ticker(at, **figures), took),
        st.sampled_from(Transport),
        FIGURES,
        st.sampled_from([0, 300, 9_000]),
    ),
    st.builds(lambda figures: lambda at: SupplementalPrice(ticker(at, **figures)), FIGURES),
    st.sampled_from(
        [
            RESOLVED,
            FeedFailed(Transport.STREAM, "broke"),
            FeedFailed(Transport.POLL, "broke"),
            MarginTiersReceived(TIERS),
            MarginTiersReceived(()),
        ]
    ).map(lambda event: lambda _: event),
)
WAITS_MS = st.sampled_from([0, 100, 4_000, 6_000])


@settings(max_examples=60)
@given(st.lists(st.tuples(WAITS_MS, EVENTS), max_size=12))
def test_any_order_of_events_keeps_snapshots_immutable(
    history: list[tuple[int, Callable[[int], FeedEvent]]],
) -> None:
    runtime, now = RuntimeConfig(REQUESTED, 2_000), 0
    seen: list[tuple[MarketSnapshot, str]] = []
    runtime.register(lambda snapshot: seen.append((snapshot, repr(snapshot))))
    for wait, event_at in history:
        now += wait
        before = runtime.snapshot
        runtime.apply(event_at(now))
        _check(before, runtime.snapshot, now)
    assert [snapshot.version for snapshot, _ in seen] == list(range(1, len(history) + 1))
    assert all(repr(snapshot) == then for snapshot, then in seen)  # none was changed afterwards


def _check(before: MarketSnapshot, after: MarketSnapshot, now: int) -> None:
    """A price that was known once never becomes unknown; only its age grows."""
    for name in ("last", "bid", "ask", "mark", "change_24h"):
        assert getattr(before.ticker, name) is None or getattr(after.ticker, name) is not None
    quotes = (after.ticker.last, after.ticker.mark)
    assert all(quote is None or 0 <= quote.received_at <= now for quote in quotes)
