"""Hypothesis strategies: realistic prices, amounts and positions."""

from decimal import Decimal

from hypothesis import strategies as st

from dashboard.domain.market import Instrument, Payoff
from dashboard.domain.position import Position, Side
from tests.domain.builders import instrument, position


def decimals(smallest: str, largest: str, places: int) -> st.SearchStrategy[Decimal]:
    def steps(number: str) -> int:
        return int(Decimal(number).scaleb(places))

    return st.integers(steps(smallest), steps(largest)).map(lambda count: Decimal(count).scaleb(-places))


prices = decimals("0.0001", "1000000", 4)
amounts = decimals("0.0001", "100000", 4)
leverages = decimals("1", "125", 1)
rates = decimals("0.0005", "0.2", 4)
sides = st.sampled_from(Side)
payoffs = st.sampled_from(Payoff)


@st.composite
def positions(
    draw: st.DrawFn,
    payoffs: st.SearchStrategy[Payoff] = payoffs,
    leverages: st.SearchStrategy[Decimal] = leverages,
) -> Position:
    size = draw(st.sampled_from(["1", "0.01", "100"]))
    of: Instrument = instrument(draw(payoffs), contract_size=size)
    return position(draw(sides), draw(amounts), draw(prices), draw(leverages), of=of)
