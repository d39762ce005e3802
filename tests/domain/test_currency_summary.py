"""Sums with unknown parts."""

from decimal import Decimal

from dashboard.domain.currency_summary import CurrencySummary, PartialSum


def test_sum_of_known_parts_is_known() -> None:
    total = PartialSum().plus(Decimal(2)).plus(Decimal(-5))
    assert total == PartialSum(Decimal(-3))
    assert total.value == -3


def test_one_unknown_part_makes_the_sum_unknown() -> None:
    total = PartialSum().plus(Decimal(2)).plus(None)
    assert total == PartialSum(Decimal(2), unknown=1)
    assert total.value is None


def test_total_pnl_is_unknown_while_unrealized_pnl_is() -> None:
    summary = CurrencySummary("USDT", unrealized_pnl=PartialSum(unknown=1), realized_pnl=Decimal(3))
    assert summary.total_pnl is None


def test_total_pnl_is_realized_and_unrealized() -> None:
    summary = CurrencySummary("USDT", unrealized_pnl=PartialSum(Decimal(4)), realized_pnl=Decimal(-1))
    assert summary.total_pnl == 3
