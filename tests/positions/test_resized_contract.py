"""The contract size in a trail is not the last word: the first reading of the account corrects it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from dashboard.domain.market import Payoff
from tests.domain.builders import LONG, instrument, position
from tests.domain.fill_histories import fill, fills
from tests.positions.harness import BTC, TrackerHarness
from tests.positions.trail_harness import TrailHarness

OLD = instrument(contract_size="0.01")
NEW = replace(OLD, contract_size=Decimal("0.001"))


def restored(*events) -> TrackerHarness:
    """A tracker that restored these fills of the old contract, after a complete reading."""
    harness = TrackerHarness().fills(*events)
    held = [live.position for live in harness.open.values() if live.position]
    return harness.snapshot(*held, complete_until=1_000).restarted()


def test_wrong_contract_size_in_the_trail_is_healed_and_noted(caplog: pytest.LogCaptureFixture):
    """The trail has 3,000 contracts of 0.01; the exchange has as many, of 0.001."""
    harness = restored(fill("buy 3000 @ 60000", of=OLD)).price("61000")
    assert harness.only.notional == 1_830_000
    harness.snapshot(position(LONG, "3000", "60000", of=NEW), requested_at=2_000)
    assert (harness.only.notional, harness.only.unrealized_pnl) == (183_000, 3_000)
    assert harness.only.state.instrument == NEW
    assert harness.only.difference is None
    noted = (
        "contract differs: long 3000 × 0.01 (linear) at 60000 by fills, long 3000 × 0.001 (linear) at 60000"
    )
    assert noted in caplog.text
    assert [entry.kind for entry in harness.book.events] == ["adopt", "difference"]
    ((kind, entry),) = harness.recorded
    assert (kind, entry["event"]["starts"]) == ("correction", True)
    assert noted in entry["difference"]
    again = harness.restarted().price("61000")
    assert again.only.notional == 183_000


def test_wrong_realized_pnl_does_not_survive_a_wrong_contract_size():
    harness = restored(*fills("buy 4000 @ 60000, sell 1000 @ 61000", of=OLD))
    assert harness.only.state.cumulative_totals.realized_pnl == 10_000
    harness.snapshot(position(LONG, "3000", "60000", of=NEW), requested_at=2_000)
    assert harness.only.state.cumulative_totals.realized_pnl == 0
    assert harness.only.state.adopted_at == 2_000


def test_contract_that_the_exchange_resized_keeps_its_history():
    """300 contracts of 0.01 are 3,000 of 0.001."""
    harness = restored(*fills("buy 400 @ 60000, sell 100 @ 61000", of=OLD)).price("61000")
    harness.snapshot(position(LONG, "3000", "60000", of=NEW), requested_at=2_000)
    assert harness.recorded == []
    assert (harness.only.notional, harness.only.state.contracts) == (183_000, 3_000)
    assert harness.only.state.cumulative_totals.realized_pnl == 1_000
    assert harness.only.state.adopted_at is None
    harness.fills(fill("sell 3000 @ 61000", 3_000, of=NEW))
    assert harness.known[BTC].state.cumulative_totals.realized_pnl == 4_000


def test_misread_payoff_is_healed():
    harness = restored(fill("buy 3 @ 60000", of=OLD))
    coins = replace(OLD, payoff=Payoff.INVERSE_BASE)
    harness.snapshot(position(LONG, "3", "60000", of=coins), requested_at=2_000)
    assert harness.only.state.instrument == coins
    assert harness.kinds == ["correction"]


def test_checkpoint_after_a_resized_contract_is_sound(tmp_path):
    trail = TrailHarness(tmp_path)
    trail.harness.fills(*fills("buy 400 @ 60000, sell 100 @ 61000", of=OLD))
    trail.harness.snapshot(position(LONG, "3000", "60000", of=NEW), complete_until=1_000)
    trail.checkpoints.write()
    trail.harness.fills(fill("sell 1000 @ 61000", 3_000, of=NEW))
    trail.checkpoints.write()
    assert trail.restarted().states == trail.states
    assert trail.verify().intact
