"""Amounts in summaries and records are plain numbers: no exponent, and no digits of a division beyond use."""

import json
import re
from decimal import Decimal

import pytest
from hypothesis import given

from dashboard.audit.records import to_json
from dashboard.domain.fill import Fill
from dashboard.domain.market import Payoff
from tests.domain.builders import instrument
from tests.domain.fill_histories import fill_prices, fills, histories
from tests.positions.harness import TrackerHarness

TOTAL = re.compile(r"-?\d+(\.\d{0,11}[1-9])?")
AMOUNT = re.compile(r"-?\d+(\.\d{0,17}[1-9])?")


@given(histories(), fill_prices)
def test_totals_in_dollars_are_plain(history: list[Fill], price: Decimal):
    symbol = history[0].instrument.symbol
    harness = TrackerHarness().fills(*history).price(str(price), symbol)
    totals = harness.book.summary()
    assert all(TOTAL.fullmatch(f"{each:f}") for each in (totals.realized_pnl, totals.unrealized_pnl))
    exact = harness.known[symbol].state.cumulative_totals.realized_dollars
    assert totals.realized_pnl == pytest.approx(exact, rel=Decimal("1e-20"), abs=Decimal("1e-12"))


@given(histories())
def test_amounts_in_records_are_plain(history: list[Fill]):
    for _, entry in TrackerHarness().fills(*history).recorded:
        after = json.loads(to_json(entry))["after"]
        assert all(AMOUNT.fullmatch(after[name]) for name in ("contracts", "realized_pnl"))
        assert all(AMOUNT.fullmatch(amount) for amount in after["fees"].values())


def test_profit_in_coins_is_a_plain_number_in_dollars():
    """Each gain in coins has 30 decimals; the price multiplied their error to 4500.…004000."""
    coin = instrument(Payoff.INVERSE_BASE)
    harness = TrackerHarness().fills(*fills("buy 3 @ 60000, sell 3 @ 61500", of=coin)).price("61500")
    assert str(harness.book.summary().realized_pnl) == "4500"
