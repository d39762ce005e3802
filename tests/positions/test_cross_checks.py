"""SPEC A9: each reading is compared with the exchange's own figures; what disagrees is shown and recorded."""

import logging
from dataclasses import replace
from decimal import Decimal

import pytest

from dashboard.domain.events import AccountFailed
from dashboard.domain.market import Payoff
from dashboard.domain.position import Position
from dashboard.domain.risk import RiskStatus
from dashboard.positions.models import EventType
from tests.domain.builders import LONG, SHORT, instrument, position, row
from tests.domain.fill_histories import fill, fills
from tests.positions.harness import BTC, TrackerHarness

OUTDATED = instrument(contract_size="0.01")


def two(**stated: str) -> Position:
    """Two coins bought at 100, with the exchange's own figures."""
    return row(LONG, "2", "100", **stated)


def agreeing() -> Position:
    return two(mark="110", notional="220", pnl="20")


def off_by_ten() -> Position:
    return two(mark="110", notional="22", pnl="2")


def off_by_little(mark: str = "110", notional: str = "225") -> Position:
    return two(mark=mark, notional=notional)


def held(price: str = "110") -> TrackerHarness:
    """Two coins bought at 100, and a live price."""
    return TrackerHarness().fills(fill("buy 2 @ 100")).price(price)


def texts(harness: TrackerHarness) -> list[str]:
    return [entry.text for entry in harness.book.events if entry.kind in ("disagrees", "agrees")]


class TestResult:
    def test_agreeing_figures_change_nothing(self):
        harness = held().snapshot(agreeing())
        assert harness.only.disagreement is None
        assert harness.only.unrealized_pnl == 20
        assert harness.kinds == ["fill"]
        assert harness.book.cross_checks == 1

    def test_small_deviation_is_marked_and_figures_stay(self):
        harness = held().snapshot(off_by_little())
        disagreement = harness.only.disagreement
        assert disagreement is not None
        assert disagreement.text == "notional 220.00 USDT calculated, 225.00 stated by the exchange"
        assert (harness.only.unrealized_pnl, harness.only.status) == (20, RiskStatus.PROFIT)
        assert not harness.only.is_withheld

    def test_wrong_unit_withholds_every_calculated_figure(self):
        harness = held().snapshot(off_by_ten()).price("111")
        live = harness.only
        assert live.is_withheld
        assert (live.notional, live.unrealized_pnl, live.roe) == (None, None, None)
        assert live.status is RiskStatus.UNKNOWN
        assert live.quote is not None, "the price is the market's"

    def test_totals_are_unknown_while_a_position_is_withheld(self):
        harness = held().fills(fill("sell 1 @ 110", 2)).price("110")
        one = replace(off_by_ten(), contracts=Decimal(1))
        summary = harness.snapshot(one).book.summary()
        assert summary.active_positions == 1
        assert (summary.total_exposure, summary.unrealized_pnl, summary.realized_pnl) == (None, None, None)
        known = harness.snapshot(row(LONG, "1", "100", mark="110", notional="110")).book.summary()
        assert (known.total_exposure, known.unrealized_pnl, known.realized_pnl) == (110, 10, 10)

    def test_first_reading_is_checked_before_its_position_is_announced(self):
        harness = TrackerHarness().price("110").snapshot(off_by_ten())
        assert all(update.position.is_withheld for update in harness.announced)
        assert harness.announced

    def test_row_without_figures_keeps_the_last_result(self):
        harness = held().snapshot(off_by_ten()).snapshot(two())
        assert harness.only.is_withheld
        assert harness.book.cross_checks == 1

    def test_row_that_cannot_be_compared_is_unchecked_and_the_others_are_checked(self, caplog):
        vast = row(
            LONG,
            "1",
            "100",
            of=replace(instrument(), symbol="ETH/USDT:USDT"),
            mark="100",
            notional="1E+99999999",
            pnl="1E-999999",
        )
        harness = held().snapshot(vast, off_by_ten())
        assert harness.known[BTC].disagreement is not None
        assert harness.book.cross_checks == 1
        assert "ETH/USDT:USDT cannot be compared" in caplog.text

    def test_failed_reading_keeps_the_last_result(self):
        harness = held().snapshot(off_by_ten())
        harness.tracker.apply(AccountFailed("bitget: no answer in time"))
        assert harness.only.is_withheld

    def test_closed_position_does_not_disagree_and_stays_withheld_when_reopened(self):
        harness = held().snapshot(off_by_ten()).fills(fill("sell 2 @ 110", 2_000))
        assert harness.known[BTC].disagreement is None
        assert harness.book.summary().total_exposure == 0
        harness.fills(fill("buy 1 @ 110", 3_000, "3"))
        assert harness.only.is_withheld

    def test_contract_that_the_exchange_resized_does_not_disagree(self):
        harness = TrackerHarness().fills(*fills("buy 200 @ 100", of=OUTDATED)).price("110")
        resized = instrument(contract_size="0.001")
        stated = {"mark": "110", "notional": "220", "pnl": "20"}
        harness.snapshot(row(LONG, "2000", "100", of=resized, **stated))
        assert (harness.only.notional, harness.only.unrealized_pnl) == (220, 20)
        assert texts(harness) == []
        assert not any(update.position.is_withheld for update in harness.announced)

    def test_outdated_contract_size_of_the_trail_is_withheld_until_it_is_corrected(self):
        """By the same reading, so that nothing is reported."""
        old = fills("buy 200 @ 100", of=OUTDATED)
        harness = TrackerHarness().fills(*old).price("110")
        new = instrument(contract_size="0.001")
        harness.snapshot(row(LONG, "200", "100", of=new, mark="110", notional="22", pnl="2"))
        assert (harness.only.notional, harness.only.unrealized_pnl) == (22, 2), "adopted from the exchange"
        assert not harness.only.is_withheld
        assert texts(harness) == []
        assert not harness.announced[-1].position.is_withheld

    def test_each_leg_of_a_hedge_is_checked_by_itself(self):
        short = position(SHORT, "1", "120")
        harness = TrackerHarness().price("110").snapshot(off_by_ten(), short, hedged=True)
        assert {label: live.is_withheld for label, live in harness.open.items()} == {
            f"{BTC}:long": True,
            f"{BTC}:short": False,
        }


class TestReport:
    def test_beginning_and_end_are_logged_recorded_and_announced_once(self, caplog: pytest.LogCaptureFixture):
        caplog.set_level(logging.INFO)
        harness = held().snapshot(agreeing())
        announced = len(harness.announced)
        for requested_at in (2_000, 3_000):
            harness.snapshot(off_by_ten(), requested_at=requested_at)
        harness.snapshot(two(mark="120", notional="24"), requested_at=4_000)
        assert len(texts(harness)) == 1
        assert [update.event_type for update in harness.announced[announced:]] == [EventType.POSITION_CHANGE]
        harness.snapshot(agreeing(), requested_at=5_000)
        assert texts(harness)[0] == "our notional and PnL agree with the exchange's again"
        assert len(harness.announced) == announced + 2
        assert harness.kinds == ["fill", "cross_check", "cross_check"]
        assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]

    def test_text_follows_the_newest_reading(self):
        harness = held().snapshot(off_by_little()).snapshot(off_by_little("120", "247"))
        assert harness.only.disagreement is not None
        assert "247.00" in harness.only.disagreement.text
        assert len(texts(harness)) == 1

    def test_deviation_that_becomes_severe_is_reported_again(self):
        harness = held().snapshot(off_by_little()).snapshot(off_by_ten())
        assert len(texts(harness)) == 2

    def test_record_has_both_figures(self):
        _, entry = held().snapshot(off_by_ten()).recorded[-1]
        assert (entry["position"], entry["symbol"], entry["position_side"]) == (BTC, BTC, None)
        assert [(each["name"], each["ours"], each["theirs"]) for each in entry["figures"]] == [
            ("notional", 220, 22),
            ("unrealised PnL", 20, 2),
        ]


class TestRestart:
    def test_figures_stay_withheld_until_a_reading_agrees(self):
        harness = held().snapshot(off_by_ten()).restarted().price("110")
        assert harness.only.is_withheld
        assert harness.only.disagreement is not None
        assert harness.only.disagreement.text.startswith("notional 220.00 USDT calculated, 22.00 stated")
        assert not harness.snapshot(agreeing()).only.is_withheld

    def test_end_of_a_disagreement_is_restored(self):
        harness = held().snapshot(off_by_ten()).snapshot(agreeing()).restarted().price("110")
        assert harness.only.unrealized_pnl == 20

    def test_leg_of_a_hedge_is_restored(self):
        harness = TrackerHarness().snapshot(off_by_ten(), hedged=True)
        restarted = harness.restarted()
        assert restarted.known[f"{BTC}:long"].is_withheld

    def test_invalid_record_is_skipped(self, caplog: pytest.LogCaptureFixture):
        harness = held().snapshot(off_by_ten())
        kind, entry = harness.recorded[-1]
        harness.recorded[-1] = kind, {**entry, "figures": [{"name": "notional"}]}
        assert not harness.restarted().price("110").only.is_withheld
        assert "invalid record" in caplog.text


def test_inverse_contract_is_checked_in_coins():
    of = instrument(Payoff.INVERSE, contract_size="10")
    harness = TrackerHarness().snapshot(row(LONG, "1000", "100", of=of, mark="100", notional="10"))
    (live,) = harness.book.get_all_positions().values()
    assert live.is_withheld
