"""SPEC B1 as properties of any history of fills: all sums are exact to the last digit."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.adjustment import PositionAdjustment
from dashboard.domain.fill import Fill, TradeSide
from dashboard.domain.market import Payoff
from dashboard.domain.position_state import PositionState
from dashboard.domain.reconcile import ENTRY_TOLERANCE
from dashboard.domain.transitions import apply_fill
from tests.domain.builders import BOTH
from tests.domain.fill_histories import after, fill_prices, flat, histories, journal

LAST_DIGIT = Fraction(1, 10**24)


def start(history: list[Fill]) -> PositionState:
    return flat(history[0].instrument)


def after_all(history: list[Fill]) -> PositionState:
    return after(history, of=history[0].instrument)


def net_pnl(state: PositionState, mark: Decimal) -> Fraction:
    """Realised and unrealised PnL less all fees, as an exact number."""
    fees = sum(map(Fraction, state.cumulative_totals.fees.values()))
    return Fraction(state.cumulative_totals.realized_pnl) + Fraction(state.unrealized_pnl(mark)) - fees


def paid_in_fees(history: list[Fill]) -> Fraction:
    return sum((Fraction(fee.amount) for fill in history for fee in fill.fees), Fraction(0))


def units(fill: Fill) -> Fraction:
    return Fraction(fill.signed_contracts) * Fraction(fill.instrument.contract_size)


@given(histories())
def test_size_is_the_sum_of_signed_fills(history: list[Fill]) -> None:
    assert after_all(history).contracts == sum(fill.signed_contracts for fill in history)


@given(histories([Payoff.LINEAR]), fill_prices)
def test_linear_pnl_equals_the_cash_flow(history: list[Fill], mark: Decimal) -> None:
    """Exactly: sold minus bought, plus the rest at the mark, minus the fees."""
    cash = sum((units(fill) * (Fraction(mark) - Fraction(fill.price)) for fill in history), Fraction(0))
    assert net_pnl(after_all(history), mark) == cash - paid_in_fees(history)


@given(histories([Payoff.INVERSE]), fill_prices)
def test_inverse_pnl_equals_the_flow_of_coins(history: list[Fill], mark: Decimal) -> None:
    coins = sum(
        (units(fill) * (1 / Fraction(fill.price) - 1 / Fraction(mark)) for fill in history), Fraction(0)
    )
    assert abs(net_pnl(after_all(history), mark) - coins + paid_in_fees(history)) < LAST_DIGIT


@given(histories([Payoff.INVERSE_BASE]), fill_prices)
def test_pnl_of_contracts_sized_in_coins_is_linear_pnl_converted_to_coins(
    history: list[Fill], mark: Decimal
) -> None:
    """Each fill realises the PnL of the same linear fill, converted at the price of that fill."""
    linear = replace(history[0].instrument, payoff=Payoff.LINEAR)
    in_dollars = [replace(fill, instrument=linear) for fill in history]
    states = [after(in_dollars[:count], of=linear) for count in range(len(history) + 1)]
    coins = Fraction(0)
    for fill, (before, then) in zip(history, pairwise(states), strict=True):
        dollars = Fraction(then.cumulative_totals.realized_pnl) - Fraction(
            before.cumulative_totals.realized_pnl
        )
        coins += dollars / Fraction(fill.price)
    coins += Fraction(states[-1].unrealized_pnl(mark)) / Fraction(mark)
    assert abs(net_pnl(after_all(history), mark) - coins + paid_in_fees(history)) < LAST_DIGIT


@given(histories())
def test_each_fee_is_counted_once_in_its_currency(history: list[Fill]) -> None:
    paid: dict[str, Fraction] = {}
    for fill in history:
        for fee in fill.fees:
            paid[fee.currency] = paid.get(fee.currency, Fraction(0)) + Fraction(fee.amount)
    assert after_all(history).cumulative_totals.fees == paid


@given(histories(), fill_prices)
def test_short_mirrors_long(history: list[Fill], mark: Decimal) -> None:
    other = {TradeSide.BUY: TradeSide.SELL, TradeSide.SELL: TradeSide.BUY}
    state = after_all(history)
    mirrored = after_all([replace(fill, trade_side=other[fill.trade_side]) for fill in history])
    assert mirrored.contracts == state.contracts.copy_negate()
    assert mirrored.entry_price == state.entry_price
    assert mirrored.cumulative_totals.realized_pnl == state.cumulative_totals.realized_pnl.copy_negate()
    assert mirrored.unrealized_pnl(mark) == state.unrealized_pnl(mark).copy_negate()
    assert mirrored.cumulative_totals.fees == state.cumulative_totals.fees


@given(histories())
def test_entry_is_within_the_prices_and_unchanged_by_a_reduction(history: list[Fill]) -> None:
    prices = sorted(fill.price for fill in history)
    state = start(history)
    for fill in history:
        before, state = state, apply_fill(state, fill)
        if state.entry_price is not None:
            tolerance = Decimal(1).scaleb(-15)
            assert prices[0] * (1 - tolerance) <= state.entry_price <= prices[-1] * (1 + tolerance)
        if state.change == "reduce":
            assert state.entry_price == pytest.approx(before.entry_price, rel=Decimal("1e-15"))


@given(histories())
def test_flat_position_has_no_entry_value(history: list[Fill]) -> None:
    state = after_all(history)
    assert (state.contracts == 0) is (state.entry_value == 0)
    assert state.entry_value >= 0


# --- In any order, with repetitions


@given(histories(legs=(None,)) | histories(legs=BOTH), st.data())
def test_shuffled_and_repeated_fills_give_the_same_positions(
    history: list[Fill], data: st.DataObject
) -> None:
    twice = data.draw(st.permutations(history + history[: data.draw(st.integers(0, len(history)))]))
    shuffled, ordered = journal(twice), journal(history)
    assert {state.key: state for state in shuffled.positions} == {
        state.key: state for state in ordered.positions
    }


@given(histories())
def test_repeated_fill_changes_nothing(history: list[Fill]) -> None:
    book = journal(history)
    before = book.positions
    assert [book.add(fill) for fill in history] == [None] * len(history)
    assert book.positions == before


@given(histories(legs=BOTH), fill_prices)
def test_hedge_legs_are_independent(history: list[Fill], mark: Decimal) -> None:
    for state in journal(history).positions:
        own = [fill for fill in history if fill.position_side is state.key.side]
        alone = after(own, of=state.instrument, leg=state.key.side)
        assert state == alone
        assert state.unrealized_pnl(mark) == alone.unrealized_pnl(mark)


def spaced_apart(history: list[Fill]) -> list[Fill]:
    """The same fills, ten milliseconds apart."""
    return [replace(fill, traded_at=10 * at) for at, fill in enumerate(history)]


def adopted_after(history: list[Fill]) -> PositionAdjustment:
    """The figures after `history`, five milliseconds later."""
    seen, as_of = after_all(history), history[-1].traded_at + 5
    entry = seen.entry_price or Decimal(0)
    return PositionAdjustment(seen.instrument, seen.contracts, entry, as_of, replaces_history=True)


@given(histories(), st.data())
def test_adjustment_that_fills_explain_changes_nothing(history: list[Fill], data: st.DataObject) -> None:
    """The fills before an adjustment may arrive after it, in any order: the history is whole again."""
    spaced = spaced_apart(history)
    begin = adopted_after(spaced[: data.draw(st.integers(1, len(spaced)))])
    (state,) = journal(data.draw(st.permutations([begin, *spaced]))).positions
    assert state == after_all(spaced)


@given(histories(), st.data())
def test_adjustment_stands_in_for_missing_fills(history: list[Fill], data: st.DataObject) -> None:
    spaced = spaced_apart(history)
    count = data.draw(st.integers(1, len(spaced)))
    found = data.draw(st.lists(st.sampled_from(spaced[:count]), unique=True))
    events = [adopted_after(spaced[:count]), *found, *spaced[count:]]
    whole = after_all(spaced)
    (state,) = journal(data.draw(st.permutations(events))).positions
    assert state.contracts == whole.contracts
    assert (state.entry_price is None) is (whole.entry_price is None)
    if whole.entry_price is not None:
        assert state.entry_price == pytest.approx(whole.entry_price, rel=ENTRY_TOLERANCE)
