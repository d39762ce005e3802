"""SPEC A9: a wrong unit is found by the exchange's own figures, and a right one never disagrees."""

from dataclasses import replace
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dashboard.domain.contract_math import notional, unrealized_pnl
from dashboard.domain.cross_check import cross_check, failed
from dashboard.domain.disagreement import Disagreement
from dashboard.domain.market import Payoff
from dashboard.domain.position import Position, Side
from dashboard.domain.reported_figures import ReportedFigures
from tests.domain.builders import BOTH, INVERSES, SHORT, dec, instrument, position, row
from tests.domain.strategies import positions

INVERSE, COINS = instrument(Payoff.INVERSE, contract_size="100"), instrument(Payoff.INVERSE_BASE)


def outcome(held: Position, live: str | None = None) -> str:
    """The result of the check; `!` marks severe disagreement."""
    compared = cross_check(held, dec(live))
    found = [figure.name + "!" * figure.is_severe for figure in failed(compared)]
    return ", ".join(found) if found else "agrees" if compared else "unchecked"


# --- Cases, with the arithmetic of exchanges' own rows


@pytest.mark.parametrize(
    ("held", "found"),
    [
        pytest.param(row(), "unchecked", id="nothing stated"),
        pytest.param(row(mark="65000"), "unchecked", id="a mark alone"),
        pytest.param(row(notional="32500"), "unchecked", id="a notional without any price"),
        pytest.param(row(mark="65000", notional="32500", pnl="500"), "agrees", id="complete"),
        pytest.param(row(mark="65000", notional="32000"), "agrees", id="notional at the entry, as on Bybit"),
        pytest.param(row(notional="32500", pnl="500"), "agrees", id="no mark, as on Hyperliquid"),
        pytest.param(row(notional="3250", pnl="50"), "notional!", id="no mark, size 10 times too large"),
        pytest.param(
            row(contracts="0.05", notional="32500", pnl="-5000"),
            "notional!",
            id="no mark, and a loss that the size cannot make",
        ),
        pytest.param(row(mark="65000", pnl="50"), "unrealised PnL!", id="PnL 10 times too large"),
        pytest.param(row(mark="65000", notional="3250"), "notional!", id="notional 10 times too large"),
        pytest.param(row(mark="65000", notional="325000"), "notional!", id="notional 10 times too small"),
        pytest.param(row(mark="65000", notional="33000", pnl="500"), "notional", id="notional off by 1.5 %"),
        pytest.param(row(mark="65000", notional="32700", pnl="500"), "agrees", id="notional off by 0.6 %"),
        pytest.param(row(SHORT, mark="65000", pnl="500"), "unrealised PnL!", id="the other side"),
        pytest.param(
            row(SHORT, mark="65000", notional="32500", pnl="500"),
            "unrealised PnL!",
            id="the other side beside a notional that agrees",
        ),
        pytest.param(row(mark="65000", pnl="480"), "agrees", id="PnL of a mark that moved by 0.06 %"),
        pytest.param(row(mark="65000", pnl="440"), "unrealised PnL", id="PnL off by 12 %"),
        pytest.param(
            row(mark="65000", notional="32500", pnl="12"),
            "unrealised PnL",
            id="PnL since the last settlement beside a notional that agrees",
        ),
        pytest.param(
            row(of=INVERSE, contracts="650", mark="65000", notional="1", pnl="0.015625"),
            "agrees",
            id="inverse, notional in coins",
        ),
        pytest.param(
            row(of=INVERSE, contracts="650", mark="65000", notional="65000"),
            "agrees",
            id="inverse, notional in the quote currency, as on OKX",
        ),
        pytest.param(
            row(of=INVERSE, contracts="650", mark="65000", notional="0.1", pnl="0.0015625"),
            "notional!, unrealised PnL!",
            id="inverse, contract size 10 times too large, as on Deribit",
        ),
        pytest.param(
            row(of=COINS, mark="65000", notional="0.5", pnl="0.0076923"), "agrees", id="sized in coins"
        ),
        pytest.param(
            row(of=COINS, mark="65000", notional="32500", pnl="0.0076923"), "agrees", id="coins, in quote"
        ),
        pytest.param(
            row(contracts="0.1", entry="83.53", mark="73.14", notional="7.3136", pnl="-1.0393"),
            "agrees",
            id="rounded mark, as on BingX",
        ),
        pytest.param(
            row(contracts="0.00002", mark="65000", notional="1.30", pnl="0.02"), "agrees", id="dust"
        ),
        pytest.param(row(contracts="0.00002", mark="65000", pnl="0.01"), "agrees", id="dust, truncated PnL"),
        pytest.param(row(mark="64000", pnl="0"), "agrees", id="PnL of zero"),
        pytest.param(row(mark="65000", pnl="0"), "unrealised PnL", id="PnL of zero, perhaps not calculated"),
        pytest.param(row(entry="100", mark="1E+2", pnl="0.0"), "agrees", id="in scientific notation"),
    ],
)  # fmt: skip
def test_row_is_checked_by_its_own_figures(held: Position, found: str) -> None:
    assert outcome(held) == found


@pytest.mark.parametrize(
    ("held", "live", "found"),
    [
        pytest.param(row(pnl="500"), "65100", "agrees", id="PnL of a price near the live one"),
        pytest.param(row(pnl="500"), "65600", "agrees", id="PnL of a price 0.9 % from the live one"),
        pytest.param(row(pnl="500"), "66000", "unrealised PnL", id="PnL of a price 1.5 % from the live one"),
        pytest.param(row(pnl="-500"), "68000", "unrealised PnL!", id="PnL of no price near the live one"),
        pytest.param(row(pnl="500"), "69000", "unrealised PnL!", id="a tenth of the PnL"),
        pytest.param(row(notional="32500"), "65100", "agrees", id="notional of a price near the live one"),
        pytest.param(row(notional="3250"), "65100", "notional!", id="a tenth of the notional"),
        pytest.param(row(mark="65000", pnl="500"), "80000", "agrees", id="the mark of the row counts"),
    ],
)
def test_row_without_a_mark_is_checked_near_the_live_price(held: Position, live: str, found: str) -> None:
    assert outcome(held, live) == found


def test_position_entered_by_hand_is_not_checked() -> None:
    assert cross_check(position()) == ()


def test_text_has_both_figures_with_their_currency() -> None:
    wrong = failed(cross_check(row(SHORT, mark="65000", notional="3250", pnl="-50")))
    assert Disagreement(wrong).text == (
        "notional 32,500.00 USDT calculated, 3,250.00 stated by the exchange; "
        "unrealised PnL −500.00 USDT calculated, −50.00 stated by the exchange"
    )
    coins = failed(cross_check(row(of=INVERSE, contracts="650", mark="65000", notional="0.1")))
    assert Disagreement(coins).text == "notional 1 BTC calculated, 0.1 stated by the exchange"


def test_kind_of_a_disagreement_does_not_depend_on_the_price() -> None:
    one = Disagreement(failed(cross_check(row(mark="65000", notional="3250"))))
    later = Disagreement(failed(cross_check(row(mark="66000", notional="3300"))))
    mild = Disagreement(failed(cross_check(row(mark="66000", notional="34000"))))
    assert one.is_like(later)
    assert not one.is_like(mild)
    assert not one.is_like(None)


# --- Properties

roundings = st.sampled_from((ROUND_HALF_EVEN, ROUND_DOWN, ROUND_UP))
moves = st.decimals("0.05", "3", places=4)
"""The mark price as a multiple of the entry price."""


def units(held: Position, price: Decimal) -> tuple[Decimal, ...]:
    """The prices of the coins in which the notional may be stated: that of an inverse contract in two."""
    return (Decimal(1),) if held.instrument.payoff is Payoff.LINEAR else (Decimal(1), price)


@st.composite
def stated(draw: st.DrawFn, *, digits: int = 2) -> Position:
    """A row whose figures are exact, then rounded: to cents or 8 decimals of a coin, prices to a step."""
    held = draw(positions().filter(lambda each: each.entry_price >= 1))
    step = Decimal("0.0001")
    held = replace(held, instrument=replace(held.instrument, price_step=step))
    mark = (held.entry_price * draw(moves)).quantize(step) + step
    places = 8 if held.instrument.payoff in INVERSES else draw(st.integers(digits, 8))
    unit, rounding = Decimal(1).scaleb(-places), draw(roundings)
    price = draw(st.sampled_from([mark, held.entry_price]))
    value = notional(held, price) * draw(st.sampled_from(units(held, price)))
    figures = ReportedFigures(
        notional=value.quantize(unit, rounding),
        unrealized_pnl=unrealized_pnl(held, mark).quantize(unit, rounding),
        mark_price=mark,
    )
    return replace(held, reported=figures)


@given(stated(), st.sets(st.sampled_from(["notional", "unrealized_pnl", "mark_price"])), st.booleans())
def test_exact_row_never_disagrees(held: Position, missing: set[str], strip_zeros: bool) -> None:
    assert held.reported is not None
    live = held.reported.mark_price
    figures = {
        name: None if name in missing else shortened(getattr(held.reported, name), strip_zeros)
        for name in ("notional", "unrealized_pnl", "mark_price")
    }
    assert not failed(cross_check(replace(held, reported=ReportedFigures(**figures)), live))


def shortened(number: Decimal, strip_zeros: bool) -> Decimal:
    """The same number as an exchange prints it that leaves out zeros."""
    return number.normalize() if strip_zeros else number


factors = st.one_of(st.decimals("1.25", "1000", places=2), st.decimals("0.001", "0.8", places=3))


@given(stated(), factors)
def test_wrong_unit_is_always_found_by_the_notional(held: Position, factor: Decimal) -> None:
    """Unless the wrong notional happens to be one that the exchange could state in another convention."""
    assert held.reported is not None
    value, mark = held.reported.notional, held.reported.mark_price
    assert value is not None
    assert mark is not None
    assume(value >= 1)  # stated with three digits or more
    size = held.instrument.contract_size * factor
    wrong = replace(held, instrument=replace(held.instrument, contract_size=size))
    ways = (
        notional(wrong, price) * unit for price in (held.entry_price, mark) for unit in units(held, price)
    )
    assume(all(abs(way / value - 1) > Decimal("0.03") for way in ways))
    (figure, *_) = failed(cross_check(wrong))
    assert figure.name == "notional"


@given(st.sampled_from(BOTH), st.sampled_from(Payoff), factors, st.decimals("0.98", "1.02", places=3))
def test_wrong_unit_hides_all_figures(side: Side, payoff: Payoff, factor: Decimal, move: Decimal) -> None:
    of = instrument(payoff, contract_size="0.01")
    held = position(side, "5000", "64000", of=of)
    mark = (Decimal(64000) * move).quantize(Decimal("0.1"))
    figures = ReportedFigures(notional=notional(held, mark), mark_price=mark)
    wrong = replace(of, contract_size=of.contract_size * factor)
    assert Disagreement(failed(cross_check(replace(held, instrument=wrong, reported=figures)))).is_severe
