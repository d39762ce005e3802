"""A contract that was resized changes no amount of money, whenever it happens."""

from dataclasses import replace
from decimal import Decimal
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.contract_units import in_units_of
from dashboard.domain.fill import Fill
from dashboard.domain.journal import Journal
from dashboard.domain.market import Instrument, Payoff
from dashboard.domain.reconcile import difference_kind
from dashboard.domain.transitions import apply
from tests.domain.builders import LONG, SHORT, instrument, position
from tests.domain.fill_histories import ACCOUNT, adopted, after, fill, fill_prices, fills, flat, histories

SIZES = ["0.001", "0.01", "0.1", "1", "10", "0.5", "0.25"]


def resized(of: Instrument, size: str) -> Instrument:
    return replace(of, contract_size=Decimal(size))


def in_contracts_of(each: Fill, of: Instrument) -> Fill:
    contracts = each.contracts * each.instrument.contract_size / of.contract_size
    return replace(each, contracts=contracts, instrument=of)


@given(histories(), st.lists(st.sampled_from(SIZES), min_size=8, max_size=8), fill_prices)
def test_resized_contract_changes_no_amount(history: list[Fill], sizes: list[str], mark: Decimal) -> None:
    of = history[0].instrument
    mixed = [in_contracts_of(each, resized(of, size)) for each, size in zip(history, sizes, strict=False)]
    whole, state = after(history, of=of), reduce(apply, mixed, flat(of))
    assert in_units_of(state, of).contracts == whole.contracts
    assert (state.entry_value, state.entry_price) == (whole.entry_value, whole.entry_price)
    assert (state.totals, state.earlier_totals) == (whole.totals, whole.earlier_totals)
    assert (state.closed, state.change) == (whole.closed, whole.change)
    assert state.unrealized_pnl(mark) == whole.unrealized_pnl(mark)


@given(histories(), st.sampled_from(SIZES))
def test_resized_position_does_not_differ_from_the_same_amount_on_the_exchange(
    history: list[Fill], size: str
) -> None:
    state, now = after(history, of=history[0].instrument), resized(history[0].instrument, size)
    theirs = in_units_of(state, now).position()
    assert difference_kind(state, theirs) is None


LINEAR = instrument(contract_size="0.01")
SMALLER = resized(LINEAR, "0.001")
INVERSE = replace(LINEAR, payoff=Payoff.INVERSE)
OTHER_COIN = replace(LINEAR, settle="USDC")


@pytest.mark.parametrize(
    ("theirs", "kind"),
    [
        pytest.param(position(LONG, "3000", "61000", of=SMALLER), None, id="ten times as many"),
        pytest.param(position(LONG, "300", "61000", of=SMALLER), "contract differs", id="as many"),
        pytest.param(position(SHORT, "3000", "61000", of=SMALLER), "contract differs", id="side"),
        pytest.param(position(LONG, "3000", "60000", of=SMALLER), "contract differs", id="entry"),
        pytest.param(position(LONG, "300", "61000", of=INVERSE), "contract differs", id="payoff"),
        pytest.param(position(LONG, "300", "61000", of=OTHER_COIN), "contract differs", id="settlement"),
        pytest.param(position(LONG, "200", "61000", of=LINEAR), "size differs", id="the same contract"),
        pytest.param(None, "missing there", id="none"),
    ],
)
def test_difference_to_a_resized_contract(theirs: object, kind: str | None) -> None:
    assert difference_kind(after("buy 300 @ 61000", of=LINEAR), theirs) == kind


def test_contract_of_another_kind_cannot_be_converted() -> None:
    state = after("buy 300 @ 61000", of=LINEAR)
    assert in_units_of(state, INVERSE) is in_units_of(state, OTHER_COIN) is None


def test_event_in_a_contract_of_another_kind_begins_a_position() -> None:
    """The figures of the old one mean nothing in the new one."""
    state = after([fill("buy 300 @ 61000", 1, of=LINEAR), fill("sell 2 @ 62000", 2, of=INVERSE)], of=LINEAR)
    assert (state.side, state.contracts, state.instrument) == (SHORT, -2, INVERSE)
    assert state.cumulative_totals.realized_pnl == 0


def test_adjustment_in_a_resized_contract_is_worth_what_the_exchange_reports() -> None:
    events = [fill("buy 300 @ 61000", 1, of=LINEAR), adopted("3000", "61000", 2, of=SMALLER)]
    state = after(events, of=LINEAR)
    assert (state.contracts, state.entry_value, state.entry_price) == (3000, 183_000, 61_000)


def test_position_is_counted_in_the_newest_contracts_without_an_event() -> None:
    book = Journal(ACCOUNT)
    for each in fills("buy 200 @ 100, buy 100 @ 130", of=LINEAR):
        book.add(each)
    (state,) = book.positions
    assert book.use_instrument(state.key, SMALLER).contracts == 3000
    assert book.use_instrument(state.key, INVERSE).instrument is SMALLER
    assert book.histories[0].state.by_side == {None: state}
    book.add(fill("sell 3000 @ 120", 3, of=SMALLER))
    (sold,) = book.positions
    assert (sold.contracts, sold.totals.realized_pnl) == (0, 30)
