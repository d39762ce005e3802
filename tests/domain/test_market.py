"""Instruments and tickers: unknown stays unknown, and every figure has its own age."""

from decimal import Decimal

import pytest

from dashboard.domain.market import Payoff, Quote, Ticker
from tests.domain.builders import INVERSES, instrument, position, ticker


@pytest.mark.parametrize(
    ("received_at", "now", "age"),
    [(1_000, 1_000, 0), (1_000, 6_500, 5_500), (1_000, 900, 0)],
    ids=["at once", "later", "never negative"],
)
def test_quote_ages_from_its_receipt(received_at: int, now: int, age: int) -> None:
    assert Quote(Decimal(1), received_at).age(now) == age


def test_merging_replaces_newer_figures_and_keeps_the_rest() -> None:
    merged = ticker(at=1, last="10", bid="9").merged(ticker(at=2, last="11", mark="10.5"))
    assert merged == Ticker(
        last=Quote(Decimal(11), 2), bid=Quote(Decimal(9), 1), mark=Quote(Decimal("10.5"), 2)
    )


def test_change_of_zero_percent_replaces_an_older_one() -> None:
    merged = ticker(at=1, change_24h="2").merged(ticker(at=2, change_24h="0"))
    assert merged.change_24h == Quote(Decimal(0), 2)


def test_merging_an_empty_ticker_changes_nothing() -> None:
    known = ticker(at=1, last="10", bid="9", ask="11", mark="10", change_24h="1")
    assert known.merged(Ticker()) == known


@pytest.mark.parametrize("payoff", Payoff, ids=str)
def test_pair_is_base_and_quote(payoff: Payoff) -> None:
    quote = "USD" if payoff in INVERSES else "USDT"
    assert instrument(payoff).pair == f"BTC/{quote}"


@pytest.mark.parametrize(
    ("payoff", "contracts", "contract_size", "coins"),
    [
        pytest.param(Payoff.LINEAR, "300", "0.01", "3", id="contracts are not coins"),
        pytest.param(Payoff.INVERSE, "1000", "100", "2", id="100,000 dollars at 50,000"),
        pytest.param(Payoff.INVERSE_BASE, "2", "1", "2", id="Bitget's, sized in coins"),
    ],
)
def test_size_is_in_base_coins(payoff: Payoff, contracts: str, contract_size: str, coins: str) -> None:
    of = instrument(payoff, contract_size=contract_size)
    assert position(contracts=contracts, entry="50000", of=of).size == Decimal(coins)
