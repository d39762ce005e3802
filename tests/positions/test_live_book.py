"""LiveBook: positions of several accounts and those entered by hand, valued once a tick."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from dashboard.domain.events import (
    AccountSnapshot,
    InstrumentResolved,
    MarginTiersReceived,
    PriceReceived,
    Transport,
)
from dashboard.domain.keys import MarketKey, PositionKey
from dashboard.domain.manual_position import ManualPosition
from dashboard.domain.margin import MarginTier
from dashboard.domain.market import Quote, Ticker
from dashboard.domain.position import Position, Source
from dashboard.domain.position_selection import ManualEntry
from dashboard.domain.risk import RiskStatus
from dashboard.positions.live_book import LiveBook
from dashboard.positions.models import PositionUpdate, ValuationChange
from dashboard.positions.tracker import PositionTracker
from dashboard.state.markets import Markets
from tests.domain.builders import LONG, SHORT, entered, entered_long, instrument, position, received, ticker

OF = instrument()
REQUESTED, BTC = MarketKey("bitget", "BTCUSDT"), MarketKey("bitget", OF.symbol)
BYBIT = MarketKey("bybit", OF.symbol)
MANUAL = PositionKey("bitget manual", OF.symbol)


class Clock:
    now = 0

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def markets() -> Markets:
    return Markets(REQUESTED, 2_000)


@pytest.fixture
def book(markets: Markets, clock: Clock) -> LiveBook:
    return LiveBook(markets, clock=clock)


@pytest.fixture
def account(book: LiveBook) -> Callable[..., PositionTracker]:
    """Adds an account, and positions that it has."""

    def add(name: str, exchange: str, *positions: Position) -> PositionTracker:
        tracker = PositionTracker(name, book, exchange)
        if positions:
            tracker.apply(AccountSnapshot(0, 1_000, positions))
        return tracker

    return add


def resolve(markets: Markets) -> None:
    markets.apply(REQUESTED, InstrumentResolved(OF))


class TestManualPositions:
    def test_manual_position_is_valued_at_the_price(self, markets: Markets, book: LiveBook):
        resolve(markets)
        book.enter(BTC, ManualEntry(entered_long()))
        markets.apply(BTC, received(last="105"))
        live = book.get_all_positions()[MANUAL]
        assert (live.status, live.unrealized_pnl, live.roe, live.notional) == (RiskStatus.PROFIT, 5, 50, 105)
        assert live.position.source is Source.MANUAL
        assert book.summary().unrealized_pnl == 5

    def test_position_entered_before_the_symbol_is_resolved_appears_afterwards(
        self, markets: Markets, book: LiveBook
    ):
        book.enter(REQUESTED, ManualEntry(entered_long()))
        assert book.get_all_positions() == {}
        resolve(markets)
        assert set(book.get_all_positions()) == {MANUAL}
        assert book.manual_in(BTC).position == entered_long()

    def test_new_entry_replaces_the_position_and_an_empty_one_clears_it(
        self, markets: Markets, book: LiveBook
    ):
        resolve(markets)
        book.enter(BTC, ManualEntry(entered_long()))
        book.enter(BTC, ManualEntry(entered(side="short", entry_price="100", size="2")))
        markets.apply(BTC, received(last="105"))
        assert book.get_all_positions()[MANUAL].unrealized_pnl == -10
        book.enter(BTC, ManualEntry(ManualPosition()))
        assert book.get_all_positions() == {}
        assert (book.summary().active_positions, book.summary().unrealized_pnl) == (0, 0)

    def test_restored_position_is_hidden_where_there_is_an_account(
        self, markets: Markets, book: LiveBook, account
    ):
        account("main", "bitget")
        resolve(markets)
        book.enter(BTC, ManualEntry(entered_long(), is_restored=True))
        assert book.get_all_positions() == {}

    def test_inverse_position_keeps_size_and_entry(self, markets: Markets, book: LiveBook):
        of = replace(OF, payoff="inverse", settle="BTC", quote="USD")
        markets.apply(REQUESTED, InstrumentResolved(of))
        entry = entered(side="short", entry_price="64123.7", size="0.3")
        book.enter(BTC, ManualEntry(entry))
        actual = book.get_all_positions()[MANUAL].position
        expected = entry.position(of)
        assert actual.entry_price == expected.entry_price
        assert actual.contracts == expected.contracts


class TestLevels:
    def test_manual_levels_apply_to_account_positions_and_are_announced(
        self, markets: Markets, book: LiveBook, account
    ):
        account("main", "bitget", position(LONG))
        resolve(markets)
        markets.apply(BTC, received(last="99"))
        updates: list[PositionUpdate] = []
        book.register(updates.append)
        book.enter(BTC, ManualEntry(entered(trap_low="98", trap_high="99.5")))
        (live,) = book.get_all_positions().values()
        assert live.status is RiskStatus.TRAP_ZONE
        assert [update.position.status for update in updates] == [RiskStatus.TRAP_ZONE]

    def test_manual_levels_apply_to_their_own_market_only(self, markets: Markets, book: LiveBook, account):
        account("main", "bitget", position(LONG))
        account("other", "bybit", position(LONG))
        resolve(markets)
        for key in (BTC, BYBIT):
            markets.apply(key, received(last="99"))
        book.enter(BTC, ManualEntry(entered(trap_low="98", trap_high="99.5")))
        assert {key.account: live.status for key, live in book.get_all_positions().items()} == {
            "main": RiskStatus.TRAP_ZONE,
            "other": RiskStatus.UNDERWATER,
        }

    def test_margin_tiers_change_the_liquidation_estimate(self, markets: Markets, book: LiveBook, account):
        account("main", "bitget", position(SHORT, entry="104", margin_mode="isolated"))
        resolve(markets)
        (before,) = book.get_all_positions().values()
        markets.apply(BTC, MarginTiersReceived((MarginTier(Decimal(0), Decimal("0.04")),)))
        (after,) = book.get_all_positions().values()
        assert before.liquidation_price != after.liquidation_price
        assert (after.liquidation_price, after.liquidation_is_estimate) == (110, True)  # 104 × 1.1 / 1.04


class TestPrices:
    def test_market_listeners_see_positions_valued_at_the_new_price(
        self, markets: Markets, book: LiveBook, account
    ):
        account("main", "bitget", position(LONG))
        seen: list[Decimal | None] = []
        markets.register(lambda _: seen.append(book.open_in(BTC)[0].unrealized_pnl))
        resolve(markets)
        markets.apply(BTC, received(last="105"))
        markets.apply(BTC, received(last="106"))
        assert seen == [None, 5, 6]

    @pytest.mark.parametrize(
        ("now", "pnl", "on_mark"),
        [
            pytest.param(5_000, 10, True, id="the mark is just live"),
            pytest.param(5_001, 5, False, id="the mark is too old, the last price is live"),
            pytest.param(8_000, 5, False, id="the last price is just live"),
            pytest.param(8_001, None, False, id="both are too old"),
        ],
    )
    def test_valuation_ages_without_an_event(
        self, markets: Markets, book: LiveBook, account, clock: Clock, now, pnl, on_mark
    ):
        account("main", "bitget", position(LONG))
        resolve(markets)
        markets.apply(BTC, received(at=0, mark="110"))
        clock.now = 3_000
        markets.apply(BTC, received(at=3_000, last="105"))
        clock.now = now
        (live,) = book.open_in(BTC)
        assert (live.unrealized_pnl, live.valuation.on_mark) == (pnl, on_mark)
        assert live.status is (RiskStatus.UNKNOWN if pnl is None else RiskStatus.PROFIT)


class TestPriceBasis:
    """Changes between mark and last price are reported, since they move PnL although the market did not."""

    @pytest.fixture
    def tick(self, markets: Markets, clock: Clock) -> Callable[..., None]:
        """Applies prices received at an instant."""

        def tick(at: int, **prices: str) -> None:
            clock.now = at
            markets.apply(BTC, received(at=at, **prices))

        resolve(markets)
        return tick

    def test_loss_and_return_of_the_mark_are_events(self, book: LiveBook, account, tick):
        account("main", "bitget", position(LONG))
        tick(0, last="105", mark="110")
        for at in range(1_000, 60_000, 1_000):
            tick(at, last="105", **({"mark": "110"} if at >= 20_000 else {}))
        texts = [entry.text for entry in book.events if entry.kind is ValuationChange.BASIS]
        assert texts == [
            "valued on the mark price again",
            "valued on the last price: no mark price for 6 s",
        ]

    def test_prices_at_the_start_are_no_event(self, book: LiveBook, account, tick):
        account("main", "bitget", position(LONG))
        tick(0, last="105")
        tick(1_000, mark="110")
        (live,) = book.open_in(BTC)
        assert live.price_basis == "mark"
        assert ValuationChange.BASIS not in {entry.kind for entry in book.events}

    def test_outage_of_all_prices_is_no_change_of_the_basis(self, book: LiveBook, account, tick):
        account("main", "bitget", position(LONG))
        tick(0, last="105", mark="110")
        tick(60_000, last="105")
        tick(60_100, mark="110")
        assert [live.price_basis for live in book.open_in(BTC)] == ["mark"]
        assert ValuationChange.BASIS not in {entry.kind for entry in book.events}

    def test_mark_is_live_up_to_its_own_limit(self, markets: Markets, book: LiveBook, account, clock, tick):
        account("main", "bitget", position(LONG))
        mark = Quote(Decimal(110), 0, limit_ms=15_000)
        markets.apply(BTC, PriceReceived(Transport.STREAM, 0, Ticker(mark=mark)))
        for now, basis in ((15_000, "mark"), (15_001, "last")):
            tick(now, last="105")
            assert [live.price_basis for live in book.open_in(BTC)] == [basis]
            (valued,) = book.as_valued().values()
            assert valued.at(now) is valued


class TestAccounts:
    """Two accounts on two exchanges, with the same symbol."""

    @pytest.fixture(autouse=True)
    def two(self, markets: Markets, account):
        account("one", "bitget", position(LONG, "1", "100"))
        account("two", "bybit", position(SHORT, "2", "100"))
        resolve(markets)
        markets.apply(BTC, PriceReceived(Transport.STREAM, 0, ticker(last="110")))
        markets.apply(BYBIT, PriceReceived(Transport.STREAM, 0, ticker(last="120")))

    def test_positions_are_valued_at_the_price_of_their_exchange(self, book: LiveBook):
        assert {key.account: live.unrealized_pnl for key, live in book.get_all_positions().items()} == {
            "one": 10,
            "two": -40,
        }
        assert (book.summary().active_positions, book.summary().unrealized_pnl) == (2, -30)

    def test_labels_of_two_accounts_differ(self, book: LiveBook):
        labels = {book.labels.label(key): key for key in book.get_all_positions()}
        assert list(labels) == [OF.symbol, f"{OF.symbol}@two"]
        assert all(book.find(label) == key for label, key in labels.items())

    def test_failing_account_does_not_affect_the_other(self, book: LiveBook):
        book.set_health("two", read_at=0, problem="no answer")
        assert {name: health.problem for name, health in book.accounts.items()} == {
            "one": None,
            "two": "no answer",
        }
        assert book.reason_unknown(BTC) is None

    def test_totals_are_unknown_before_an_account_is_read(self, book: LiveBook, account):
        account("three", "okx")
        assert book.summary().total_pnl is None


class TestSeparateManualPosition:
    def test_its_levels_do_not_reach_the_accounts_position(self, markets: Markets, book: LiveBook, account):
        account("main", "bitget", position(LONG))
        resolve(markets)
        markets.apply(BTC, received(last="99"))
        book.enter(BTC, ManualEntry(entered_long(trap_low="98", trap_high="99.5")))
        statuses = {key.account: live.status for key, live in book.get_all_positions().items()}
        assert statuses == {"main": RiskStatus.UNDERWATER, "bitget manual": RiskStatus.TRAP_ZONE}

    def test_an_entry_under_the_requested_key_counts_after_it_was_resolved(
        self, markets: Markets, book: LiveBook
    ):
        resolve(markets)
        book.enter(REQUESTED, ManualEntry(entered_long()))
        assert set(book.get_all_positions()) == {MANUAL}
