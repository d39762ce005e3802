"""RuntimeConfig: one writer, immutable snapshots, and listeners that harm nobody."""

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
    PositionsFailed,
    PositionsRead,
    PriceReceived,
    Route,
    SupplementalPrice,
)
from dashboard.domain.feed_state import FeedState
from dashboard.domain.manual_position import ManualPosition
from dashboard.domain.margin import MarginTier
from dashboard.domain.position import Source
from dashboard.domain.position_selection import PositionSelection
from dashboard.domain.risk import RiskStatus
from dashboard.state.runtime import RuntimeConfig, Snapshot
from tests.domain.builders import (
    LONG,
    SHORT,
    entered,
    entered_long,
    instrument,
    position,
    received,
    ticker,
)
from tests.waiting import PATIENCE_S

OF = instrument()
RESOLVED = InstrumentResolved(OF)


class Clock:
    """Stands still until it is told."""

    now = 0

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def runtime(clock: Clock) -> RuntimeConfig:
    """With a long of one coin at 100, ten times leveraged, entered by hand."""
    it = RuntimeConfig(2_000, holdings=PositionSelection(entered_long()), clock=clock)
    it.apply(RESOLVED)
    return it


def test_at_the_start_nothing_is_known() -> None:
    snapshot = RuntimeConfig(2_000).snapshot
    assert (snapshot.version, snapshot.instrument, snapshot.position) == (0, None, None)
    assert snapshot.valuation.status is RiskStatus.UNKNOWN
    assert snapshot.valuation_at(0).status is RiskStatus.UNKNOWN
    assert snapshot.health.state_at(0) is FeedState.CONNECTING


def test_each_price_is_valued_at_once(runtime: RuntimeConfig) -> None:
    runtime.apply(received(last="105"))
    now = runtime.snapshot.valuation
    assert (now.status, now.unrealized_pnl, now.roe) == (RiskStatus.PROFIT, 5, 50)
    runtime.apply(received(mark="99", last="105"))
    now = runtime.snapshot.valuation
    assert (now.status, now.unrealized_pnl, now.on_mark) == (RiskStatus.UNDERWATER, -1, True)


@pytest.mark.parametrize(
    ("now", "pnl", "on_mark"),
    [
        pytest.param(5_000, 10, True, id="the mark is just live"),
        pytest.param(5_001, 5, False, id="the mark is too old, the last price lives"),
        pytest.param(8_000, 5, False, id="the last price is just live"),
        pytest.param(8_001, None, False, id="all too old: unknown"),
    ],
)
def test_a_reader_sees_prices_age(
    runtime: RuntimeConfig, clock: Clock, now: int, pnl: int | None, on_mark: bool
) -> None:
    """Though no event comes any more."""
    runtime.apply(received(at=0, mark="110"))
    clock.now = 3_000
    runtime.apply(received(at=3_000, last="105"))
    seen = runtime.snapshot.valuation_at(now)
    assert (seen.unrealized_pnl, seen.on_mark) == (pnl, on_mark)
    assert seen.status is (RiskStatus.UNKNOWN if pnl is None else RiskStatus.PROFIT)


def test_a_failure_takes_no_price_away(runtime: RuntimeConfig) -> None:
    runtime.apply(received(last="105"))
    runtime.apply(FeedFailed(Route.STREAM, "closed"))
    assert runtime.snapshot.valuation_at(5_000).unrealized_pnl == 5
    assert runtime.snapshot.health.reason == "closed"


@pytest.mark.parametrize(
    "before",
    [
        pytest.param([], id="nothing yet"),
        pytest.param([received(last="105", bid="104")], id="streaming"),
        pytest.param([received(route=Route.POLL, last="105", request_time=700)], id="polling"),
        pytest.param([received(last="105"), FeedFailed(Route.STREAM, "closed")], id="the stream broke"),
        pytest.param([FeedFailed(Route.POLL, "no answer")], id="disconnected"),
    ],
)
def test_prices_from_beside_say_nothing_of_the_health(
    runtime: RuntimeConfig, clock: Clock, before: list[FeedEvent]
) -> None:
    for event in before:
        runtime.apply(event)
    then = runtime.snapshot
    clock.now = 2_000
    beside = ticker(2_000, mark="99", bid="98")
    runtime.apply(SupplementalPrice(beside))
    assert runtime.snapshot.health == then.health
    assert runtime.snapshot.ticker == then.ticker.merged(beside)
    assert runtime.snapshot.version == then.version + 1
    assert (runtime.snapshot.valuation.unrealized_pnl, runtime.snapshot.valuation.on_mark) == (-1, True)
    assert runtime.snapshot.health.state_at(10_000) is then.health.state_at(10_000)


def test_the_exchanges_position_and_tiers() -> None:
    runtime = RuntimeConfig(2_000, holdings=PositionSelection(account=True), clock=Clock())
    runtime.apply(RESOLVED)
    assert runtime.snapshot.valuation_at(0).status is RiskStatus.UNKNOWN  # not read yet is not flat
    held = position(SHORT, entry="104", margin_mode="isolated")
    runtime.apply(PositionsRead(1, (held,)))
    runtime.apply(
        MarginTiersReceived(
            (MarginTier(Decimal(0), Decimal("0.04")), MarginTier(Decimal(105), Decimal("0.1")))
        )
    )
    levels = runtime.snapshot.levels
    assert runtime.snapshot.position is held
    assert levels is not None
    assert (levels.liquidation, levels.liquidation_is_estimate) == (110, True)  # 104 × 1.1 / 1.04
    runtime.apply(PositionsFailed("no answer"))
    assert runtime.snapshot.position is held
    runtime.apply(PositionsRead(2, ()))
    assert runtime.snapshot.position is None
    assert runtime.snapshot.valuation_at(0).status is RiskStatus.NO_POSITION


def test_an_account_that_was_not_read_is_not_flat_for_listeners_either() -> None:
    runtime = RuntimeConfig(2_000, holdings=PositionSelection(account=True), clock=Clock())
    runtime.apply(RESOLVED)
    assert runtime.snapshot.valuation.status is RiskStatus.UNKNOWN


def test_entering_replaces_and_clears(runtime: RuntimeConfig) -> None:
    runtime.apply(received(last="105"))
    runtime.enter(entered(side="short", entry_price="100", size="2"))
    assert runtime.snapshot.valuation.unrealized_pnl == -10
    runtime.enter(ManualPosition())
    assert (runtime.snapshot.position, runtime.snapshot.levels) == (None, None)
    assert runtime.snapshot.valuation.status is RiskStatus.NO_POSITION


def test_what_was_kept_gives_way_to_the_account() -> None:
    runtime = RuntimeConfig(2_000, holdings=PositionSelection(account=True), clock=Clock())
    runtime.apply(RESOLVED)
    runtime.enter(entered_long(), kept=True)
    assert (runtime.snapshot.position, runtime.snapshot.valuation.status) == (None, RiskStatus.UNKNOWN)
    held = position(LONG, "7")
    runtime.apply(PositionsRead(1, (held,)))
    assert runtime.snapshot.position is held
    runtime.enter(entered_long())
    by_hand = runtime.snapshot.position
    assert by_hand is not None
    assert by_hand.source is Source.ENTERED
    runtime.enter(entered_long(), kept=True)
    runtime.apply(PositionsRead(2, ()))
    assert (runtime.snapshot.position, runtime.snapshot.valuation.status) == (None, RiskStatus.NO_POSITION)


def test_every_change_is_told_in_order_of_registration(runtime: RuntimeConfig) -> None:
    told: list[tuple[str, int]] = []
    runtime.register(lambda snapshot: told.append(("first", snapshot.version)))
    runtime.register(lambda snapshot: told.append(("second", snapshot.version)))
    runtime.apply(received(last="1"))
    runtime.enter(ManualPosition())
    assert told == [("first", 2), ("second", 2), ("first", 3), ("second", 3)]


def test_a_failing_listener_harms_no_other(runtime: RuntimeConfig, caplog: pytest.LogCaptureFixture) -> None:
    told: list[int] = []

    def fails(_: Snapshot) -> None:
        raise ValueError("mine alone")

    runtime.register(fails)
    runtime.register(lambda snapshot: told.append(snapshot.version))
    with caplog.at_level(logging.ERROR):
        runtime.apply(received(last="1"))
        runtime.apply(received(last="2"))
    assert told == [2, 3]
    assert runtime.snapshot.version == 3
    assert [str(record.exc_info[1]) for record in caplog.records if record.exc_info] == ["mine alone"] * 2


def test_unregistering_takes_off_that_listener_only(runtime: RuntimeConfig) -> None:
    told: list[str] = []
    take_off = runtime.register(lambda _: told.append("first"))
    runtime.register(lambda _: told.append("second"))
    take_off()
    take_off()  # a second time does nothing
    runtime.apply(received(last="1"))
    assert told == ["second"]


def ends(work: Callable[[], None]) -> bool:
    """Whether `work` ends, in a thread that may be left behind."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(PATIENCE_S)
    return not thread.is_alive()


def test_a_listener_may_take_itself_off(runtime: RuntimeConfig) -> None:
    take_off: list[Callable[[], None]] = []
    take_off.append(runtime.register(lambda _: take_off[0]()))
    assert ends(lambda: runtime.apply(received(last="1")))
    assert runtime.snapshot.version == 2


def test_many_threads_take_turns(runtime: RuntimeConfig) -> None:
    """Versions have no gap, and every listener sees them in order."""
    seen: list[int] = []
    runtime.register(lambda snapshot: seen.append(snapshot.version))
    together = threading.Barrier(8)

    def write() -> None:
        together.wait()
        for number in range(1, 51):
            runtime.apply(received(last=str(number)))
            runtime.enter(entered_long())

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == list(range(2, 2 + 8 * 50 * 2))
    assert runtime.snapshot.version == seen[-1]


def test_a_snapshot_cannot_be_changed(runtime: RuntimeConfig) -> None:
    with pytest.raises(FrozenInstanceError):
        runtime.snapshot.version = 7  # type: ignore[misc]  # that it cannot is the point


FIGURES = st.dictionaries(
    st.sampled_from(["last", "bid", "ask", "mark", "change_24h"]), st.sampled_from(["0.0001", "100", "99999"])
)
LEGS = [
    position(side, leverage=leverage, liquidation=liquidation, margin_mode=mode)
    for side in (LONG, SHORT)
    for leverage, liquidation, mode in ((None, None, None), ("1", None, "isolated"), ("10", "90", "cross"))
]
# What may come next, given the instant at which it comes.
HAPPENINGS: st.SearchStrategy[Callable[[int], FeedEvent | ManualPosition]] = st.one_of(
    st.builds(
        lambda route, figures, took: lambda at: PriceReceived(route, at, ticker(at, **figures), took),
        st.sampled_from(Route),
        FIGURES,
        st.sampled_from([0, 300, 9_000]),
    ),
    st.builds(lambda figures: lambda at: SupplementalPrice(ticker(at, **figures)), FIGURES),
    st.builds(
        lambda legs: lambda at: PositionsRead(at, tuple(legs)), st.lists(st.sampled_from(LEGS), max_size=2)
    ),
    st.sampled_from(
        [
            RESOLVED,
            FeedFailed(Route.STREAM, "broke"),
            FeedFailed(Route.POLL, "broke"),
            PositionsFailed("no answer"),
            MarginTiersReceived(
                (MarginTier(Decimal(0), Decimal("0.01")), MarginTier(Decimal(150), Decimal("0.02")))
            ),
            MarginTiersReceived(()),
            ManualPosition(),
            entered_long(),
            entered(side="short"),
            entered(alert_price="95"),
        ]
    ).map(lambda event: lambda _: event),
)
WAITS = st.sampled_from([0, 100, 4_000, 6_000])


@settings(max_examples=60)
@given(st.lists(st.tuples(WAITS, HAPPENINGS), max_size=12), st.booleans())
def test_whatever_happens(
    history: list[tuple[int, Callable[[int], FeedEvent | ManualPosition]]], account: bool
) -> None:
    """In any order that the world may send it in."""
    clock = Clock()
    runtime = RuntimeConfig(2_000, holdings=PositionSelection(account=account), clock=clock)
    seen: list[tuple[Snapshot, str]] = []
    runtime.register(lambda snapshot: seen.append((snapshot, repr(snapshot))))
    for wait, happening in history:
        clock.now += wait
        event = happening(clock.now)
        if isinstance(event, ManualPosition):
            runtime.enter(event)
        else:
            runtime.apply(event)
        _check(runtime.snapshot, clock.now)
        _check(runtime.snapshot, clock.now + 60_000)
    assert [snapshot.version for snapshot, _ in seen] == list(range(1, len(history) + 1))
    assert all(repr(snapshot) == then for snapshot, then in seen)  # none was changed afterwards


def _check(snapshot: Snapshot, now: int) -> None:
    """Unknown never becomes zero, flat or safe."""
    seen = snapshot.valuation_at(now)
    prices = [quote for quote in (snapshot.ticker.mark, snapshot.ticker.last) if quote is not None]
    live = any(quote.age(now) <= snapshot.health.stale_after for quote in prices)
    assert (seen.unrealized_pnl is not None) is (seen.notional is not None)
    if snapshot.instrument is None or not snapshot.holdings.known:
        assert seen.status is RiskStatus.UNKNOWN
    elif snapshot.position is None:
        assert seen.status is RiskStatus.NO_POSITION
    elif not live:
        assert seen.status is RiskStatus.UNKNOWN
    else:
        assert seen.status not in (RiskStatus.UNKNOWN, RiskStatus.NO_POSITION)
        assert seen.unrealized_pnl is not None
        return
    assert (seen.unrealized_pnl, seen.roe, seen.notional) == (None, None, None)
