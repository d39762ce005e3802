"""SPEC B2: positions are the same whenever the mode becomes known, however often the process restarts."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.fill import Fill
from dashboard.domain.position import Side
from dashboard.domain.totals import PositionTotals
from tests.domain.fill_histories import histories
from tests.positions.harness import TrackerHarness


@st.composite
def hedges(draw: st.DrawFn) -> list[Fill]:
    """Fills of two legs that never close more than was opened, and do not state the mode."""
    held = dict.fromkeys(Side, Decimal(0))
    made: list[Fill] = []
    for at, drawn in enumerate(draw(histories(legs=tuple(Side)))):
        leg, one = drawn.position_side, replace(drawn, traded_at=100 * at, hedged=None)
        assert leg is not None
        if (held[leg] + one.signed_contracts) * leg.sign < 0:
            one = replace(one, trade_side=one.trade_side.opposite)
        held[leg] += one.signed_contracts
        made.append(one)
    return made


@given(hedges(), st.data())
def test_positions_do_not_depend_on_when_the_mode_became_known(history: list[Fill], data: st.DataObject):
    known_at, restarted_at = (data.draw(st.integers(0, len(history))) for _ in range(2))
    harness = TrackerHarness()
    for count in range(len(history) + 1):
        if count == known_at:
            held = stated(history[:count]).open.values()
            harness.snapshot(
                *(live.position for live in held),
                position_modes={history[0].instrument.symbol: True},
                requested_at=100 * count - 1,
            )
        if count == restarted_at and (count or known_at):  # nothing is recorded before the first event
            harness = harness.restarted()
        harness.fills(*history[count : count + 1])
    assert "correction" not in [kind for kind, _ in harness.trail]
    for each in (harness, harness.restarted()):
        assert figures(each) == figures(stated(history))
        assert each.book.summary() == stated(history).book.summary()


def stated(history: list[Fill]) -> TrackerHarness:
    """The positions after fills that state hedge mode."""
    return TrackerHarness().fills(*(replace(each, hedged=True) for each in history))


def figures(harness: TrackerHarness) -> dict[str, tuple[Decimal, Decimal, PositionTotals]]:
    """Size, entry value and totals of each position that has any."""
    states = {label: live.state for label, live in harness.known.items()}
    return {
        label: (state.contracts, state.entry_value, state.cumulative_totals)
        for label, state in states.items()
        if state.contracts or state.cumulative_totals != PositionTotals()
    }
