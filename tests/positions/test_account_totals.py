"""SPEC B3 and B4: totals by currency, unknown if a part is unknown.

Each example holds for `AccountTotals` and for its reference `plain_totals`.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal

import pytest

from dashboard.domain.currency_summary import CurrencySummary, PartialSum
from dashboard.domain.fill import Fee
from dashboard.domain.market import Payoff
from dashboard.domain.valuation import UNPRICED
from dashboard.positions.account_totals import AccountTotals
from dashboard.positions.models import AccountSummary, LivePosition
from tests.domain.builders import LONG, instrument
from tests.domain.fill_histories import adopted, after, fill, fills, flat, funding
from tests.positions.harness import market_key
from tests.positions.plain_totals import Marked, exposure, plain_totals, unrealized

D = Decimal
INVERSE = instrument(Payoff.INVERSE)
LONG_OF_TWO = after("buy 3 @ 100, sell 1 @ 110")
SHORT_OF_ONE = after("sell 1 @ 200")
CLOSED = after("buy 1 @ 100, sell 1 @ 95")

Totals = Callable[[Iterable[Marked]], dict[str, CurrencySummary]]


def account_summary(positions: Iterable[Marked], **prices: str) -> AccountSummary:
    totals = AccountTotals()
    for state, mark in positions:
        valuation = replace(UNPRICED, unrealized_pnl=unrealized(state, mark), notional=exposure(state, mark))
        live = LivePosition(state, market_key(state.key.symbol), valuation=valuation)
        totals.change(None, live)
    return totals.summary(0, lambda coin: D(prices[coin]) if coin in prices else None)


def incremental_totals(positions: Iterable[Marked]) -> dict[str, CurrencySummary]:
    return dict(account_summary(positions).by_currency)


@pytest.fixture(params=[plain_totals, incremental_totals])
def totals(request: pytest.FixtureRequest) -> Totals:
    chosen: Totals = request.param
    return chosen


def test_no_position_has_no_sums(totals: Totals) -> None:
    assert totals([]) == {}


def test_a_long_and_a_short_add_up(totals: Totals) -> None:
    """Exposure 2 × 120 + 1 × 210; unrealised 2 × 20 − 10; realised 10 − 5."""
    total = totals([(LONG_OF_TWO, D(120)), (SHORT_OF_ONE, D(210)), (CLOSED, None)])["USDT"]
    assert (total.count, total.exposure.value, total.unrealized_pnl.value) == (2, 450, 30)
    assert (total.realized_pnl, total.total_pnl) == (5, 35)


def test_a_missing_price_makes_the_sums_unknown_and_keeps_the_known_parts(totals: Totals) -> None:
    total = totals([(LONG_OF_TWO, D(120)), (SHORT_OF_ONE, None)])["USDT"]
    assert (total.exposure, total.unrealized_pnl) == (PartialSum(D(240), 1), PartialSum(D(40), 1))
    assert total.exposure.value is total.unrealized_pnl.value is total.total_pnl is None
    assert total.realized_pnl == 10


def test_a_closed_position_needs_no_price(totals: Totals) -> None:
    total = totals([(CLOSED, None)])["USDT"]
    assert (total.count, total.exposure.value, total.total_pnl) == (0, 0, -5)


def test_a_hedge_leg_with_missing_fills_is_unknown(totals: Totals) -> None:
    total = totals([(after("sell 1 @ 100", leg=LONG), D(120))])["USDT"]
    assert (total.count, total.exposure, total.unrealized_pnl) == (
        0,
        PartialSum(unknown=1),
        PartialSum(unknown=1),
    )
    assert (total.realized_pnl, total.unexplained_closes, total.total_pnl) == (0, 1, None)


def test_realized_pnl_of_earlier_positions_under_the_key_counts(totals: Totals) -> None:
    """The long realised 14; the short entered at 107 has a PnL of 3 × 7."""
    total = totals([(after("buy 2 @ 100, sell 5 @ 107"), D(100))])["USDT"]
    assert (total.realized_pnl, total.unrealized_pnl.value) == (14, 21)


def test_currencies_are_never_mixed(totals: Totals) -> None:
    """A short of 10,000 dollars entered at 50,000 is 0.25 coins at 40,000, with a PnL of 0.05."""
    inverse = after("sell 10000 @ 50000", of=INVERSE)
    by_currency = totals([(LONG_OF_TWO, D(120)), (inverse, D(40000))])
    assert list(by_currency) == ["USDT", "BTC"]
    assert (by_currency["USDT"].exposure.value, by_currency["USDT"].total_pnl) == (240, 50)
    assert (by_currency["BTC"].exposure.value, by_currency["BTC"].total_pnl) == (D("0.25"), D("0.05"))


def test_fees_count_in_the_currency_that_they_were_paid_in(totals: Totals) -> None:
    bought = fill("buy 1 @ 100", 1, "0.1")
    paid_in_coins = after([fill("buy 1 @ 50000", 1, "0.00001", of=INVERSE)], of=INVERSE)
    by_currency = totals([(after([bought]), None), (paid_in_coins, None)])
    assert by_currency["USDT"].fees == PartialSum(D("0.1"))
    assert by_currency["BTC"].fees == PartialSum(D("0.00001"))


def test_a_currency_that_only_fees_were_paid_in_has_a_summary(totals: Totals) -> None:
    discounted = replace(fill("buy 1 @ 100"), fees=(Fee(D("0.002"), "BNB"),))
    by_currency = totals([(after([discounted]), D(100))])
    assert by_currency["BNB"] == CurrencySummary("BNB", fees=PartialSum(D("0.002")))
    assert by_currency["USDT"].fees == PartialSum(D(0))


def test_fills_without_a_fee_make_the_sum_of_fees_unknown(totals: Totals) -> None:
    total = totals([(after([fill("buy 1 @ 100", 1, "0.1"), fill("buy 1 @ 100", 2)]), D(100))])["USDT"]
    assert total.fees == PartialSum(D("0.1"), 1)
    assert total.fees.value is None


def test_funding_is_not_part_of_the_pnl(totals: Totals) -> None:
    state = after([*fills("buy 1 @ 100"), funding("-0.5", 2), funding("0.2", 3)])
    total = totals([(state, D(100))])["USDT"]
    assert (total.funding, total.total_pnl) == (D("-0.3"), 0)


def test_adopted_positions_are_counted(totals: Totals) -> None:
    from_exchange = after([adopted("2", "100", 1, replaces_history=True)])
    total = totals([(from_exchange, D(110)), (LONG_OF_TWO, D(110)), (SHORT_OF_ONE, D(200))])["USDT"]
    assert (total.count, total.adopted, total.unrealized_pnl.value) == (3, 1, 40)


@pytest.mark.parametrize("mark", [None, D(100)])
def test_a_position_that_was_never_open_adds_nothing(totals: Totals, mark: Decimal | None) -> None:
    assert totals([(flat(), mark)])["USDT"] == CurrencySummary("USDT")


@pytest.mark.parametrize("stablecoin", ["USDT", "USDC", "USD1", "PYUSD"])
def test_stablecoins_count_as_dollars_at_par(stablecoin: str) -> None:
    of = replace(instrument(), symbol=f"BTC/{stablecoin}:{stablecoin}", quote=stablecoin, settle=stablecoin)
    summary = account_summary([(after("buy 2 @ 100", of=of), D(110))])
    assert (summary.total_exposure, summary.unrealized_pnl) == (220, 20)


class TestRealizedDollars:
    """PnL realised in coins counts at the price of its close, so that no later price changes it."""

    ETHER_IN_BITCOIN = replace(instrument(), symbol="ETH/BTC:BTC", base="ETH", quote="BTC", settle="BTC")
    CLOSED_IN_BITCOIN = after("buy 10 @ 0.05, sell 10 @ 0.06", of=ETHER_IN_BITCOIN)

    def test_inverse_contracts_count_at_the_price_of_each_close(self) -> None:
        """Of 62,000 dollars entered at 31,000: half at 62,000 is 0.5 coins, half at 124,000 is 0.75."""
        closed = after("buy 62000 @ 31000, sell 31000 @ 62000, sell 31000 @ 124000", of=INVERSE)
        summary = account_summary([(closed, None), (CLOSED, None)])
        assert summary.by_currency["BTC"].realized_pnl == D("1.25")
        assert summary.realized_pnl == D("0.5") * 62_000 + D("0.75") * 124_000 - 5
        assert summary.missing == ()

    def test_contracts_sized_in_coins_count_at_the_price_of_the_close(self) -> None:
        closed = after("buy 2 @ 100, sell 2 @ 200", of=instrument(Payoff.INVERSE_BASE))
        assert account_summary([(closed, None)], BTC="999").realized_pnl == 200

    def test_prices_in_another_coin_lead_to_no_dollars(self) -> None:
        summary = account_summary([(self.CLOSED_IN_BITCOIN, None), (CLOSED, None)])
        assert summary.realized_pnl == -5
        assert summary.missing == ("realised PnL in BTC, whose price in dollars is unknown",)
        priced = account_summary([(self.CLOSED_IN_BITCOIN, None)], BTC="60000")
        assert (priced.realized_pnl, priced.missing) == (6_000, ())

    def test_unexplained_close_is_missing(self) -> None:
        summary = account_summary([(after("sell 1 @ 100", leg=LONG), None), (CLOSED, None)])
        assert summary.realized_pnl == -5
        assert summary.missing == ("1 closed in USDT with unknown PnL",)
