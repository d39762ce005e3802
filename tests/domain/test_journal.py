"""SPEC B1: each event is counted once, in its place, in whatever order events arrive."""

from dataclasses import replace
from decimal import Decimal

import pytest

from dashboard.domain import event_log
from dashboard.domain.journal import Journal
from dashboard.domain.keys import PositionKey
from dashboard.domain.market_positions import MarketPositions, apply_to_market
from dashboard.domain.position_state import PositionState
from dashboard.domain.transitions import PositionEvent
from tests.domain.builders import LONG, SHORT, instrument
from tests.domain.fill_histories import ACCOUNT, adopted, after, fill, funding, journal

OF = instrument()
ETHER = replace(OF, symbol="ETH/USDT:USDT", id="ETHUSDT", base="ETH")
KEY = PositionKey(ACCOUNT, OF.symbol)


def added(book: Journal, event: PositionEvent) -> PositionState:
    """The position of an event after it was added."""
    entry = book.add(event)
    assert entry is not None
    assert entry.own is not None
    return entry.own.after


def test_add_returns_the_position_after_the_event() -> None:
    book = Journal(ACCOUNT)
    assert added(book, fill("buy 2 @ 100")) == after("buy 2 @ 100")
    assert book.position(KEY) == after("buy 2 @ 100")


def test_unknown_key_has_no_position_and_no_events() -> None:
    book = Journal(ACCOUNT)
    assert book.position(KEY) is None
    assert book.events(OF.symbol) == book.positions == ()


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(fill("buy 1 @ 100"), id="fill"),
        pytest.param(funding("-1"), id="funding"),
        pytest.param(adopted("1", "100", 1), id="adopted"),
    ],
)
def test_repeated_event_changes_nothing(event: PositionEvent) -> None:
    book = journal([event])
    assert book.add(event) is None
    assert book.events(OF.symbol) == (event,)


def test_fee_reported_later_is_added() -> None:
    """A stream may report a fill without its fee, and the history later with the fee."""
    bare, later = fill("buy 1 @ 100", 1), fill("sell 1 @ 110", 2, "0.1")
    book = journal([bare, later])
    state = added(book, fill("buy 1 @ 100", 1, "0.2"))
    assert state.cumulative_totals.fees == {"USDT": Decimal("0.3")}
    assert state.cumulative_totals.fills_without_fee == 0
    assert book.add(bare) is None


def test_newer_of_two_adjustments_of_one_moment_applies() -> None:
    book = journal([adopted("1", "100", 5), fill("buy 1 @ 130", 6), adopted("2", "100", 5)])
    assert (book.position(KEY).contracts, book.position(KEY).entry_price) == (3, 110)
    assert len(book.events(OF.symbol)) == 2


def test_late_fill_changes_realized_pnl() -> None:
    """Buy 2 at 100, sell 1 at 120: 20. With 2 more at 110 in between: 15."""
    book = journal([fill("buy 2 @ 100", 1), fill("sell 1 @ 120", 3)])
    assert book.position(KEY).totals.realized_pnl == 20
    assert added(book, fill("buy 2 @ 110", 2)).totals.realized_pnl == 15


def test_late_fill_before_an_adjustment_changes_only_fees() -> None:
    book = journal([fill("buy 1 @ 100", 1), adopted("3", "100", 5)])
    state = added(book, fill("buy 2 @ 100", 4, "0.1"))
    assert state.contracts == 3
    assert state.totals.fees == {"USDT": Decimal("0.1")}


def test_order_of_events_of_one_moment() -> None:
    """Fills by id, then funding, then the adjustment that includes them."""
    adjustment, paid = adopted("4", "100", 1), funding("-1", 1)
    ninth, tenth = fill("buy 1 @ 100", 1, id="9"), fill("buy 2 @ 100", 1, id="10")
    assert journal([adjustment, paid, tenth, ninth]).events(OF.symbol) == (ninth, tenth, paid, adjustment)


def test_each_symbol_and_hedge_leg_is_a_position() -> None:
    book = journal(
        [
            fill("buy 1 @ 100", leg=LONG),
            fill("sell 2 @ 100", leg=SHORT, id="2"),
            fill("buy 3 @ 10", of=ETHER),
            fill("sell 3 @ 11", 2, of=ETHER),
        ]
    )
    contracts = {state.key.label: state.contracts for state in book.positions}
    assert contracts == {"BTC/USDT:USDT:long": 1, "BTC/USDT:USDT:short": -2, "ETH/USDT:USDT": 0}


# --- Cost of late events


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[PositionEvent]:
    """The applied events, replays included."""
    applied: list[PositionEvent] = []

    def recording(market: MarketPositions, event: PositionEvent) -> MarketPositions:
        applied.append(event)
        return apply_to_market(market, event)

    monkeypatch.setattr(event_log, "apply_to_market", recording)
    return applied


def many(count: int) -> list[PositionEvent]:
    return [fill(f"{'sell' if at % 3 == 0 else 'buy'} 1 @ {100 + at % 7}", 10 * at) for at in range(count)]


def test_event_in_order_is_applied_once(steps: list[PositionEvent]) -> None:
    journal(many(1000))
    assert len(steps) == 1000


@pytest.mark.parametrize("late_by", [1, 10, 100, 500])
def test_late_event_replays_from_a_checkpoint(steps: list[PositionEvent], late_by: int) -> None:
    book = journal([*many(1000), fill("buy 9 @ 50", 1, of=ETHER)])
    steps.clear()
    late = fill("buy 5 @ 101", 10 * (1000 - late_by) - 5)
    state = added(book, late)
    assert late_by < len(steps) <= late_by + 65
    assert all(event.instrument is not ETHER for event in steps)
    assert state == after(book.events(OF.symbol))


@pytest.mark.parametrize("place", [0, 1, 62, 63, 64, 65, 127, 128, 129, 199])
def test_late_event_around_a_checkpoint(place: int) -> None:
    history = many(200)
    book = journal([*history[:place], *history[place + 1 :], history[place]])
    assert book.position(KEY) == after(history)
    assert book.events(OF.symbol) == tuple(history)
    for event in many(400)[200:]:
        book.add(event)
    assert added(book, fill("buy 5 @ 101", 1555)) == after(book.events(OF.symbol))


@pytest.mark.parametrize("place", [0, 7, 8, 9, 199])
def test_late_fee_around_a_checkpoint(place: int) -> None:
    history = many(200)
    book = journal(history)
    complete = replace(history[place], fees=fill("buy 1 @ 1", fee="0.5").fees)
    assert added(book, complete) == after([*history[:place], complete, *history[place + 1 :]])


@pytest.mark.parametrize(
    ("before", "kept"),
    [(0, 200), (70, 200), (80, 192), (630, 144), (640, 136), (1990, 8)],
)
def test_pruned_events_still_count_in_the_position(before: int, kept: int) -> None:
    """Events are pruned in batches of 8: of 200 events, 10 ms apart, 136 are from 640 ms on."""
    history = many(200)
    book = journal(history)
    book.prune_before(before)
    assert book.events(OF.symbol) == tuple(history[200 - kept :])
    assert [book.add(event) for event in history] == [None] * 200
    late = fill("buy 5 @ 101", 1985)
    assert added(book, late) == after([*history[:199], late, history[199]])


def test_late_event_is_ignored_only_in_the_pruned_period() -> None:
    history = many(200)
    book = journal(history)
    book.prune_before(700)
    book.prune_before(1300)
    assert book.add(fill("buy 5 @ 101", 1265)) is None
    late = fill("buy 5 @ 101", 1275)
    assert added(book, late) == after([*history[:128], late, *history[128:]])
    for event in many(400)[200:]:
        book.add(event)
    assert book.position(KEY) == after([*history[:128], late, *many(400)[128:]])
