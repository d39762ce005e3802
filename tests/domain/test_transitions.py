"""SPEC B1: open, increase, reduce, close and flip, with realised PnL, fees and funding kept apart."""

from dataclasses import replace
from decimal import Decimal

import pytest

from dashboard.domain.adjustment import PositionAdjustment
from dashboard.domain.contract_math import unrealized_pnl
from dashboard.domain.market import Payoff
from dashboard.domain.position import Side, Source
from dashboard.domain.position_state import PositionChange, PositionState
from dashboard.domain.transitions import apply_adjustment, apply_fill
from tests.domain.builders import BOTH, LONG, SHORT, dec, instrument
from tests.domain.fill_histories import adopted, after, fill, fills, flat, funding

INVERSE_USD = instrument(Payoff.INVERSE)
INVERSE_COINS = instrument(Payoff.INVERSE_BASE)


def figures(state: PositionState) -> tuple[Decimal, Decimal | None, Decimal]:
    return state.contracts, state.entry_price, state.totals.realized_pnl


@pytest.mark.parametrize(
    ("trades", "change", "contracts", "entry", "realized"),
    [
        pytest.param("buy 2 @ 100", "open", "2", "100", "0", id="open"),
        # (2 × 100 + 1 × 130) / 3 = 110
        pytest.param("buy 2 @ 100, buy 1 @ 130", "increase", "3", "110", "0", id="increase"),
        # 1 × (120 − 110) = 10, and the entry stays
        pytest.param(
            "buy 2 @ 100, buy 1 @ 130, sell 1 @ 120", "reduce", "2", "110", "10", id="reduce with a gain"
        ),
        pytest.param("buy 2 @ 100, sell 0.5 @ 90", "reduce", "1.5", "100", "-5", id="reduce with a loss"),
        pytest.param(
            "buy 2 @ 100, sell 1.5 @ 110", "reduce", "0.5", "100", "15", id="reduce to half a contract"
        ),
        # (1 × 100 + 1 × 106) / 2 = 103 after the reduction
        pytest.param(
            "buy 2 @ 100, sell 1 @ 110, buy 1 @ 106", "increase", "2", "103", "10", id="increase again"
        ),
        pytest.param("buy 2 @ 100, sell 2 @ 107", "close", "0", None, "14", id="close"),
        pytest.param(
            "buy 2 @ 100, sell 1 @ 110, sell 1 @ 95", "close", "0", None, "5", id="close in two parts"
        ),
        # the 14 of the long moved to the earlier totals; short 3 since 107
        pytest.param("buy 2 @ 100, sell 5 @ 107", "flip", "-3", "107", "0", id="flip"),
        pytest.param("buy 2 @ 100, sell 2 @ 107, buy 1 @ 90", "open", "1", "90", "0", id="open again"),
    ],
)
@pytest.mark.parametrize("side", BOTH, ids=str)
def test_linear_contract(
    side: Side, trades: str, change: str, contracts: str, entry: str | None, realized: str
) -> None:
    """A short is the long with buys and sells exchanged, and the PnL negated."""
    mirrored = {"buy": "sell", "sell": "buy"}
    if side is SHORT:
        trades = " ".join(mirrored.get(word, word) for word in trades.split())
    state = after(trades)
    assert state.change == change
    assert figures(state) == (side.sign * dec(contracts), dec(entry), side.sign * dec(realized))


@pytest.mark.parametrize(
    ("trades", "contracts", "entry", "realized"),
    [
        # 10,000 dollars at 50,000 are 0.2 coins, 15,000 at 30,000 are 0.5: 25,000 / 0.7 coins
        pytest.param(
            "buy 10000 @ 50000, buy 15000 @ 30000", "25000", "35714.2857142857143", "0", id="harmonic"
        ),
        # 10,000 × (1/40,000 − 1/50,000) = 0.25 − 0.2
        pytest.param("buy 20000 @ 40000, sell 10000 @ 50000", "10000", "40000", "0.05", id="reduce, up"),
        # 10,000 × (1/40,000 − 1/32,000) = 0.25 − 0.3125
        pytest.param("buy 20000 @ 40000, sell 10000 @ 32000", "10000", "40000", "-0.0625", id="reduce, down"),
        # 10,000 × (1/50,000 − 1/40,000), times −1 for a short
        pytest.param("sell 10000 @ 50000, buy 10000 @ 40000", "0", None, "0.05", id="short, close"),
    ],
)
def test_inverse_contract_sized_in_dollars(
    trades: str, contracts: str, entry: str | None, realized: str
) -> None:
    state = after(trades, of=INVERSE_USD)
    assert figures(state) == (dec(contracts), dec(entry), dec(realized))


@pytest.mark.parametrize(
    ("trades", "contracts", "entry", "realized"),
    [
        pytest.param("buy 1 @ 50000, buy 1 @ 30000", "2", "40000", "0", id="arithmetic"),
        # 1 coin × (1 − 40,000/50,000) = 0.2
        pytest.param("buy 2 @ 40000, sell 1 @ 50000", "1", "40000", "0.2", id="reduce, up"),
        # 1 coin × (1 − 40,000/32,000) = −0.25
        pytest.param("buy 2 @ 40000, sell 1 @ 32000", "1", "40000", "-0.25", id="reduce, down"),
        # 1 coin × (1 − 50,000/40,000), times −1 for a short
        pytest.param("sell 1 @ 50000, buy 1 @ 40000", "0", None, "0.25", id="short, close"),
    ],
)
def test_inverse_contract_sized_in_coins(
    trades: str, contracts: str, entry: str | None, realized: str
) -> None:
    assert figures(after(trades, of=INVERSE_COINS)) == (dec(contracts), dec(entry), dec(realized))


@pytest.mark.parametrize(
    ("payoff", "contract_size", "trades", "realized"),
    [
        pytest.param(Payoff.LINEAR, "0.01", "buy 300 @ 100, sell 300 @ 110", "30", id="300 of 0.01 coins"),
        pytest.param(Payoff.INVERSE, "100", "buy 100 @ 40000, sell 100 @ 50000", "0.05", id="100 of $100"),
        pytest.param(
            Payoff.INVERSE_BASE, "0.1", "buy 10 @ 40000, sell 10 @ 50000", "0.2", id="10 of 0.1 coins"
        ),
    ],
)
def test_contract_size_scales_pnl(payoff: Payoff, contract_size: str, trades: str, realized: str) -> None:
    state = after(trades, of=instrument(payoff, contract_size=contract_size))
    assert state.totals.realized_pnl == dec(realized)


@pytest.mark.parametrize("payoff", Payoff, ids=str)
@pytest.mark.parametrize("opening", ["buy", "sell"])
def test_open_position_has_the_pnl_of_contract_math(payoff: Payoff, opening: str) -> None:
    state = after(f"{opening} 3 @ 100, {opening} 4 @ 137", of=instrument(payoff, contract_size="10"))
    position, mark = state.position(), Decimal(120)
    assert position.source is Source.EXCHANGE
    assert state.unrealized_pnl(mark) == pytest.approx(unrealized_pnl(position, mark), rel=Decimal("1e-15"))


def test_flat_position_has_no_unrealized_pnl() -> None:
    assert flat().unrealized_pnl(Decimal(100)) == 0
    assert flat().position() is None


# --- Fees and funding


def test_fees_add_up_by_currency() -> None:
    state = after([fill("buy 2 @ 100", 1, "0.2"), fill("sell 1 @ 110", 2, "-0.1")])
    assert state.totals.fees == {"USDT": Decimal("0.1")}
    assert state.totals.realized_pnl == 10


def test_fill_without_a_fee_is_counted() -> None:
    state = after([fill("buy 2 @ 100", 1, "0"), fill("buy 1 @ 100", 2)])
    assert state.totals.fees == {"USDT": 0}
    assert state.totals.fills_without_fee == 1


def test_fee_of_a_flip_is_shared_by_size() -> None:
    """2 of the 5 contracts close, so 0.2 of the 0.5 belong to the closed position."""
    state = after([fill("buy 2 @ 100", 1, "0.1"), fill("sell 5 @ 107", 2, "0.5")])
    assert state.closed.totals.fees == {"USDT": Decimal("0.3")}
    assert state.totals.fees == {"USDT": Decimal("0.3")}
    assert state.cumulative_totals.fees == {"USDT": Decimal("0.6")}


def test_funding_is_neither_a_fee_nor_realized_pnl() -> None:
    state = after([*fills("buy 2 @ 100"), funding("-0.3", 2), funding("0.1", 3)])
    assert state.totals.funding == {"USDT": Decimal("-0.2")}
    assert (state.totals.realized_pnl, state.totals.fees, state.change) == (0, {}, PositionChange.FUNDING)


# --- Consecutive positions of one key


def test_closed_position_is_kept_until_the_next_close() -> None:
    state = after([*fills("buy 2 @ 100, sell 2 @ 107"), fill("buy 1 @ 90", 3)])
    assert (state.closed.side, state.closed.entry_price) == (LONG, 100)
    assert (state.closed.opened_at, state.closed.closed_at) == (1, 2)
    assert state.closed.totals.realized_pnl == 14
    assert not state.closed.adopted


def test_new_position_starts_at_zero_and_cumulative_totals_continue() -> None:
    state = after("buy 2 @ 100, sell 5 @ 107, buy 1 @ 105")
    assert (state.opened_at, state.totals.realized_pnl) == (2, 2)
    assert state.cumulative_totals.realized_pnl == 16


def test_last_fill_after_a_flip_is_the_whole_fill() -> None:
    flip = fill("sell 5 @ 107", 2, "0.5")
    assert after([*fills("buy 2 @ 100"), flip]).last_fill == flip


# --- Hedge mode


@pytest.mark.parametrize(
    ("leg", "trades", "contradictory"),
    [
        pytest.param(LONG, "buy 2 @ 100, sell 1 @ 90", False, id="long"),
        pytest.param(SHORT, "sell 2 @ 100, buy 1 @ 90", False, id="short"),
        pytest.param(LONG, "buy 2 @ 100, sell 2 @ 90", False, id="closed"),
        pytest.param(LONG, "sell 1 @ 100", True, id="a long cannot be sold before it is bought"),
        pytest.param(SHORT, "sell 1 @ 100, buy 2 @ 90", True, id="a short cannot be bought back twice"),
        pytest.param(None, "buy 1 @ 100, sell 2 @ 90", False, id="one-way: it flips"),
    ],
)
def test_hedge_leg_with_missing_fills_is_contradictory(
    leg: Side | None, trades: str, contradictory: bool
) -> None:
    assert after(trades, leg=leg).is_contradictory is contradictory


# --- Adjustments


def test_older_position_starts_with_the_figures_of_the_exchange() -> None:
    """From 2 at 100 since 5, one more at 130 gives 110; 1 sold at 120 gains 10."""
    start = adopted("2", "100", 10, replaces_history=True, opened_at=5)
    state = after([*fills("sell 1 @ 300"), start, fill("buy 1 @ 130", 11), fill("sell 1 @ 120", 12)])
    assert figures(state) == (2, 110, 10)
    assert (state.opened_at, state.adopted_at) == (5, 10)
    assert state.cumulative_totals.realized_pnl == 10


@pytest.mark.parametrize("payoff", Payoff, ids=str)
def test_adjusted_entry_price_is_unchanged(payoff: Payoff) -> None:
    of = instrument(payoff, contract_size="0.01")
    state = apply_adjustment(flat(of), adopted("-7", "64036.83333333", 1, of=of))
    assert (state.side, state.entry_price) == (SHORT, Decimal("64036.83333333"))


def test_adjustment_keeps_realized_pnl_and_funding() -> None:
    state = after([*fills("buy 3 @ 100, sell 1 @ 110"), funding("-1", 3), adopted("5", "104", 4)])
    assert figures(state) == (5, 104, 10)
    assert (state.opened_at, state.adopted_at, state.change) == (1, 4, PositionChange.ADOPT)
    assert state.totals.funding == {"USDT": -1}


@pytest.mark.parametrize("begins", [True, False], ids=["adopted", "corrected"])
@pytest.mark.parametrize(
    ("trades", "taken"),
    [
        pytest.param("buy 3 @ 100, sell 1 @ 110", ("2", "100"), id="open"),
        pytest.param("buy 1 @ 100, buy 2 @ 103", ("3", "102.0003"), id="rounded by the exchange"),
        pytest.param("buy 2 @ 100, sell 2 @ 110", ("0", "0"), id="closed"),
    ],
)
def test_adjustment_to_the_figures_of_the_fills_changes_nothing(
    trades: str, taken: tuple[str, str], begins: bool
) -> None:
    """Such fills arrived after the adjustment; it stood in for them."""
    assert after([*fills(trades), adopted(*taken, 9, replaces_history=begins)]) == after(trades)


def test_adjustment_of_a_small_position_does_not_end_it() -> None:
    state = after([*fills("buy 0.5 @ 100"), adopted("0.7", "100", 4)])
    assert (state.contracts, state.opened_at, state.closed) == (Decimal("0.7"), 1, None)


@pytest.mark.parametrize(
    ("adjustment", "side"),
    [
        pytest.param(adopted("0", "0", 4), None, id="gone"),
        pytest.param(adopted("-1", "105", 4, opened_at=3), SHORT, id="reversed"),
    ],
)
def test_adjustment_can_end_a_position(adjustment: PositionAdjustment, side: Side | None) -> None:
    state = after([*fills("buy 3 @ 100, sell 1 @ 110"), adjustment])
    assert state.side is side
    assert (state.closed.closed_at, state.closed.adopted, state.closed.totals.realized_pnl) == (4, True, 10)
    assert state.cumulative_totals.realized_pnl == 10
    assert state.opened_at == (3 if side else 1)


@pytest.mark.parametrize("trade", ["sell 2 @ 90", "sell 3 @ 90"], ids=["close", "flip"])
def test_adopted_flag_ends_with_the_position(trade: str) -> None:
    state = after([adopted("2", "100", 1), fill(trade, 2)])
    assert state.closed.adopted
    assert after([adopted("2", "100", 1), fill(trade, 2), fill("sell 1 @ 80", 3)]).adopted_at is None


def test_long_history_is_exact() -> None:
    """With thirds and sevenths in the averages, the PnL is exactly the difference of cash flows."""
    state, trades = (
        flat(),
        fills("buy 1 @ 100, buy 2 @ 101, sell 1 @ 102, buy 5 @ 103, sell 3 @ 99, sell 4 @ 98"),
    )
    for again in range(50):
        for trade in trades:
            state = apply_fill(state, replace(trade, traded_at=trade.traded_at + 10 * again))
    assert state.contracts == state.entry_value == 0
    assert state.cumulative_totals.realized_pnl == 50 * (102 + 297 + 392 - 100 - 202 - 515)
