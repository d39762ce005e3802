"""What is counted where the feed runs, told by real markets, a real tracker and a real trail."""

import errno
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.audit.flushing import FlushPolicy
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
from tests.domain.builders import LONG, instrument, position, ticker
from tests.domain.fill_histories import fill
from tests.positions.harness import BTC, TrackerHarness, market_key

ETH = replace(instrument(), symbol="ETH/USDT:USDT", base="ETH")
STREAM, POLL = Transport.STREAM, Transport.POLL


class Rig:
    """FeedStats over a clock in the hand."""

    def __init__(self, audit: AuditLogger | None = None) -> None:
        self.harness = TrackerHarness(now=1_000_000)
        self.markets = self.harness.markets
        self.feed_stats = FeedStats(self.markets, self.harness.book, audit, clock=self.clock)

    def clock(self) -> int:
        return self.harness.now

    def tick(self, route: Transport = STREAM, symbol: str = BTC) -> None:
        self.markets.apply(
            market_key(symbol), PriceReceived(route, self.clock(), ticker(self.clock(), last="100"))
        )

    def broken(self, route: Transport = STREAM) -> None:
        self.markets.apply(market_key(), FeedFailed(route, "gone"))

    def __getitem__(self, name: str) -> object:
        return self.feed_stats.read()[name]


@pytest.fixture
def audit(tmp_path: Path) -> Iterator[AuditLogger]:
    with AuditLogger(tmp_path / "audit", FlushPolicy.NEVER) as audit:
        yield audit


@pytest.fixture
def rig(audit: AuditLogger) -> Rig:
    return Rig(audit)


class TestFeed:
    def test_ticks_are_counted_and_nothing_else(self, rig):
        rig.markets.apply(market_key(), InstrumentResolved(instrument()))
        rig.tick()
        rig.tick()
        rig.markets.apply(market_key(), SupplementalPrice(ticker(rig.clock(), mark="101")))
        rig.markets.apply(market_key(), MarginTiersReceived(()))
        rig.broken()
        assert rig["ticks"] == 3

    def test_those_of_other_markets_too(self, rig):
        rig.markets.apply(market_key(), InstrumentResolved(instrument()))
        rig.tick()
        rig.markets.apply(market_key(ETH.symbol), InstrumentResolved(ETH))
        rig.harness.now += 700
        rig.tick(symbol=ETH.symbol)
        assert rig["ticks"] == 2
        assert rig["price_ages"] == {BTC: 700, ETH.symbol: 0}

    def test_an_age_is_that_of_the_newest_price(self, rig):
        rig.markets.apply(market_key(), InstrumentResolved(instrument()))
        rig.tick()
        rig.harness.now += 400
        rig.markets.apply(market_key(), SupplementalPrice(ticker(rig.clock(), mark="101")))
        rig.harness.now += 50
        assert rig["price_ages"] == {BTC: 50}
        assert rig["feed_age"] == 450

    def test_silence_makes_the_state_stale(self, rig):
        assert rig["state"] == "CONNECTING"
        rig.tick()
        assert rig["state"] == "STREAMING"
        rig.harness.now += 60_000
        assert rig["state"] == "STALE"

    @pytest.mark.parametrize(
        ("events", "reconnects"),
        [
            ([Transport.STREAM], 0),
            ([(STREAM,), STREAM], 0),  # the first connection is no return
            ([STREAM, (STREAM,), STREAM], 1),
            ([STREAM, (STREAM,), POLL, STREAM], 1),  # back by polling; what follows was not missed
            ([POLL, (STREAM,), POLL, (STREAM,), POLL], 0),  # polling went on while the stream was tried
            ([POLL, (POLL,), (POLL,), POLL, (POLL,), STREAM], 2),
        ],
        ids=str,
    )
    def test_a_reconnect_is_a_return_to_live_prices(self, rig, events, reconnects):
        """A route is a tick by it, a route in brackets its failure."""
        for event in events:
            rig.broken(*event) if isinstance(event, tuple) else rig.tick(event)
        assert rig["reconnects"] == reconnects
        assert rig["failures"] == sum(isinstance(event, tuple) for event in events)


class TestAccount:
    def test_before_the_first_reading_nothing_is_known_of_what_is_open(self, rig):
        known = rig.feed_stats.read()
        assert not known.keys() & {"open_positions", "differences_open", "account_age", "feed_age"}
        assert known["fills"] == 0

    def test_fills_and_updates(self, rig):
        rig.harness.fills(fill("buy 2 @ 100"), fill("sell 1 @ 110", 2)).snapshot(position(LONG, "1", "100"))
        rig.harness.price("120")
        rig.harness.book.publish_prices()
        rig.harness.now += 2_500
        assert rig["fills"] == 2
        assert rig["position_updates"] == len(rig.harness.announced) == 4
        assert rig["open_positions"] == 1
        assert rig["account_age"] == 2_500

    def test_a_difference_is_open_until_both_agree(self, rig):
        rig.harness.fills(fill("buy 2 @ 100")).snapshot()
        assert (rig["differences"], rig["differences_open"]) == (1, 1)
        rig.harness.snapshot(requested_at=2_000)
        assert (rig["differences"], rig["differences_open"]) == (1, 1), "the same one"
        rig.harness.snapshot(position(LONG, "2", "100"), requested_at=3_000)
        assert (rig["differences"], rig["differences_open"]) == (1, 0)

    def test_one_that_is_corrected_at_once_was_found_all_the_same(self, rig):
        rig.harness.fills(fill("buy 2 @ 100")).snapshot(position(LONG, "2", "100"))
        rig.harness.snapshot(position(LONG, "3", "100"), requested_at=2_000)
        assert (rig["differences"], rig["differences_open"]) == (1, 0)

    def test_a_reading_that_fails(self, rig):
        assert rig["account_failing"] == 0
        rig.harness.tracker.apply(AccountFailed("no answer"))
        assert rig["account_failing"] == 1

    def test_without_an_account_nothing_is_told_of_one(self):
        markets = Markets(market_key(), 2_000)
        stats = FeedStats(markets, LiveBook(markets))
        assert set(stats.read()) == {
            "read_at", "started_at", "ticks", "failures", "reconnects", "state", "stale_after", "price_ages",
        }  # fmt: skip


class TestTrail:
    def test_a_disk_that_fails(self, rig, audit, monkeypatch):
        assert (rig["audit_errors"], rig["audit_degraded"], rig["audit_untold"]) == (0, 0, 0)

        def refuses(*_: object) -> int:
            raise OSError(errno.ENOSPC, "full")

        with monkeypatch.context() as patch:
            patch.setattr("os.write", refuses)
            audit.record("fill", {})
            audit.record("fill", {})
        assert (rig["audit_errors"], rig["audit_degraded"], rig["audit_untold"]) == (2, 1, 2)
        audit.record("fill", {})
        assert (rig["audit_errors"], rig["audit_degraded"], rig["audit_untold"]) == (2, 0, 0)

    def test_what_is_not_brought_to_the_disk(self, tmp_path, monkeypatch):
        with AuditLogger(tmp_path, FlushPolicy.ALWAYS) as audit:
            audit.record("fill", {})

            def refuses(_file: int) -> None:
                raise OSError(errno.EIO, "broken")

            with monkeypatch.context() as patch:
                patch.setattr("dashboard.audit.day_file.sync", refuses)
                assert audit.record("fill", {}) is False
            assert audit.errors == 1


def test_it_can_travel_and_tells_no_amounts(rig):
    rig.markets.apply(market_key(), InstrumentResolved(instrument()))
    rig.markets.apply(market_key(), PriceReceived(STREAM, rig.clock(), ticker(rig.clock(), last="77777.5")))
    rig.harness.fills(fill("buy 0.4321 @ 66666")).price("77777.5").snapshot(position(LONG, "0.4321", "66666"))
    read = rig.feed_stats.read()
    text = json.dumps(read)
    assert json.loads(text) == read
    assert not [secret for secret in ("4321", "66666", "77777", "long", "4801") if secret in text]
