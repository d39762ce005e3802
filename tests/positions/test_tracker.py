"""SPEC B1 to B3: one source of truth, recorded first, corrected only by confirmed figures."""

import random
import threading
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.events import AccountFailed, FillsReceived, PriceReceived, Transport
from dashboard.domain.fill import Fill
from dashboard.domain.market import Payoff
from dashboard.domain.position import Position
from dashboard.domain.risk import RiskStatus
from dashboard.positions.models import EventType
from tests.domain.builders import LONG, SHORT, instrument, position, ticker
from tests.domain.fill_histories import fill, fills, funding, histories
from tests.positions.harness import BTC, FRESH, TrackerHarness, market_key
from tests.positions.plain_totals import plain_totals


class TestFills:
    def test_each_fill_is_recorded_and_announced_once(self):
        harness = TrackerHarness().fills(*fills("buy 2 @ 100, sell 1 @ 110"))
        harness.fills(*fills("buy 2 @ 100, sell 1 @ 110"))
        assert harness.kinds == ["fill", "fill"]
        assert [update.event_type for update in harness.announced] == [EventType.FILL, EventType.FILL]
        assert harness.only.state.cumulative_totals.realized_pnl == 10

    def test_a_fill_is_recorded_before_it_is_announced(self):
        harness = TrackerHarness()
        seen: list[int] = []
        harness.book.register(lambda _update: seen.append(len(harness.recorded)))
        harness.fills(*fills("buy 2 @ 100, buy 1 @ 90"))
        assert seen == [1, 2]

    def test_an_unwritable_record_does_not_stop_fills(self):
        harness = TrackerHarness(is_writable=False).fills(fill("buy 2 @ 100"))
        assert harness.only.state.contracts == 2
        assert harness.announced

    def test_a_failing_listener_does_not_affect_the_others(self, caplog: pytest.LogCaptureFixture):
        harness = TrackerHarness()
        harness.book.register(lambda _update: 1 / 0)
        last: list[object] = []
        harness.book.register(last.append)
        harness.fills(fill("buy 2 @ 100"))
        assert len(last) == 1
        assert "ZeroDivisionError" in caplog.text

    def test_an_unregistered_listener_is_not_called(self):
        harness = TrackerHarness()
        updates: list[object] = []
        unregister = harness.book.register(updates.append)
        unregister()
        harness.fills(fill("buy 2 @ 100"))
        assert updates == []

    def test_a_closed_position_is_not_among_the_open_ones(self):
        harness = TrackerHarness().fills(*fills("buy 2 @ 100, sell 2 @ 110"))
        assert harness.open == {}
        assert harness.tracker.symbols() == frozenset()
        assert harness.announced[-1].position.state.side is None
        assert harness.known[BTC].state.cumulative_totals.realized_pnl == 20

    @given(histories(), st.randoms())
    def test_order_and_repetition_of_fills_do_not_matter(self, history, dice: random.Random):
        orderly, wild = TrackerHarness().fills(*history), TrackerHarness()
        arrivals = history + dice.sample(history, dice.randint(0, len(history)))
        dice.shuffle(arrivals)
        for each in arrivals:
            wild.fills(each)
        ours, theirs = orderly.known[history[0].instrument.symbol], wild.known
        assert theirs[history[0].instrument.symbol].state.contracts == ours.state.contracts
        assert theirs[history[0].instrument.symbol].state.cumulative_totals == ours.state.cumulative_totals


class TestSnapshots:
    def test_an_agreeing_snapshot_corrects_nothing(self):
        harness = TrackerHarness().fills(fill("buy 2 @ 100")).snapshot(position(LONG, "2", "100"))
        assert harness.kinds == ["fill"]
        assert harness.only.difference is None
        assert harness.only.roe is None
        assert harness.only.position.leverage == 10

    def test_a_position_without_known_fills_is_adopted_from_the_exchange(self):
        harness = TrackerHarness().snapshot(position(LONG, "2", "100"))
        assert harness.kinds == ["correction"]
        assert harness.only.state.adopted_at == 1_000
        assert (harness.only.state.contracts, harness.only.state.entry_price) == (2, 100)

    def test_fill_before_the_adoption_does_not_change_the_position(self):
        harness = TrackerHarness().snapshot(position(LONG, "2", "100")).fills(fill("buy 1 @ 50", 999))
        assert harness.only.state.contracts == 2

    def test_a_different_size_is_corrected_and_recorded(self):
        harness = TrackerHarness().fills(fill("buy 2 @ 100")).snapshot(position(LONG, "2", "100"))
        harness.snapshot(position(LONG, "3", "100"), requested_at=2_000)
        assert harness.only.state.contracts == 3
        kind, entry = harness.recorded[-1]
        assert kind == "correction"
        assert "size differs" in entry["difference"]
        assert harness.book.events[0].kind == "adopt"

    def test_a_missed_fill_in_the_snapshot_explains_the_difference(self):
        missed = fill("buy 1 @ 100", 2)
        harness = (
            TrackerHarness().fills(fill("buy 2 @ 100")).snapshot(position(LONG, "3", "100"), fills=(missed,))
        )
        assert harness.kinds == ["fill", "fill"]
        assert harness.only.state.adopted_at is None

    def test_a_vanished_position_stays_marked_until_its_close_is_confirmed(self):
        harness = TrackerHarness().fills(fill("buy 2 @ 100")).snapshot()
        assert harness.only.state.contracts == 2
        assert "missing there" in (harness.only.difference or "")
        announced = len(harness.announced)
        harness.snapshot(requested_at=2_000)
        assert len(harness.announced) == announced, "announced once, not with each snapshot"
        harness.snapshot(requested_at=3_000, recently_closed=frozenset([(BTC, LONG)]))
        assert harness.open == {}

    def test_the_end_of_a_difference_is_logged(self):
        harness = TrackerHarness().fills(fill("buy 2 @ 100")).snapshot().snapshot(position(LONG, "2", "100"))
        assert harness.only.difference is None
        assert "agrees" in harness.book.events[0].text

    def test_inconsistent_symbol_is_not_corrected(self):
        harness = TrackerHarness().fills(fill("buy 2 @ 100"))
        harness.snapshot(position(LONG, "3", "100"), inconsistent_symbols=frozenset([BTC]))
        assert harness.only.state.contracts == 2

    def test_a_fill_after_the_request_is_not_undone(self):
        harness = TrackerHarness().fills(fill("buy 2 @ 100", 5_000)).snapshot(requested_at=4_000)
        assert harness.only.difference is None

    def test_failed_snapshot_changes_only_the_health(self):
        harness = TrackerHarness().fills(fill("buy 2 @ 100"))
        harness.tracker.apply(AccountFailed("bitget: no answer in time"))
        assert harness.only.state.contracts == 2
        assert harness.health.problem == "bitget: no answer in time"
        assert harness.snapshot(position(LONG, "2", "100")).health.problem is None

    def test_inconsistent_responses_mark_no_difference(self):
        harness = TrackerHarness().fills(fill("buy 2 @ 100")).snapshot(inconsistent_symbols=frozenset([BTC]))
        assert harness.only.difference is None

    def test_a_position_that_was_not_compared_keeps_its_difference(self):
        harness = TrackerHarness().fills(fill("buy 2 @ 100")).snapshot().fills(fill("buy 1 @ 100", 3_000))
        harness.snapshot(requested_at=2_000)
        assert "missing there" in (harness.only.difference or "")

    def test_a_position_closed_after_the_request_is_not_adopted_again(self):
        harness = TrackerHarness().fills(*fills("buy 2 @ 100, sell 2 @ 110"))
        harness.fills(fill("buy 2 @ 100", 3_000, "1"), fill("sell 2 @ 110", 5_000, "1"))
        harness.snapshot(position(LONG, "2", "100"), requested_at=4_000)
        assert "correction" not in harness.kinds
        total = harness.known[BTC].state.cumulative_totals
        assert (total.realized_pnl, total.fees) == (40, {"USDT": 2})

    def test_a_correction_keeps_pnl_realized_since_the_adoption(self):
        harness = TrackerHarness().snapshot(position(LONG, "2", "100")).fills(fill("sell 1 @ 110", 1_500))
        harness.snapshot(position(LONG, "0.5", "100"), requested_at=2_000)
        assert harness.only.state.contracts == Decimal("0.5")
        assert harness.only.state.cumulative_totals.realized_pnl == 10

    def test_a_correction_is_logged_as_a_warning_and_an_adoption_is_not(
        self, caplog: pytest.LogCaptureFixture
    ):
        harness = TrackerHarness().snapshot(position(LONG, "2", "100"))
        assert [entry.kind for entry in harness.book.events] == ["adopt"]
        assert not caplog.records
        harness.snapshot(position(LONG, "3", "100"), requested_at=2_000)
        assert [entry.kind for entry in harness.book.events] == ["adopt", "difference", "adopt"]
        assert "size differs" in caplog.text

    def test_a_fill_from_a_snapshot_is_announced_once_the_account_is_known(self):
        one, two = fill("buy 2 @ 100", 500), fill("buy 2 @ 100", 1_500)
        first = TrackerHarness().snapshot(position(LONG, "2", "100"), fills=(one,))
        assert [update.event_type for update in first.announced] == [EventType.POSITION_CHANGE]
        later = TrackerHarness().snapshot(complete_until=1_000)
        later.snapshot(position(LONG, "2", "100"), requested_at=2_000, fills=(two,))
        assert (later.announced[0].event_type, later.announced[0].fill) == (EventType.FILL, two)

    def test_both_sides_of_a_hedge_are_adopted(self):
        legs = position(LONG, "2", "100"), position(SHORT, "1", "110")
        harness = TrackerHarness().snapshot(*legs, hedged=True)
        assert set(harness.open) == {f"{BTC}:long", f"{BTC}:short"}
        assert {live.state.side for live in harness.book.open_in(market_key())} == {LONG, SHORT}

    def test_a_liquidation_price_beyond_the_live_price_is_unknown_without_a_mark_in_the_row(self):
        harness = TrackerHarness().fills(fill("buy 2 @ 100")).price("100")
        harness.snapshot(position(LONG, "2", "100", liquidation="120"))
        assert harness.only.liquidation_price is None
        assert harness.only.status is RiskStatus.PROFIT

    def test_a_reported_liquidation_price_holds_until_the_next_fill(self):
        reported = position(LONG, "2", "100", liquidation="91", margin_mode="isolated")
        harness = TrackerHarness().fills(fill("buy 2 @ 100")).snapshot(reported)
        assert (harness.only.liquidation_price, harness.only.liquidation_is_estimate) == (91, False)
        harness.fills(fill("buy 1 @ 100", 2_000))
        assert harness.only.liquidation_is_estimate
        assert harness.only.position.leverage == 10

    def test_funding_is_not_part_of_the_realized_pnl(self):
        harness = TrackerHarness().fills(fill("buy 2 @ 100"))
        harness.snapshot(position(LONG, "2", "100"), funding=(funding("-0.5", 500),))
        assert harness.only.state.cumulative_totals.funding == {"USDT": Decimal("-0.5")}
        assert harness.only.state.cumulative_totals.realized_pnl == 0


class TestPrices:
    def test_a_price_values_the_position(self):
        harness = (
            TrackerHarness().fills(fill("buy 2 @ 100")).snapshot(position(LONG, "2", "100")).price("110")
        )
        assert (harness.only.unrealized_pnl, harness.only.notional, harness.only.roe) == (20, 220, 100)
        assert harness.only.status is RiskStatus.PROFIT

    def test_without_a_price_figures_are_unknown(self):
        harness = TrackerHarness().fills(fill("buy 2 @ 100"))
        assert (harness.only.unrealized_pnl, harness.only.notional) == (None, None)
        assert harness.book.summary().unrealized_pnl is None

    def test_totals_are_unknown_before_the_first_snapshot(self):
        harness = TrackerHarness()
        assert (harness.book.summary().total_exposure, harness.book.summary().total_pnl) == (None, None)
        assert harness.snapshot().book.summary().total_pnl == 0

    def test_an_old_price_leaves_figures_unknown(self):
        harness = TrackerHarness().fills(fill("buy 2 @ 100")).price("110")
        harness.now += FRESH + 1
        assert (harness.only.unrealized_pnl, harness.only.status) == (None, RiskStatus.UNKNOWN)
        assert harness.book.summary().unrealized_pnl is None

    def test_each_market_has_its_own_limit_of_age(self):
        harness, ether = TrackerHarness(), "ETH/USDT:USDT"
        harness.fills(fill("buy 1 @ 100"), fill_in(fill("buy 1 @ 100"), ether))
        harness.markets.apply(
            market_key(ether), PriceReceived(Transport.POLL, 0, ticker(0, last="110"), request_time_ms=60_000)
        )
        harness.price("110")
        harness.now += FRESH + 1
        assert {label: live.quote is None for label, live in harness.open.items()} == {
            BTC: True,
            ether: False,
        }
        assert harness.book.summary().unrealized_pnl is None

    def test_a_fill_does_not_renew_the_age_of_a_price(self):
        harness, ether = TrackerHarness(), "ETH/USDT:USDT"
        harness.fills(fill("buy 1 @ 100"), fill_in(fill("buy 1 @ 100"), ether)).price("110")
        harness.now += 4_000
        harness.price("110", ether).fills(fill("buy 1 @ 100", 2))
        harness.now += 2_000
        assert harness.book.summary().unrealized_pnl is None

    @pytest.mark.parametrize(("price", "moves"), [("110", True), ("100.004", False), ("100.006", True)])
    def test_only_a_move_beyond_the_threshold_is_announced(self, price: str, moves: bool):
        harness = TrackerHarness().fills(fill("buy 2 @ 100")).price("100")
        harness.book.publish_prices()
        before = len(harness.announced)
        harness.price(price).book.publish_prices()
        assert (len(harness.announced) > before) is moves

    def test_the_threshold_counts_from_the_last_announced_value(self):
        harness = TrackerHarness().fills(fill("buy 1 @ 100")).price("100")
        harness.book.publish_prices()
        before = len(harness.announced)
        for step in range(1, 8):
            harness.price(f"100.0{step * 2:02d}").book.publish_prices()
        assert len(harness.announced) == before + 1

    def test_an_expired_price_is_announced(self):
        harness = TrackerHarness().fills(fill("buy 2 @ 100")).price("110")
        harness.book.publish_prices()
        harness.now += FRESH + 1
        harness.book.publish_prices()
        assert harness.announced[-1].position.unrealized_pnl is None

    @given(st.lists(st.tuples(histories(max_size=4), st.integers(1, 10**6)), min_size=1, max_size=4))
    def test_incremental_totals_equal_the_sums_of_all_positions(self, drawn):
        harness, prices = TrackerHarness(), {}
        for number, (history, price) in enumerate(drawn):
            symbol = f"{number}"
            for each in history:
                harness.fills(fill_in(each, symbol)).price(str(price), symbol)
            prices[symbol] = Decimal(price)
        expected = plain_totals(
            (live.state, prices[live.state.key.symbol]) for live in harness.known.values()
        )
        found = harness.book.summary().by_currency
        for currency, summary in expected.items():
            assert replace(found[currency], exposure=summary.exposure) == summary
            assert found[currency].exposure.unknown == summary.exposure.unknown
            assert float(found[currency].exposure.known) == pytest.approx(float(summary.exposure.known))

    def test_coins_count_in_dollars_at_their_live_price(self):
        coin = instrument(Payoff.INVERSE_BASE)
        harness = TrackerHarness().fills(fill("buy 2 @ 100", of=coin)).price("200", coin.symbol)
        assert harness.only.unrealized_pnl == 1
        assert harness.book.summary().unrealized_pnl == 200

    def test_pnl_realized_in_coins_needs_no_later_price(self):
        coin = instrument(Payoff.INVERSE_BASE)
        harness = TrackerHarness().fills(*fills("buy 2 @ 100, sell 2 @ 200", of=coin))
        for each in (harness, harness.price("250"), harness.restarted()):
            assert (each.book.summary().realized_pnl, each.book.summary().total_pnl) == (200, 200)

    def test_a_coin_quoted_in_another_coin_has_no_dollar_price(self):
        coin = instrument(Payoff.INVERSE_BASE)
        pair = replace(instrument(), symbol="BTC/ETH:ETH", quote="ETH", settle="ETH")
        harness = TrackerHarness().fills(fill("buy 1 @ 15", of=pair)).price("15", pair.symbol)
        harness.fills(fill("buy 2 @ 100", of=coin)).price("200", coin.symbol)
        assert harness.book.summary().unrealized_pnl == 200

    def test_each_move_is_announced_where_the_dollar_price_is_unknown(self):
        market = replace(instrument(), symbol="ETH/BTC:BTC", base="ETH", quote="BTC", settle="BTC")
        harness = TrackerHarness().fills(fill("buy 1 @ 0.05", of=market)).price("0.05", market.symbol)
        harness.book.publish_prices()
        before = len(harness.announced)
        harness.price("0.0501", market.symbol).book.publish_prices()
        assert len(harness.announced) == before + 1


class TestRestart:
    def test_restored_positions_equal_the_recorded_ones(self):
        harness = TrackerHarness().fills(*fills("buy 2 @ 100, sell 1 @ 110, sell 3 @ 90"))
        harness.snapshot(position(SHORT, "2", "90"), complete_until=900, funding=(funding("0.25", 4),))
        restarted = harness.restarted()
        assert restarted.only.state == harness.only.state
        assert restarted.tracker.complete_until == 900
        assert (restarted.recorded, restarted.announced) == ([], [])
        restarted.fills(*fills("buy 2 @ 100, sell 1 @ 110, sell 3 @ 90"))
        assert restarted.recorded == []

    def test_adopted_figures_are_restored_as_adopted(self):
        harness = TrackerHarness().snapshot(position(LONG, "2", "100")).fills(fill("sell 1 @ 110", 1_500))
        restarted = harness.restarted().snapshot(position(LONG, "3", "100"), requested_at=2_000)
        assert restarted.only.state.contracts == 3
        assert restarted.only.state.cumulative_totals.realized_pnl == 10

    @given(histories(legs=(None,)), st.data())
    def test_a_restart_at_any_fill_ends_the_same(self, history, data):
        harness = TrackerHarness().fills(*history[: data.draw(st.integers(0, len(history)))])
        ended = harness.restarted().fills(*history)
        whole = TrackerHarness().fills(*history)
        assert ended.known[history[0].instrument.symbol].state == (
            whole.known[history[0].instrument.symbol].state
        )

    def test_a_correction_after_a_restart_keeps_realized_pnl(self):
        harness = TrackerHarness().fills(*fills("buy 2 @ 100, sell 1 @ 110"))
        restarted = harness.snapshot(position(LONG, "1", "100"), complete_until=900).restarted()
        restarted.snapshot(position(LONG, "3", "100"), requested_at=20_000)
        assert restarted.only.state.contracts == 3
        assert restarted.only.state.cumulative_totals.realized_pnl == 10

    def test_records_of_another_account_are_ignored(self):
        harness = TrackerHarness().fills(fill("buy 2 @ 100"))
        harness.recorded = [(kind, {**entry, "account": "other"}) for kind, entry in harness.recorded]
        assert harness.restarted().known == {}


def test_readers_never_see_a_partial_change():
    """Readers never see the size of one fill with the entry of another."""
    harness, stop = TrackerHarness(), threading.Event()
    inconsistent: list[Position] = []

    def read() -> None:
        while not stop.is_set():
            positions = [live.position for live in harness.open.values()]
            inconsistent.extend(each for each in positions if each and each.entry_price != 100)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for at in range(1, 300):
        harness.tracker.apply(FillsReceived((fill("buy 1 @ 100", at),)))
        harness.price("101")
    stop.set()
    for reader in readers:
        reader.join()
    assert not inconsistent
    assert harness.only.state.contracts == 299


def fill_in(original: Fill, symbol: str) -> Fill:
    """The same fill in another market."""
    return replace(original, instrument=replace(original.instrument, symbol=symbol))
