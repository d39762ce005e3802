"""Builders of fills, and strategies for histories of fills."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import reduce
from typing import Any

from hypothesis import strategies as st

from dashboard.domain.adjustment import PositionAdjustment
from dashboard.domain.fill import Fee, Fill, TradeSide
from dashboard.domain.funding import Funding
from dashboard.domain.journal import Journal
from dashboard.domain.keys import PositionKey
from dashboard.domain.market import Instrument, Payoff
from dashboard.domain.market_positions import MarketEvent
from dashboard.domain.position import Side
from dashboard.domain.position_state import PositionState
from dashboard.domain.transitions import PositionEvent, apply
from tests.domain.builders import instrument
from tests.domain.strategies import decimals

ACCOUNT = "main"


def fill(
    trade: str,
    at: int = 1,
    fee: str | None = None,
    *,
    of: Instrument | None = None,
    id: str | None = None,
    leg: Side | None = None,
    **more: Any,
) -> Fill:
    """A fill from a text like `buy 2 @ 100`. Its id is its time by default.

    With a `leg` it states hedge mode.
    """
    side, contracts, _, price = trade.split()
    of = of or instrument()
    return Fill(
        id=id or str(at),
        instrument=of,
        trade_side=TradeSide(side),
        price=Decimal(price),
        contracts=Decimal(contracts),
        traded_at=at,
        fees=() if fee is None else (Fee(Decimal(fee), of.settle),),
        **{"position_side": leg, "hedged": True if leg else None, **more},
    )


def fills(text: str, *, of: Instrument | None = None, leg: Side | None = None) -> list[Fill]:
    """Fills from a text like `buy 2 @ 100, sell 1 @ 110`, one each millisecond from 1 on."""
    trades = [trade for trade in text.split(",") if trade.strip()]
    return [fill(trade, at, of=of, leg=leg) for at, trade in enumerate(trades, start=1)]


def funding(amount: str, at: int = 1, *, of: Instrument | None = None, leg: Side | None = None) -> Funding:
    of = of or instrument()
    return Funding(str(at), of, Decimal(amount), of.settle, at, leg)


def adopted(
    contracts: str, entry: str, at: int, *, of: Instrument | None = None, **more: object
) -> PositionAdjustment:
    return PositionAdjustment(of or instrument(), Decimal(contracts), Decimal(entry), at, **more)


def flat(of: Instrument | None = None, leg: Side | None = None) -> PositionState:
    of = of or instrument()
    return PositionState(PositionKey(ACCOUNT, of.symbol, leg), of)


def after(
    events: Iterable[PositionEvent] | str, *, of: Instrument | None = None, leg: Side | None = None
) -> PositionState:
    """The position after `events`, applied to a flat one in the given order."""
    steps = fills(events, of=of, leg=leg) if isinstance(events, str) else events
    return reduce(apply, steps, flat(of, leg))


def journal(events: Iterable[MarketEvent]) -> Journal:
    """A journal of `events`, added in the given order."""
    book = Journal(ACCOUNT)
    for event in events:
        book.add(event)
    return book


# --- Strategies

fill_prices = decimals("0.01", "200000", 2)
few_contracts = decimals("0.001", "5", 3)
"""Small amounts, so that closes and flips are frequent."""
fees = decimals("-1", "5", 8)


steps = st.tuples(st.integers(0, 23), few_contracts, fill_prices, fees)
"""The first number encodes four choices: one draw is faster than four."""


@st.composite
def histories(
    draw: st.DrawFn,
    payoffs: Sequence[Payoff] = tuple(Payoff),
    *,
    legs: Sequence[Side | None] = (None,),
    max_size: int = 8,
) -> list[Fill]:
    """Fills of one instrument, in order. Some are simultaneous; some close the position exactly."""
    of = instrument(draw(st.sampled_from(payoffs)), contract_size=draw(st.sampled_from(["1", "0.01", "100"])))
    made: list[Fill] = []
    at, held = 1, dict.fromkeys(legs, Decimal(0))
    for choices, contracts, price, fee in draw(st.lists(steps, min_size=1, max_size=max_size)):
        sells, later, closes, kind = choices % 2, choices // 2 % 2, choices // 4 % 2, choices // 8
        at, leg = at + later, legs[kind % len(legs)]
        trade = (TradeSide.BUY, TradeSide.SELL)[sells]
        if closes and held[leg]:
            trade, contracts = (TradeSide.SELL if held[leg] > 0 else TradeSide.BUY), abs(held[leg])
        paid = Fee(fee, "BNB" if kind == 2 else of.settle)
        hedged = True if leg else None
        one = Fill(str(len(made)), of, trade, price, contracts, at, (paid,), leg, hedged=hedged)
        held[leg] += one.signed_contracts
        made.append(one)
    return made
