"""SPEC B1: identity, order, merging and splitting of fills."""

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
def test_signed_contracts(trade: str, signed: int) -> None:
    assert fill(trade).signed_contracts == signed


@pytest.mark.parametrize("trade", ["buy 0 @ 100", "buy -1 @ 100", "sell 1 @ 0", "sell 1 @ -5"])
def test_fill_without_positive_size_and_price_is_rejected(trade: str) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        fill(trade)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        pytest.param((1, "9"), (2, "1"), id="time first"),
        pytest.param((1, "1"), (1, "2"), id="then id"),
        pytest.param((1, "999"), (1, "1000"), id="longer ids are later"),
        pytest.param((1, "a1"), (1, "b0"), id="ids of one length alphabetically"),
    ],
)
def test_fills_sort_by_time_then_id(earlier: tuple[int, str], later: tuple[int, str]) -> None:
    first, second = (fill("buy 1 @ 100", at, id=name) for at, name in (earlier, later))
    assert first.sort_key < second.sort_key


def test_self_trade_is_two_fills() -> None:
    bought, sold = fill("buy 1 @ 100"), fill("sell 1 @ 100")
    assert bought.id == sold.id
    assert bought.identity != sold.identity
    assert bought.sort_key != sold.sort_key


def test_merging_adds_missing_fees_and_pnl() -> None:
    bare, complete = fill("sell 1 @ 100"), replace(fill("sell 1 @ 100", fee="0.5"), realized_pnl=Decimal(3))
    assert complete.merged_with(bare) == complete
    assert bare.merged_with(complete) == complete


def test_merging_keeps_known_fees() -> None:
    first, second = fill("buy 1 @ 100", fee="0.5"), fill("buy 1 @ 100", fee="0.7")
    assert second.merged_with(first) == first


def test_split_shares_fees_in_proportion() -> None:
    whole = replace(fill("sell 4 @ 100", fee="0.8"), realized_pnl=Decimal(7))
    closing, opening = whole.split(Decimal(1))
    assert closing == replace(whole, contracts=Decimal(1), fees=(Fee(Decimal("0.2"), "USDT"),))
    assert opening == replace(
        whole, contracts=Decimal(3), fees=(Fee(Decimal("0.6"), "USDT"),), realized_pnl=None
    )


@given(histories(max_size=1), st.lists(few_contracts, max_size=1))
def test_split_is_exact(history: list[Fill], more: list[Decimal]) -> None:
    whole = replace(history[0], contracts=history[0].contracts + Decimal("0.007") + sum(more))
    first, rest = whole.split(Decimal("0.007"))
    assert first.contracts + rest.contracts == whole.contracts
    assert first.fees[0].amount + rest.fees[0].amount == whole.fees[0].amount
