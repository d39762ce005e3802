"""SPEC B2: differences to the exchange's positions are found, described and corrected."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.fill import Fill
from dashboard.domain.keys import PositionKey
from dashboard.domain.market import Instrument, Payoff
from dashboard.domain.mode_change import ModeChange
from dashboard.domain.position import Position, Side
from dashboard.domain.position_state import PositionState
from dashboard.domain.reconcile import Difference, DifferenceKind, find_differences, positions_by_key
from tests.domain.builders import BOTH, LONG, SHORT, instrument, position
from tests.domain.fill_histories import ACCOUNT, after, fill, histories, journal

STEPPED = replace(instrument(), size_step=Decimal("0.01"), price_step=Decimal("0.5"))


def compared(
    ours: list[PositionState], theirs: list[Position], *, hedged: bool = False
) -> tuple[Difference, ...]:
    return find_differences(ours, by_key(theirs, hedged=hedged))


def by_key(theirs: list[Position], *, hedged: bool = False) -> dict[PositionKey, Position]:
    return positions_by_key(ACCOUNT, theirs, {each.instrument.symbol: hedged for each in theirs})


def kinds(found: tuple[Difference, ...]) -> list[DifferenceKind]:
    return [difference.kind for difference in found]


@pytest.mark.parametrize(
    ("trades", "theirs", "found"),
    [
        pytest.param("buy 2 @ 100", position(LONG, "2", "100"), [], id="the same"),
        pytest.param("sell 2 @ 100", position(SHORT, "2", "100"), [], id="the same short"),
        pytest.param("", position(LONG, "2", "100"), ["missing here"], id="missing here"),
        pytest.param("buy 1 @ 9, sell 1 @ 9", position(), ["missing here"], id="flat here"),
        pytest.param("buy 2 @ 100", None, ["missing there"], id="missing there"),
        pytest.param("buy 1 @ 9, sell 1 @ 9", None, [], id="flat in both"),
        pytest.param("buy 2 @ 100", position(SHORT, "2", "100"), ["side differs"], id="side"),
        pytest.param("buy 2 @ 100", position(LONG, "3", "100"), ["size differs"], id="size"),
        pytest.param("buy 2 @ 100", position(LONG, "2", "101"), ["entry differs"], id="entry"),
        pytest.param("buy 2 @ 100", position(SHORT, "3", "101"), ["side differs"], id="only the first"),
    ],
)
def test_first_difference_of_a_position(trades: str, theirs: Position | None, found: list[str]) -> None:
    ours = [after(trades)] if trades else []
    assert kinds(compared(ours, [theirs] if theirs else [])) == found


@pytest.mark.parametrize(
    ("of", "contracts", "entry", "found"),
    [
        pytest.param(STEPPED, "2.009", "64000", [], id="less than a step of size"),
        pytest.param(STEPPED, "2.01", "64000", ["size differs"], id="a step of size"),
        pytest.param(STEPPED, "1.99", "64000", ["size differs"], id="a step less"),
        pytest.param(instrument(), "2.000000001", "64000", [], id="no step known: a rounding"),
        pytest.param(instrument(), "2.00000001", "64000", ["size differs"], id="no step known: more"),
        pytest.param(instrument(), "2", "64000.63", [], id="entry within a hundred-thousandth"),
        pytest.param(instrument(), "2", "64000.65", ["entry differs"], id="entry beyond it"),
        pytest.param(instrument(), "2", "63999.35", ["entry differs"], id="beyond it, below"),
        pytest.param(
            replace(STEPPED, price_step=Decimal(1)), "2", "64001", [], id="entry within a step of the price"
        ),
        pytest.param(
            replace(STEPPED, price_step=Decimal(1)), "2", "64001.1", ["entry differs"], id="beyond that step"
        ),
    ],
)
def test_rounding_is_not_a_difference(of: Instrument, contracts: str, entry: str, found: list[str]) -> None:
    ours = after("buy 2 @ 64000", of=of)
    assert kinds(compared([ours], [position(LONG, contracts, entry, of=of)])) == found


def test_hedge_legs_are_compared_separately() -> None:
    ours = [after("buy 2 @ 100", leg=LONG), after("sell 3 @ 100", leg=SHORT)]
    theirs = [position(SHORT, "3", "100"), position(LONG, "1", "100")]
    found = compared(ours, theirs, hedged=True)
    assert [(each.key, each.kind) for each in found] == [
        (PositionKey(ACCOUNT, "BTC/USDT:USDT", LONG), DifferenceKind.SIZE)
    ]


def test_change_to_hedge_mode_is_two_differences() -> None:
    found = compared([after("buy 2 @ 100")], [position(LONG, "2", "100")], hedged=True)
    assert [(each.key.side, each.kind) for each in found] == [
        (None, DifferenceKind.MISSING_THERE),
        (LONG, DifferenceKind.MISSING_HERE),
    ]


@pytest.mark.parametrize(
    ("requested_at", "found"),
    [
        pytest.param(4, [], id="before the fill"),
        pytest.param(5, [], id="at the fill"),
        pytest.param(6, ["size differs"], id="after the fill"),
        pytest.param(None, ["size differs"], id="not known"),
    ],
)
def test_position_with_a_fill_since_the_request_is_skipped(
    requested_at: int | None, found: list[str]
) -> None:
    ours = after([fill("buy 2 @ 100", 5)])
    theirs = by_key([position(LONG, "1", "100")])
    assert kinds(find_differences([ours], theirs, requested_at=requested_at)) == found


@pytest.mark.parametrize(
    ("trades", "theirs", "text"),
    [
        pytest.param(
            "buy 2 @ 100, buy 1 @ 101",
            position(LONG, "3.50", "100"),
            "BTC/USDT:USDT size differs: long 3 at 100.3333333333 by fills, long 3.5 at 100 on the exchange",
            id="size",
        ),
        pytest.param(
            "buy 2 @ 100",
            None,
            "BTC/USDT:USDT missing there: long 2 at 100 by fills, none on the exchange",
            id="missing there",
        ),
        pytest.param(
            "",
            position(SHORT, "2000", "1E+2"),
            "BTC/USDT:USDT missing here: none by fills, short 2000 at 100 on the exchange",
            id="missing here",
        ),
    ],
)
def test_text_names_both_positions(trades: str, theirs: Position | None, text: str) -> None:
    (difference,) = compared([after(trades)] if trades else [], [theirs] if theirs else [])
    assert difference.text == text


def test_text_names_the_hedge_leg() -> None:
    (difference,) = compared([after("buy 2 @ 100", leg=LONG)], [], hedged=True)
    assert difference.text.startswith("BTC/USDT:USDT:long missing there")


@pytest.mark.parametrize("payoff", Payoff, ids=str)
@pytest.mark.parametrize("hedged", [False, True], ids=["one-way", "hedge"])
@given(
    history=histories(legs=(None,)) | histories(legs=BOTH), side=st.sampled_from(Side), empty=st.booleans()
)
def test_adjustments_resolve_all_differences(
    history: list[Fill], side: Side, empty: bool, payoff: Payoff, hedged: bool
) -> None:
    of = instrument(payoff)
    book = journal(replace(each, instrument=of) for each in history)
    reported = [] if empty else [position(side, "7", "12345.6", of=of)]
    if hedged and history:
        book.add(ModeChange(of, hedged=True, as_of=999))
    theirs = by_key(reported, hedged=hedged or bool(book.is_hedged(of.symbol)))
    for difference in find_differences(book.positions, theirs):
        book.add(difference.adjustment(as_of=1000))
    assert find_differences(book.positions, theirs) == ()


def test_adjusted_position_has_adopted_at() -> None:
    book = journal([fill("buy 2 @ 100")])
    (difference,) = compared(list(book.positions), [position(LONG, "3", "110")])
    book.add(difference.adjustment(as_of=60_000))
    (state,) = book.positions
    assert (state.contracts, state.entry_price, state.adopted_at) == (3, 110, 60_000)
    assert state.opened_at == 1
