"""SPEC B1 to B3: one source of truth, recorded first, corrected only by what is beyond doubt."""

import random
import threading
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.events import AccountFailed, FillsReceived
from dashboard.domain.fill import Fill
from dashboard.domain.market import Payoff
from dashboard.domain.risk import RiskStatus
from dashboard.positions.models import EventType
from tests.domain.builders import LONG, SHORT, instrument, position, ticker
from tests.domain.fill_histories import fill, fills, funding, histories
from tests.positions.harness import BTC, FRESH, TrackerHarness
from tests.positions.plain_totals import plain_totals


class TestFills:
    def test_each_is_recorded_and_told_once(self):
        books = TrackerHarness().fills(*fills("buy 2 @ 100, sell 1 @ 110"))
        books.fills(*fills("buy 2 @ 100, sell 1 @ 110"))
        assert books.kinds == ["fill", "fill"]
        assert [update.event_type for update in books.told] == [EventType.FILL, EventType.FILL]
        assert books.only.tracked.cumulative_totals.realized_pnl == 10

    def test_what_is_told_was_recorded_before(self):
        books = TrackerHarness()
        seen: list[int] = []
        books.tracker.register(lambda _update: seen.append(len(books.recorded)))
        books.fills(*fills("buy 2 @ 100, buy 1 @ 90"))
        assert seen == [1, 2]

    def test_a_full_disk_stops_nothing(self):
        books = TrackerHarness(takes_records=False).fills(fill("buy 2 @ 100"))
        assert books.only.tracked.contracts == 2
        assert books.told

    def test_a_listener_that_fails_harms_no_other(self, caplog: pytest.LogCaptureFixture):
        books = TrackerHarness()
        books.tracker.register(lambda _update: 1 / 0)
        last: list[object] = []
        books.tracker.register(last.append)
        books.fills(fill("buy 2 @ 100"))
        assert len(last) == 1
        assert "ZeroDivisionError" in caplog.text

    def test_who_took_itself_off_hears_no_more(self):
        books = TrackerHarness()
        heard: list[object] = []
        forget = books.tracker.register(heard.append)
        forget()
        books.fills(fill("buy 2 @ 100"))
        assert heard == []

    def test_a_closed_position_is_no_more_among_the_open_ones(self):
        books = TrackerHarness().fills(*fills("buy 2 @ 100, sell 2 @ 110"))
        assert books.tracker.get_all_positions() == {}
        assert books.tracker.symbols() == frozenset()
        assert books.told[-1].position.tracked.side is None
        assert books.tracker.all_known()[BTC].tracked.cumulative_totals.realized_pnl == 20

    @given(histories(), st.randoms())
    def test_any_order_with_repeats_ends_the_same(self, history, dice: random.Random):
        orderly, wild = TrackerHarness().fills(*history), TrackerHarness()
        arrivals = history + dice.sample(history, dice.randint(0, len(history)))
        dice.shuffle(arrivals)
        for each in arrivals:
            wild.fills(each)
        ours, theirs = orderly.tracker.all_known()[history[0].instrument.symbol], wild.tracker.all_known()
        assert theirs[ours.label].tracked.contracts == ours.tracked.contracts
        assert theirs[ours.label].tracked.cumulative_totals == ours.tracked.cumulative_totals


class TestReadings:
    def test_one_that_agrees_corrects_nothing(self):
        books = TrackerHarness().fills(fill("buy 2 @ 100")).reading(position(LONG, "2", "100"))
        assert books.kinds == ["fill"]
        assert books.only.difference is None
        assert books.only.roe is None
        assert books.only.position.leverage == 10

    def test_a_position_without_known_fills_is_adopted_from_the_exchange(self):
        books = TrackerHarness().reading(position(LONG, "2", "100"))
        assert books.kinds == ["correction"]
        assert books.only.tracked.adopted_at == 1_000
        assert (books.only.tracked.contracts, books.only.tracked.entry_price) == (2, 100)

    def test_fills_that_are_older_than_its_own_do_not_change_what_was_adopted(self):
        books = TrackerHarness().reading(position(LONG, "2", "100")).fills(fill("buy 1 @ 50", 999))
        assert books.only.tracked.contracts == 2

    def test_a_size_that_differs_is_corrected_recorded_and_noted(self):
        books = TrackerHarness().fills(fill("buy 2 @ 100")).reading(position(LONG, "2", "100"))
        books.reading(position(LONG, "3", "100"), asked_at=2_000)
        assert books.only.tracked.contracts == 3
        kind, entry = books.recorded[-1]
        assert kind == "correction"
        assert "size differs" in entry["difference"]
        assert books.tracker.events[0].kind == "adopt"

    def test_a_missing_fill_in_the_reading_explains_it(self):
        missed = fill("buy 1 @ 100", 2)
        books = (
            TrackerHarness().fills(fill("buy 2 @ 100")).reading(position(LONG, "3", "100"), fills=(missed,))
        )
        assert books.kinds == ["fill", "fill"]
        assert books.only.tracked.adopted_at is None

    def test_what_just_vanished_stays_marked_until_somebody_says_that_it_was_closed(self):
        books = TrackerHarness().fills(fill("buy 2 @ 100")).reading()
        assert books.only.tracked.contracts == 2
        assert "missing there" in (books.only.difference or "")
        told = len(books.told)
        books.reading(asked_at=2_000)
        assert len(books.told) == told, "said once, not again with each reading"
        books.reading(asked_at=3_000, recently_closed=frozenset([(BTC, LONG)]))
        assert books.tracker.get_all_positions() == {}

    def test_a_difference_that_is_no_more_is_said_so(self):
        books = TrackerHarness().fills(fill("buy 2 @ 100")).reading().reading(position(LONG, "2", "100"))
        assert books.only.difference is None
        assert "agrees" in books.tracker.events[0].text

    def test_a_market_that_moves_is_judged_by_the_next_reading(self):
        books = TrackerHarness().fills(fill("buy 2 @ 100"))
        books.reading(position(LONG, "3", "100"), inconsistent_symbols=frozenset([BTC]))
        assert books.only.tracked.contracts == 2

    def test_a_fill_after_the_question_is_not_undone(self):
        books = TrackerHarness().fills(fill("buy 2 @ 100", 5_000)).reading(asked_at=4_000)
        assert books.only.difference is None

    def test_a_failed_one_changes_nothing_and_says_so(self):
        books = TrackerHarness().fills(fill("buy 2 @ 100"))
        books.tracker.apply(AccountFailed("bitget: no answer in time"))
        assert books.only.tracked.contracts == 2
        assert books.tracker.health.problem == "bitget: no answer in time"
        assert books.reading(position(LONG, "2", "100")).tracker.health.problem is None

    def test_two_answers_that_differ_mark_nothing_either(self):
        books = TrackerHarness().fills(fill("buy 2 @ 100")).reading(inconsistent_symbols=frozenset([BTC]))
        assert books.only.difference is None

    def test_what_was_not_compared_is_not_said_to_agree(self):
        books = TrackerHarness().fills(fill("buy 2 @ 100")).reading().fills(fill("buy 1 @ 100", 3_000))
        books.reading(asked_at=2_000)
        assert "missing there" in (books.only.difference or "")

    def test_what_was_closed_after_the_question_is_not_taken_over_again(self):
        books = TrackerHarness().fills(*fills("buy 2 @ 100, sell 2 @ 110"))
        books.fills(fill("buy 2 @ 100", 3_000, "1"), fill("sell 2 @ 110", 5_000, "1"))
        books.reading(position(LONG, "2", "100"), asked_at=4_000)
        assert "correction" not in books.kinds
        total = books.tracker.all_known()[BTC].tracked.cumulative_totals
        assert (total.realized_pnl, total.fees) == (40, {"USDT": 2})

    def test_a_correction_keeps_what_was_realised_since_the_adoption(self):
        books = TrackerHarness().reading(position(LONG, "2", "100")).fills(fill("sell 1 @ 110", 1_500))
        books.reading(position(LONG, "0.5", "100"), asked_at=2_000)
        assert books.only.tracked.contracts == Decimal("0.5")
        assert books.only.tracked.cumulative_totals.realized_pnl == 10

    def test_an_adoption_is_no_alarm_and_a_correction_is_one(self, caplog: pytest.LogCaptureFixture):
        books = TrackerHarness().reading(position(LONG, "2", "100"))
        assert [noted.kind for noted in books.tracker.events] == ["adopt"]
        assert not caplog.records
        books.reading(position(LONG, "3", "100"), asked_at=2_000)
        assert [noted.kind for noted in books.tracker.events] == ["adopt", "difference", "adopt"]
        assert "size differs" in caplog.text

    def test_a_fill_that_only_a_reading_tells_is_news_once_the_account_is_known(self):
        one, two = fill("buy 2 @ 100", 500), fill("buy 2 @ 100", 1_500)
        first = TrackerHarness().reading(position(LONG, "2", "100"), fills=(one,))
        assert [update.event_type for update in first.told] == [EventType.POSITION_CHANGE]
        later = TrackerHarness().reading(complete_until=1_000)
        later.reading(position(LONG, "2", "100"), asked_at=2_000, fills=(two,))
        assert (later.told[0].event_type, later.told[0].fill) == (EventType.FILL, two)

    def test_both_sides_of_a_hedge(self):
        legs = position(LONG, "2", "100"), position(SHORT, "1", "110")
        books = TrackerHarness().reading(*legs, hedged=True)
        assert set(books.tracker.get_all_positions()) == {f"{BTC}:long", f"{BTC}:short"}
        assert {leg.side for leg in books.tracker.positions_of(BTC)} == {LONG, SHORT}

    def test_a_liquidation_price_counts_until_a_fill_changes_the_position(self):
        told = position(LONG, "2", "100", liquidation="91", margin_mode="isolated")
        books = TrackerHarness().fills(fill("buy 2 @ 100")).reading(told)
        assert (books.only.liquidation_price, books.only.liquidation_is_estimate) == (91, False)
        books.fills(fill("buy 1 @ 100", 2_000))
        assert books.only.liquidation_is_estimate
        assert books.only.position.leverage == 10

    def test_funding_is_kept_apart(self):
        books = TrackerHarness().fills(fill("buy 2 @ 100"))
        books.reading(position(LONG, "2", "100"), funding=(funding("-0.5", 500),))
        assert books.only.tracked.cumulative_totals.funding == {"USDT": Decimal("-0.5")}
        assert books.only.tracked.cumulative_totals.realized_pnl == 0


class TestPrices:
    def test_a_price_values_the_position(self):
        books = TrackerHarness().fills(fill("buy 2 @ 100")).reading(position(LONG, "2", "100")).price("110")
        assert (books.only.unrealized_pnl, books.only.notional, books.only.roe) == (20, 220, 100)
        assert books.only.status is RiskStatus.PROFIT

    def test_without_a_price_nothing_is_zero(self):
        books = TrackerHarness().fills(fill("buy 2 @ 100"))
        assert (books.only.unrealized_pnl, books.only.notional) == (None, None)
        assert books.tracker.summary().unrealized_pnl is None

    def test_before_the_first_reading_the_sums_are_unknown(self):
        books = TrackerHarness()
        assert (books.tracker.summary().total_exposure, books.tracker.summary().total_pnl) == (None, None)
        assert books.reading().tracker.summary().total_pnl == 0

    def test_an_old_price_is_no_price(self):
        books = TrackerHarness().fills(fill("buy 2 @ 100")).price("110")
        books.now += FRESH + 1
        assert (books.only.unrealized_pnl, books.only.status) == (None, RiskStatus.UNKNOWN)
        assert books.tracker.summary().unrealized_pnl is None

    def test_each_market_has_its_own_limit_of_age(self):
        books, ether = TrackerHarness(), "ETH/USDT:USDT"
        books.fills(fill("buy 1 @ 100"), fill_in(fill("buy 1 @ 100"), ether))
        books.tracker.priced(ether, ticker(0, last="110"), 60_000)
        books.price("110")
        books.now += FRESH + 1
        assert books.tracker.summary().unrealized_pnl is None

    def test_a_fill_does_not_make_a_price_younger(self):
        books, ether = TrackerHarness(), "ETH/USDT:USDT"
        books.fills(fill("buy 1 @ 100"), fill_in(fill("buy 1 @ 100"), ether)).price("110")
        books.now += 4_000
        books.price("110", ether).fills(fill("buy 1 @ 100", 2))
        books.now += 2_000
        assert books.tracker.summary().unrealized_pnl is None

    @pytest.mark.parametrize(("price", "moves"), [("110", True), ("100.004", False), ("100.006", True)])
    def test_only_a_move_beyond_the_threshold_is_told(self, price: str, moves: bool):
        books = TrackerHarness().fills(fill("buy 2 @ 100")).price("100")
        books.tracker.tell_prices()
        before = len(books.told)
        books.price(price).tracker.tell_prices()
        assert (len(books.told) > before) is moves

    def test_the_threshold_counts_from_the_last_value_told_not_the_last_seen(self):
        books = TrackerHarness().fills(fill("buy 1 @ 100")).price("100")
        books.tracker.tell_prices()
        before = len(books.told)
        for step in range(1, 8):
            books.price(f"100.0{step * 2:02d}").tracker.tell_prices()
        assert len(books.told) == before + 1

    def test_that_a_price_grew_old_is_told(self):
        books = TrackerHarness().fills(fill("buy 2 @ 100")).price("110")
        books.tracker.tell_prices()
        books.now += FRESH + 1
        books.tracker.tell_prices()
        assert books.told[-1].position.unrealized_pnl is None

    @given(st.lists(st.tuples(histories(max_size=4), st.integers(1, 10**6)), min_size=1, max_size=4))
    def test_totals_kept_by_change_are_the_sums_made_anew(self, drawn):
        books, prices = TrackerHarness(), {}
        for number, (history, price) in enumerate(drawn):
            symbol = f"{number}"
            for one in history:
                moved = fill_in(one, symbol)
                books.fills(moved).price(str(price), symbol)
            prices[symbol] = Decimal(price)
        held = books.tracker.all_known().values()
        expected = plain_totals((live.tracked, prices[live.tracked.key.symbol]) for live in held)
        found = books.tracker.summary().by_currency
        for currency, summary in expected.items():
            assert replace(found[currency], exposure=summary.exposure) == summary
            assert found[currency].exposure.unknown == summary.exposure.unknown
            assert float(found[currency].exposure.known) == pytest.approx(float(summary.exposure.known))

    def test_coins_count_in_dollars_at_their_live_price(self):
        coin = instrument(Payoff.INVERSE_BASE)
        books = TrackerHarness().fills(fill("buy 2 @ 100", of=coin)).price("200", coin.symbol)
        assert books.only.unrealized_pnl == 1
        assert books.tracker.summary().unrealized_pnl == 200

    def test_what_a_closed_position_brought_in_coins_counts_while_a_price_of_them_is_live(self):
        coin = instrument(Payoff.INVERSE_BASE)
        books = TrackerHarness().fills(*fills("buy 2 @ 100, sell 2 @ 200", of=coin))
        assert books.tracker.summary().realized_pnl is None
        assert books.price("250").tracker.summary().realized_pnl == 250
        books.now += FRESH + 1
        assert books.tracker.summary().realized_pnl is None

    def test_a_coin_against_another_coin_tells_no_dollars(self):
        coin = instrument(Payoff.INVERSE_BASE)
        pair = replace(instrument(), symbol="BTC/ETH:ETH", quote="ETH", settle="ETH")
        books = TrackerHarness().fills(fill("buy 1 @ 15", of=pair)).price("15", pair.symbol)
        books.fills(fill("buy 2 @ 100", of=coin)).price("200", coin.symbol)
        assert books.tracker.summary().unrealized_pnl == 200

    def test_where_dollars_cannot_be_told_each_move_is(self):
        market = replace(instrument(), symbol="ETH/BTC:BTC", base="ETH", quote="BTC", settle="BTC")
        books = TrackerHarness().fills(fill("buy 1 @ 0.05", of=market)).price("0.05", market.symbol)
        books.tracker.tell_prices()
        before = len(books.told)
        books.price("0.0501", market.symbol).tracker.tell_prices()
        assert len(books.told) == before + 1


class TestRestart:
    def test_it_is_as_it_was(self):
        books = TrackerHarness().fills(*fills("buy 2 @ 100, sell 1 @ 110, sell 3 @ 90"))
        books.reading(position(SHORT, "2", "90"), complete_until=900, funding=(funding("0.25", 4),))
        again = books.again()
        assert again.only.tracked == books.only.tracked
        assert again.tracker.complete_until == 900
        assert (again.recorded, again.told) == ([], [])
        again.fills(*fills("buy 2 @ 100, sell 1 @ 110, sell 3 @ 90"))
        assert again.recorded == []

    def test_nor_does_it_forget_that_figures_were_taken_over(self):
        books = TrackerHarness().reading(position(LONG, "2", "100")).fills(fill("sell 1 @ 110", 1_500))
        again = books.again().reading(position(LONG, "3", "100"), asked_at=2_000)
        assert again.only.tracked.contracts == 3
        assert again.only.tracked.cumulative_totals.realized_pnl == 10

    @given(histories(legs=(None,)), st.data())
    def test_wherever_it_was_killed(self, history, data):
        books = TrackerHarness().fills(*history[: data.draw(st.integers(0, len(history)))])
        ended = books.again().fills(*history)
        whole = TrackerHarness().fills(*history)
        assert ended.tracker.all_known()[history[0].instrument.symbol].tracked == (
            whole.tracker.all_known()[history[0].instrument.symbol].tracked
        )

    def test_a_correction_after_it_keeps_what_was_realised_before(self):
        books = TrackerHarness().fills(*fills("buy 2 @ 100, sell 1 @ 110"))
        again = books.reading(position(LONG, "1", "100"), complete_until=900).again()
        again.reading(position(LONG, "3", "100"), asked_at=2_000)
        assert again.only.tracked.contracts == 3
        assert again.only.tracked.cumulative_totals.realized_pnl == 10

    def test_another_account_is_not_ours(self):
        books = TrackerHarness().fills(fill("buy 2 @ 100"))
        books.recorded = [(kind, {**entry, "account": "other"}) for kind, entry in books.recorded]
        assert books.again().tracker.all_known() == {}


def test_readers_never_see_half_a_change():
    """Every fill leaves size and entry in one piece."""
    books, stop, broken = TrackerHarness(), threading.Event(), []

    def look() -> None:
        while not stop.is_set():
            for live in books.tracker.get_all_positions().values():
                held = live.position
                if held and held.entry_price != 100:
                    broken.append(held)

    readers = [threading.Thread(target=look) for _ in range(2)]
    for reader in readers:
        reader.start()
    for at in range(1, 300):
        books.tracker.apply(FillsReceived((fill("buy 1 @ 100", at),)))
        books.price("101")
    stop.set()
    for reader in readers:
        reader.join()
    assert not broken
    assert books.only.tracked.contracts == 299


def fill_in(one: Fill, symbol: str) -> Fill:
    """The same fill in another market."""
    return replace(one, instrument=replace(one.instrument, symbol=symbol))
