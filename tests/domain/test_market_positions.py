"""SPEC B1 and B2: positions of one market in one-way and hedge mode, whenever the mode becomes known."""

import random
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.fill import Fill
from dashboard.domain.journal import Journal
from dashboard.domain.keys import PositionKey
from dashboard.domain.market_positions import MarketEvent
from dashboard.domain.mode_change import ModeChange
from dashboard.domain.position import Side
from dashboard.domain.position_state import PositionState
from tests.domain.builders import BOTH, LONG, SHORT, instrument
from tests.domain.fill_histories import ACCOUNT, adopted, fill, funding, histories, journal

OF = instrument()


def by_side(events: list[MarketEvent] | Journal) -> dict[Side | None, PositionState]:
    book = events if isinstance(events, Journal) else journal(events)
    return {state.key.side: state for state in book.positions}


def contracts(events: list[MarketEvent] | Journal) -> dict[Side | None, Decimal]:
    """The signed contracts of each position that is not flat."""
    return {side: state.contracts for side, state in by_side(events).items() if state.contracts}


def hedge(at: int, hedged: bool = True) -> ModeChange:
    return ModeChange(OF, hedged, at)


def unstated(trade: str, at: int, leg: Side | None = None, pnl: str | None = None) -> Fill:
    """A fill that does not state the mode, with a side that would be its own in hedge mode."""
    return fill(trade, at, position_side=leg, realized_pnl=None if pnl is None else Decimal(pnl))


LEGS = [
    unstated("buy 2 @ 100", 1, LONG),
    unstated("sell 1 @ 110", 2, SHORT),
    unstated("sell 1 @ 120", 3, LONG),
]


@pytest.mark.parametrize("at", [0, 1, 2, 3, 9])
def test_mode_applies_to_the_time_before_it_was_first_stated(at: int) -> None:
    assert contracts([*LEGS, hedge(at)]) == {LONG: 1, SHORT: -1}
    assert contracts([*LEGS, hedge(at, hedged=False)]) == contracts(list(LEGS)) == {}


def test_position_moves_once_a_fill_states_hedge_mode() -> None:
    book = journal([unstated("buy 2 @ 100", 1, LONG)])
    assert contracts(book) == {None: 2}
    entry = book.add(fill("sell 1 @ 110", 2, leg=SHORT))
    assert contracts(book) == {LONG: 2, SHORT: -1}
    assert {step.after.key.side: step.after.contracts for step in entry.moved} == {None: 0, LONG: 2}
    assert entry.own.after.key == PositionKey(ACCOUNT, OF.symbol, SHORT)


def test_event_without_a_side_in_a_market_that_turns_out_to_be_hedged() -> None:
    """Figures that were adopted without a side were of the only position."""
    start = adopted("2", "100", 1, replaces_history=True)
    assert contracts([start, unstated("sell 1 @ 110", 2, LONG), hedge(3)]) == {LONG: 1}
    assert contracts([start, adopted("0", "0", 2), hedge(3)]) == {}
    assert contracts([adopted("-2", "100", 1), hedge(3)]) == {SHORT: -2}


def test_funding_counts_for_the_only_leg_or_for_the_market() -> None:
    book = by_side([*LEGS[:2], funding("-1", 1), funding("-2", 2), hedge(3)])
    assert {side: dict(state.totals.funding) for side, state in book.items()} == {
        LONG: {"USDT": -1},
        SHORT: {},
        None: {"USDT": -2},
    }


@pytest.mark.parametrize(
    ("pnl", "expected"),
    [
        pytest.param("0", {LONG: 2, SHORT: -1}, id="opened its own side"),
        pytest.param("10", {LONG: 1}, id="closed the other side"),
        pytest.param(None, {LONG: 2}, id="unknown: neither"),
    ],
)
def test_leg_of_a_fill_without_a_side_follows_from_its_pnl(
    pnl: str | None, expected: dict[Side, Decimal]
) -> None:
    """The first one opens: there is nothing to close."""
    assert contracts([hedge(0), unstated("buy 2 @ 100", 1), unstated("sell 1 @ 110", 2, pnl=pnl)]) == expected


def test_market_with_a_long_and_a_short_stays_in_hedge_mode() -> None:
    book = journal([hedge(0), *LEGS[:2], fill("buy 1 @ 100", 3, hedged=False, realized_pnl=Decimal(0))])
    assert contracts(book) == {LONG: 3, SHORT: -1}
    assert book.mode_change(OF, 4, hedged=False, since=0) is None


def test_only_leg_moves_to_one_way_mode() -> None:
    book = journal([hedge(0), *LEGS, unstated("buy 1 @ 100", 4, SHORT)])
    book.add(book.mode_change(OF, 5, hedged=False, since=4))
    assert contracts(book) == {None: 1}
    assert sum(state.cumulative_totals.realized_pnl for state in book.positions) == 20 + 10


class TestSwitch:
    """A market of which no fill states the mode was in one-way mode at the last reading, at 10."""

    HELD = (hedge(1, hedged=False), unstated("buy 2 @ 100", 2, LONG))

    @pytest.mark.parametrize(
        ("fills", "switched_at"),
        [
            pytest.param(
                [("sell 2 @ 110", 11, LONG), ("buy 1 @ 100", 12, LONG)], 11, id="closed, then opened"
            ),
            pytest.param(
                [("sell 2 @ 110", 11, LONG), ("buy 1 @ 100", 12, LONG), ("sell 1 @ 100", 13, SHORT)],
                11,
                id="both sides opened",
            ),
            pytest.param(
                [("sell 2 @ 110", 9, LONG), ("buy 1 @ 100", 12, LONG)], 10, id="flat before the reading"
            ),
            pytest.param([("sell 1 @ 110", 11, LONG)], 20, id="never flat: at the time of the statement"),
            pytest.param([("sell 2 @ 110", 11, LONG)], 11, id="flat"),
        ],
    )
    def test_it_happened_while_the_market_was_flat(
        self, fills: list[tuple[str, int, Side]], switched_at: int
    ) -> None:
        book = journal([*self.HELD, *(unstated(*each) for each in fills)])
        change = book.mode_change(OF, 20, hedged=True, since=10)
        assert change == hedge(switched_at)
        book.add(change)
        assert book.mode_change(OF, 21, hedged=True, since=20) is None

    def test_it_happened_after_the_last_fill_in_one_way_mode(self) -> None:
        book = journal([fill("buy 2 @ 100", 11, hedged=False), fill("sell 2 @ 100", 12, hedged=False)])
        assert book.mode_change(OF, 20, hedged=True, since=10) == hedge(12)

    def test_it_is_not_dated_without_a_reading(self) -> None:
        assert journal(self.HELD).mode_change(OF, 20, hedged=True, since=None) == hedge(20)

    def test_mode_of_a_new_market(self) -> None:
        assert Journal(ACCOUNT).mode_change(OF, 20, hedged=True, since=10) == hedge(20)
        assert Journal(ACCOUNT).is_hedged(OF.symbol) is None


# --- In any order, with repetitions, and with the mode stated at any time


@st.composite
def stated_anywhere(draw: st.DrawFn, fills: list[Fill], *, hedged: bool) -> list[MarketEvent]:
    """The same fills in any order and some twice; only some of them state the mode, or the exchange does."""
    states = draw(st.lists(st.booleans(), min_size=len(fills), max_size=len(fills)))
    events: list[MarketEvent] = [
        replace(each, hedged=hedged if does else None) for each, does in zip(fills, states, strict=True)
    ]
    if not any(states):
        events.append(ModeChange(fills[0].instrument, hedged, draw(st.integers(0, len(fills) + 1))))
    events += [replace(each, hedged=None) for each in fills if draw(st.booleans())]
    random.Random(draw(st.integers(0, 999))).shuffle(events)
    return events


@given(histories(legs=BOTH), st.data())
def test_hedge_mode_known_at_any_time_gives_the_same_positions(
    history: list[Fill], data: st.DataObject
) -> None:
    events = data.draw(stated_anywhere(history, hedged=True))
    assert by_side(journal(events)) == {
        state.key.side: _with_mode(state, events) for state in journal(history).positions
    }


@given(histories(), st.data())
def test_one_way_mode_known_at_any_time_gives_the_same_position(
    history: list[Fill], data: st.DataObject
) -> None:
    """The side that a fill would have in hedge mode is of no importance."""
    sided = [replace(each, position_side=data.draw(st.sampled_from((None, *Side)))) for each in history]
    found = by_side(journal(data.draw(stated_anywhere(sided, hedged=False))))
    (alone,) = journal(history).positions
    assert list(found) == [None]
    assert (found[None].contracts, found[None].totals) == (alone.contracts, alone.totals)
    assert found[None].earlier_totals == alone.earlier_totals


def _with_mode(state: PositionState, events: list[MarketEvent]) -> PositionState:
    """The state with the last fill as one of `events`, that may not state the mode."""
    own = [each for each in events if isinstance(each, Fill) and each.identity == state.last_fill.identity]
    return replace(state, last_fill=own[0].merged_with(own[-1]))
