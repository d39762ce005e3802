"""SPEC B1: recorded fills of Bitget give the PnL that Bitget reports."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from dashboard.domain.fill import Fee, Fill, TradeSide
from tests.domain.builders import instrument
from tests.domain.fill_histories import after

FRAMES = Path(__file__).parents[1] / "recordings" / "bitget" / "futures_fills_2026-08.jsonl"


def recorded() -> list[Fill]:
    frames = [json.loads(line) for line in FRAMES.read_text().splitlines()]
    return [as_fill(row) for frame in frames for row in frame.get("data", ())]


def as_fill(row: dict[str, Any]) -> Fill:
    """Bitget reports a fee as the change of the balance: negative."""
    return Fill(
        id=row["tradeId"],
        instrument=instrument(),
        trade_side=TradeSide(row["side"]),
        price=Decimal(row["price"]),
        contracts=Decimal(row["baseVolume"]),
        traded_at=int(row["cTime"]),
        fees=tuple(Fee(-Decimal(fee["totalFee"]), fee["feeCoin"]) for fee in row["feeDetail"]),
        realized_pnl=Decimal(row["profit"]),
    )


def test_realized_pnl_equals_that_of_the_exchange() -> None:
    state = after(recorded())
    assert state.side is None
    assert state.cumulative_totals.realized_pnl == Decimal("-0.0182")
    assert state.cumulative_totals.realized_pnl == sum(fill.realized_pnl or 0 for fill in recorded())
    assert state.cumulative_totals.fees == {"USDT": Decimal("0.07684416")}
    assert (state.closed.opened_at, state.closed.closed_at) == (1786542349220, 1786542353710)


def test_unrealized_pnl_while_open() -> None:
    state = after(recorded()[:1])
    assert (state.contracts, state.entry_price) == (Decimal("0.001"), Decimal("64045.9"))
    assert state.unrealized_pnl(Decimal("64027.7")) == Decimal("-0.0182")
