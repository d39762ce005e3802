"""SPEC B1: a fill is counted once and in its place, whichever way and in whichever state it came."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.fill import Fee, Fill
from tests.domain.fill_histories import few_contracts, fill, histories


@pytest.mark.parametrize(
    ("trade", "signed"),
    [pytest.param("buy 2 @ 100", 2, id="a buy adds"), pytest.param("sell 2 @ 100", -2, id="a sell takes")],
)
def test_contracts_with_a_sign(trade: str, signed: int) -> None:
    assert fill(trade).signed_contracts == signed


@pytest.mark.parametrize("trade", ["buy 0 @ 100", "buy -1 @ 100", "sell 1 @ 0", "sell 1 @ -5"])
def test_what_is_no_trade_is_refused(trade: str) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        fill(trade)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        pytest.param((1, "9"), (2, "1"), id="time first"),
        pytest.param((1, "1"), (1, "2"), id="then id"),
        pytest.param((1, "999"), (1, "1000"), id="a number is no word"),
        pytest.param((1, "a1"), (1, "b0"), id="ids of one length as words"),
    ],
)
def test_order(earlier: tuple[int, str], later: tuple[int, str]) -> None:
    first, second = (fill("buy 1 @ 100", at, id=name) for at, name in (earlier, later))
    assert first.sort_key < second.sort_key


def test_a_trade_with_oneself_is_two_fills() -> None:
    bought, sold = fill("buy 1 @ 100"), fill("sell 1 @ 100")
    assert bought.id == sold.id
    assert bought.identity != sold.identity
    assert bought.sort_key != sold.sort_key


def test_the_same_fill_with_more_figures_completes_the_first() -> None:
    bare, told = fill("sell 1 @ 100"), replace(fill("sell 1 @ 100", fee="0.5"), realized_pnl=Decimal(3))
    assert told.merged_with(bare) == told
    assert bare.merged_with(told) == told


def test_figures_already_known_stay() -> None:
    first, second = fill("buy 1 @ 100", fee="0.5"), fill("buy 1 @ 100", fee="0.7")
    assert second.merged_with(first) == first


def test_a_fill_is_split_with_its_fees_in_proportion() -> None:
    whole = replace(fill("sell 4 @ 100", fee="0.8"), realized_pnl=Decimal(7))
    closing, opening = whole.split(Decimal(1))
    assert closing == replace(whole, contracts=Decimal(1), fees=(Fee(Decimal("0.2"), "USDT"),))
    assert opening == replace(
        whole, contracts=Decimal(3), fees=(Fee(Decimal("0.6"), "USDT"),), realized_pnl=None
    )


@given(histories(most=1), st.lists(few_contracts, max_size=1))
def test_a_split_loses_nothing(history: list[Fill], more: list[Decimal]) -> None:
    whole = replace(history[0], contracts=history[0].contracts + Decimal("0.007") + sum(more))
    first, rest = whole.split(Decimal("0.007"))
    assert first.contracts + rest.contracts == whole.contracts
    assert first.fees[0].amount + rest.fees[0].amount == whole.fees[0].amount
