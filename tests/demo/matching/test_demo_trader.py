"""The trader over a simulated hour, on a clock that is turned by hand."""

import asyncio
from collections import Counter, defaultdict
from decimal import Decimal

import ccxt.pro
import pytest

from dashboard.demo import DEMO_ENTRY, DEMO_LEVELS, DemoAccount, DemoExchange, DemoMarket
from dashboard.demo.account.demo_account import DEMO_BALANCE
from dashboard.demo.market.quote_board import QuoteBoard
from dashboard.demo.matching.demo_trader import CORE_BUY_RANGE, CORE_HOLD_MS, DemoTrader
from dashboard.demo.matching.trading_engine import TradingEngine
from dashboard.demo.protocol.rest_private import valuation_mark

OPENED = 1_795_216_493_958
HOUR = 3_600_000
CENT = Decimal("0.01")


class Hour:
    """An hour of trading, with what must hold at every moment noted on the way."""

    def __init__(self, seed: int, length_ms: int = HOUR) -> None:
        self.now = OPENED
        self.account = DemoAccount()
        self.board = QuoteBoard(DemoMarket(seed, OPENED), lambda: self.now, lambda: self.now)
        self.floor = TradingEngine(self.board, self.account, DemoTrader(seed))
        self.floor.record_openings()
        self.anchors: list[tuple[int, Decimal, Decimal]] = []
        while self.now < OPENED + length_ms:
            self.now += 1000
            self.floor.advance()
            [anchor] = [p for p in self.account.positions if p.symbol == "BTCUSDT"]
            assert anchor.hold_side == "long"
            self.anchors.append((self.now - OPENED, anchor.total, anchor.open_price))


@pytest.fixture(scope="module", params=[1, 7, 23])
def hour(request) -> Hour:
    return Hour(request.param)


def signed(fill) -> Decimal:
    return fill.size if fill.order.side == "buy" else -fill.size


def test_positions_are_the_sum_of_their_fills(hour):
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for fill in hour.account.fills:
        sums[fill.symbol] += signed(fill)
    held = {position.symbol: position.sign * position.total for position in hour.account.positions}
    assert {symbol: size for symbol, size in sums.items() if size} == held


def test_the_balance_is_what_fills_and_bills_say(hour):
    account = hour.account
    earned = sum(fill.profit + fill.fee for fill in account.fills)
    moved = sum(
        bill.amount for bill in account.bills if bill.business.startswith(("contract_settle", "trans"))
    )
    assert account.balance == DEMO_BALANCE + earned + moved == account.bills[-1].balance
    assert account.available > 0
    assert all(fill.fee < 0 for fill in account.fills)


def test_equity_is_what_was_paid_and_what_is_held(hour):
    """Money that left for coins and came back, with the coins at their marks, is all profit there is."""
    marks = {p.symbol: valuation_mark(hour.board, p) for p in hour.account.positions}
    cash = -sum(signed(fill) * fill.price for fill in hour.account.fills)
    coins = sum(p.sign * p.total * marks[p.symbol] for p in hour.account.positions)
    realised = sum(fill.profit for fill in hour.account.fills)
    unrealised = sum(p.unrealized(marks[p.symbol]) for p in hour.account.positions)
    assert abs(cash + coins - realised - unrealised) < CENT


def test_closed_positions_account_for_their_fills(hour):
    open_profits = sum(position.achieved_profits for position in hour.account.positions)
    closed_profits = sum(closed.position.achieved_profits for closed in hour.account.closed)
    assert open_profits + closed_profits == sum(fill.profit for fill in hour.account.fills)
    for closed in hour.account.closed:
        life = closed.position.totals
        assert life.opened_size == life.closed_size > 0
        difference = closed.position.sign * (life.close_value - life.open_value)
        assert abs(difference - closed.position.achieved_profits) < CENT


def test_bitcoin_stays_what_the_levels_are_made_for(hour):
    assert {(size, entry) for age, size, entry in hour.anchors if age < CORE_HOLD_MS} == {
        (Decimal("0.5"), DEMO_ENTRY)
    }
    assert len({size for _, size, _ in hour.anchors}) > 2
    assert min(size for _, size, _ in hour.anchors) >= Decimal("0.35")
    assert max(size for _, size, _ in hour.anchors) <= Decimal("0.5")
    assert all(CORE_BUY_RANGE[0] <= entry <= CORE_BUY_RANGE[1] for _, _, entry in hour.anchors)
    assert CORE_BUY_RANGE[0] > DEMO_LEVELS.trap_high


def test_something_happens_every_minute_but_not_too_much(hour):
    minutes = Counter((order.time_ms - OPENED) // 60_000 for order in hour.account.orders)
    assert all(minutes[minute] <= 12 for minute in range(60))
    assert sum(minutes[minute] > 0 for minute in range(60)) > 50
    assert {order.symbol for order in hour.account.orders} == {"BTCUSDT", "ETHUSDT", "SOLUSDT", "DOGEUSDT"}


def test_it_does_all_that_a_trader_does(hour):
    sources = Counter(order.source for order in hour.account.orders)
    assert sources["market"] > 50
    assert sources["loss_market"] > 0
    assert sources["liquidation"] <= 6
    flips = [f for f in hour.account.fills if f.profit and not f.order.reduce_only]
    assert flips
    assert any(len(hour.account.fills_of(order)) > 1 for order in hour.account.orders)


def test_ids_grow(hour):
    for entries in (hour.account.fills, hour.account.orders, hour.account.bills, hour.account.closed):
        ids = [int(entry.id) for entry in entries]
        assert ids == sorted(set(ids))


def test_the_same_seed_trades_the_same():
    first, again = ([(o.symbol, o.side, o.size) for o in Hour(3, HOUR // 6).account.orders] for _ in range(2))
    assert first == again


async def test_it_trades_on_a_running_exchange_whose_fills_are_heard(monkeypatch):
    monkeypatch.setattr("dashboard.demo.matching.demo_trader.TRADE_PAUSE_MS", (1, 2))
    monkeypatch.setattr("dashboard.demo.matching.demo_trader.DECISION_INTERVAL_MS", 1)
    exchange = DemoExchange(tick_interval_s=0.01, trader=True)
    await exchange.start()
    client = ccxt.pro.bitget({**exchange.ccxt_config(), "enableRateLimit": False, "timeout_on_exit": 0})
    try:
        async with asyncio.timeout(5):
            heard: set[str] = set()
            while len(heard) < 3:
                heard |= {trade["symbol"] for trade in await client.watch_my_trades(params={"type": "swap"})}
    finally:
        await client.close()
        await exchange.stop()
