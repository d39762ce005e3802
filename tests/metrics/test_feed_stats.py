"""FeedStats over real markets, a real tracker and a real audit trail."""

import errno
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.audit.flushing import FlushPolicy
from dashboard.audit.key_file import UnusableKey
from dashboard.audit.logger import AuditLogger
from dashboard.domain.events import (
    AccountFailed,
    FeedFailed,
    InstrumentResolved,
    MarginTiersReceived,
    PriceReceived,
    SupplementalPrice,
    Transport,
)
from dashboard.metrics.feed_stats import FeedStats
from dashboard.positions.live_book import LiveBook
from dashboard.state.markets import Markets
from tests.domain.builders import LONG, instrument, position, row, ticker
from tests.domain.fill_histories import fill
from tests.positions.harness import BTC, TrackerHarness, market_key

ETH = replace(instrument(), symbol="ETH/USDT:USDT", base="ETH")
STREAM, POLL = Transport.STREAM, Transport.POLL


class StatsHarness:
    """FeedStats on a clock that the test moves."""

    def __init__(self, audit: AuditLogger | None = None) -> None:
        self.tracking = TrackerHarness(now=1_000_000)
        self.markets = self.tracking.markets
        self.feed_stats = FeedStats(self.markets, self.tracking.book, audit, clock=self.clock)

    def clock(self) -> int:
        return self.tracking.now

    def tick(self, transport: Transport = STREAM, symbol: str = BTC) -> None:
        self.markets.apply(
            market_key(symbol), PriceReceived(transport, self.clock(), ticker(self.clock(), last="100"))
        )

    def fail(self, transport: Transport = STREAM) -> None:
        self.markets.apply(market_key(), FeedFailed(transport, "gone"))

    def __getitem__(self, name: str) -> object:
        return self.feed_stats.read()[name]


@pytest.fixture
def audit(tmp_path: Path) -> Iterator[AuditLogger]:
    with AuditLogger(tmp_path / "audit", FlushPolicy.NEVER) as audit:
        yield audit


@pytest.fixture
def harness(audit: AuditLogger) -> StatsHarness:
    return StatsHarness(audit)


class TestFeed:
    def test_only_ticks_are_counted(self, harness):
        harness.markets.apply(market_key(), InstrumentResolved(instrument()))
        harness.tick()
        harness.tick()
        harness.markets.apply(market_key(), SupplementalPrice(ticker(harness.clock(), mark="101")))
        harness.markets.apply(market_key(), MarginTiersReceived(()))
        harness.fail()
        assert harness["ticks"] == 3

    def test_ticks_of_other_markets_are_counted(self, harness):
        harness.markets.apply(market_key(), InstrumentResolved(instrument()))
        harness.tick()
        harness.markets.apply(market_key(ETH.symbol), InstrumentResolved(ETH))
        harness.tracking.now += 700
        harness.tick(symbol=ETH.symbol)
        assert harness["ticks"] == 2
        assert harness["price_ages"] == {BTC: 700, ETH.symbol: 0}

    def test_age_is_that_of_the_newest_price(self, harness):
        harness.markets.apply(market_key(), InstrumentResolved(instrument()))
        harness.tick()
        harness.tracking.now += 400
        harness.markets.apply(market_key(), SupplementalPrice(ticker(harness.clock(), mark="101")))
        harness.tracking.now += 50
        assert harness["price_ages"] == {BTC: 50}
        assert harness["feed_age"] == 450

    def test_state_becomes_stale_without_prices(self, harness):
        assert harness["state"] == "CONNECTING"
        harness.tick()
        assert harness["state"] == "STREAMING"
        harness.tracking.now += 60_000
        assert harness["state"] == "STALE"

    @pytest.mark.parametrize(
        ("events", "reconnects"),
        [
            ([Transport.STREAM], 0),
            ([(STREAM,), STREAM], 0),  # the first connection is no reconnect
            ([STREAM, (STREAM,), STREAM], 1),
            ([STREAM, (STREAM,), POLL, STREAM], 1),  # reconnected by polling; then no gap
            ([POLL, (STREAM,), POLL, (STREAM,), POLL], 0),  # polling continued while the stream was retried
            ([POLL, (POLL,), (POLL,), POLL, (POLL,), STREAM], 2),
        ],
        ids=str,
    )
    def test_reconnects_are_counted_when_prices_are_live_again(self, harness, events, reconnects):
        """A transport stands for a price received by it, a tuple of one for its failure."""
        for event in events:
            harness.fail(*event) if isinstance(event, tuple) else harness.tick(event)
        assert harness["reconnects"] == reconnects
        assert harness["failures"] == sum(isinstance(event, tuple) for event in events)


class TestAccount:
    def test_open_positions_are_unknown_before_the_first_reading(self, harness):
        values = harness.feed_stats.read()
        assert not values.keys() & {"open_positions", "differences_open", "account_age", "feed_age"}
        assert values["fills"] == 0

    def test_fills_and_position_updates_are_counted(self, harness):
        harness.tracking.fills(fill("buy 2 @ 100"), fill("sell 1 @ 110", 2)).snapshot(
            position(LONG, "1", "100")
        )
        harness.tracking.price("120")
        harness.tracking.book.publish_prices()
        harness.tracking.now += 2_500
        assert harness["fills"] == 2
        assert harness["position_updates"] == len(harness.tracking.announced) == 4
        assert harness["open_positions"] == 1
        assert harness["account_age"] == 2_500

    def test_difference_is_open_until_exchange_and_fills_agree(self, harness):
        harness.tracking.fills(fill("buy 2 @ 100")).snapshot()
        assert (harness["differences"], harness["differences_open"]) == (1, 1)
        harness.tracking.snapshot(requested_at=2_000)
        assert (harness["differences"], harness["differences_open"]) == (1, 1), "the same one"
        harness.tracking.snapshot(position(LONG, "2", "100"), requested_at=3_000)
        assert (harness["differences"], harness["differences_open"]) == (1, 0)

    def test_difference_corrected_at_once_is_counted(self, harness):
        harness.tracking.fills(fill("buy 2 @ 100")).snapshot(position(LONG, "2", "100"))
        harness.tracking.snapshot(position(LONG, "3", "100"), requested_at=2_000)
        assert (harness["differences"], harness["differences_open"]) == (1, 0)

    def test_disagreement_is_open_until_the_figures_agree(self, harness):
        wrong, right = (row(LONG, "2", "100", mark="110", notional=notional) for notional in ("22", "220"))
        harness.tracking.snapshot(wrong).snapshot(wrong, requested_at=2_000)
        assert (harness["cross_checks"], harness["disagreements"]) == (2, 1)
        assert (harness["disagreements_open"], harness["withheld_open"]) == (1, 1)
        harness.tracking.snapshot(row(LONG, "2", "100", mark="110", notional="225"), requested_at=3_000)
        assert (harness["disagreements_open"], harness["withheld_open"]) == (1, 0)
        harness.tracking.snapshot(right, requested_at=4_000)
        assert (harness["cross_checks"], harness["disagreements"]) == (4, 2)
        assert (harness["disagreements_open"], harness["withheld_open"]) == (0, 0)

    def test_failed_reading_is_reported(self, harness):
        assert harness["account_failing"] == 0
        harness.tracking.tracker.apply(AccountFailed("no answer"))
        assert harness["account_failing"] == 1

    def test_account_figures_are_missing_without_an_account(self):
        markets = Markets(market_key(), 2_000)
        stats = FeedStats(markets, LiveBook(markets))
        assert set(stats.read()) == {
            "read_at", "started_at", "ticks", "failures", "reconnects", "state", "stale_after", "price_ages",
        }  # fmt: skip


class TestTrail:
    def test_failed_writes_and_lost_records_are_counted(self, harness, audit, monkeypatch):
        assert (harness["audit_errors"], harness["audit_degraded"], harness["audit_untold"]) == (0, 0, 0)

        def refuses(*_: object) -> int:
            raise OSError(errno.ENOSPC, "full")

        with monkeypatch.context() as patch:
            patch.setattr("os.write", refuses)
            audit.record("fill", {})
            audit.record("fill", {})
        assert (harness["audit_errors"], harness["audit_degraded"], harness["audit_untold"]) == (2, 1, 2)
        audit.record("fill", {})
        assert (harness["audit_errors"], harness["audit_degraded"], harness["audit_untold"]) == (2, 0, 0)

    def test_key_that_cannot_be_used_is_reported(self, tmp_path):
        for key, expected in ((None, 0), (UnusableKey("it is gone"), 1)):
            with AuditLogger(tmp_path, FlushPolicy.NEVER, key=key) as audit:
                assert StatsHarness(audit)["audit_unsigned"] == expected

    def test_failed_sync_is_counted(self, tmp_path, monkeypatch):
        with AuditLogger(tmp_path, FlushPolicy.ALWAYS) as audit:
            audit.record("fill", {})

            def refuses(_file: int) -> None:
                raise OSError(errno.EIO, "broken")

            with monkeypatch.context() as patch:
                patch.setattr("dashboard.audit.day_file.sync", refuses)
                assert audit.record("fill", {}) is False
            assert audit.errors == 1


def test_values_survive_json_and_have_no_amounts(harness):
    harness.markets.apply(market_key(), InstrumentResolved(instrument()))
    harness.markets.apply(
        market_key(), PriceReceived(STREAM, harness.clock(), ticker(harness.clock(), last="77777.5"))
    )
    harness.tracking.fills(fill("buy 0.4321 @ 66666")).price("77777.5").snapshot(
        position(LONG, "0.4321", "66666")
    )
    read = harness.feed_stats.read()
    text = json.dumps(read)
    assert json.loads(text) == read
    assert not [secret for secret in ("4321", "66666", "77777", "long", "4801") if secret in text]
