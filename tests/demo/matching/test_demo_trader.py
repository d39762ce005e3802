"""The automatic trader over a simulated hour, with a clock that the test sets."""

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
from tests.waiting import TIMEOUT_S

OPENED_MS = 1_795_216_493_958
HOUR_MS = 3_600_000
CENT = Decimal("0.01")


class TradedHour:
    """An hour of trading, with the age, size and entry of the bitcoin position each second."""

    def __init__(self, seed: int, length_ms: int = HOUR_MS) -> None:
        self.now_ms = OPENED_MS
        self.account = DemoAccount()
        market = DemoMarket(seed, OPENED_MS)
        self.quote_board = QuoteBoard(market, lambda: self.now_ms, lambda: self.now_ms)
        engine = TradingEngine(self.quote_board, self.account, DemoTrader(seed))
        engine.record_openings()
        self.core: list[tuple[int, Decimal, Decimal]] = []
        while self.now_ms < OPENED_MS + length_ms:
            self.now_ms += 1000
            engine.advance()
            [core] = [p for p in self.account.positions if p.symbol == "BTCUSDT"]
            assert core.hold_side == "long"
            self.core.append((self.now_ms - OPENED_MS, core.total, core.open_price))


@pytest.fixture(scope="module", params=[1, 7, 23])
def hour(request) -> TradedHour:
    return TradedHour(request.param)


def signed(fill) -> Decimal:
    return fill.size if fill.order.side == "buy" else -fill.size


def test_positions_are_the_sum_of_their_fills(hour):
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for fill in hour.account.fills:
        sums[fill.symbol] += signed(fill)
    open_sizes = {position.symbol: position.sign * position.total for position in hour.account.positions}
    assert {symbol: size for symbol, size in sums.items() if size} == open_sizes


def test_balance_is_the_sum_of_fills_and_bills(hour):
    account = hour.account
    earned = sum(fill.profit + fill.fee for fill in account.fills)
    moved = sum(
        bill.amount for bill in account.bills if bill.business.startswith(("contract_settle", "trans"))
    )
    assert account.balance == DEMO_BALANCE + earned + moved == account.bills[-1].balance
    assert account.available > 0
    assert all(fill.fee < 0 for fill in account.fills)


def test_equity_is_cash_flow_plus_value_of_positions(hour):
    """Money paid and received for coins, plus the coins at mark price, equals the total profit."""
    marks = {p.symbol: valuation_mark(hour.quote_board, p) for p in hour.account.positions}
    cash = -sum(signed(fill) * fill.price for fill in hour.account.fills)
    coins = sum(p.sign * p.total * marks[p.symbol] for p in hour.account.positions)
    realised = sum(fill.profit for fill in hour.account.fills)
    unrealised = sum(p.unrealized(marks[p.symbol]) for p in hour.account.positions)
    assert abs(cash + coins - realised - unrealised) < CENT


def test_closed_positions_match_their_fills(hour):
    open_profits = sum(position.achieved_profits for position in hour.account.positions)
    closed_profits = sum(closed.position.achieved_profits for closed in hour.account.closed)
    assert open_profits + closed_profits == sum(fill.profit for fill in hour.account.fills)
    for closed in hour.account.closed:
        totals = closed.position.totals
        assert totals.opened_size == totals.closed_size > 0
        difference = closed.position.sign * (totals.close_value - totals.open_value)
        assert abs(difference - closed.position.achieved_profits) < CENT


def test_bitcoin_position_stays_near_its_initial_size_and_entry(hour):
    assert {(size, entry) for age, size, entry in hour.core if age < CORE_HOLD_MS} == {
        (Decimal("0.5"), DEMO_ENTRY)
    }
    assert len({size for _, size, _ in hour.core}) > 2
    assert min(size for _, size, _ in hour.core) >= Decimal("0.35")
    assert max(size for _, size, _ in hour.core) <= Decimal("0.5")
    assert all(CORE_BUY_RANGE[0] <= entry <= CORE_BUY_RANGE[1] for _, _, entry in hour.core)
    assert CORE_BUY_RANGE[0] > DEMO_LEVELS.trap_high


def test_trader_places_one_to_twelve_orders_in_most_minutes(hour):
    minutes = Counter((order.time_ms - OPENED_MS) // 60_000 for order in hour.account.orders)
    assert all(minutes[minute] <= 12 for minute in range(60))
    assert sum(minutes[minute] > 0 for minute in range(60)) > 50
    assert {order.symbol for order in hour.account.orders} == {"BTCUSDT", "ETHUSDT", "SOLUSDT", "DOGEUSDT"}


def test_trader_stops_flips_and_fills_in_parts(hour):
    sources = Counter(order.source for order in hour.account.orders)
    assert sources["market"] > 50
    assert sources["loss_market"] > 0
    assert sources["liquidation"] <= 6
    flips = [f for f in hour.account.fills if f.profit and not f.order.reduce_only]
    assert flips
    assert any(len(hour.account.fills_of(order)) > 1 for order in hour.account.orders)


def test_ids_increase(hour):
    for entries in (hour.account.fills, hour.account.orders, hour.account.bills, hour.account.closed):
        ids = [int(entry.id) for entry in entries]
        assert ids == sorted(set(ids))


def test_same_seed_places_the_same_orders():
    first, second = (
        [(o.symbol, o.side, o.size) for o in TradedHour(3, HOUR_MS // 6).account.orders] for _ in range(2)
    )
    assert first == second


async def test_fills_of_the_trader_are_streamed_by_a_running_exchange(monkeypatch):
    monkeypatch.setattr("dashboard.demo.matching.demo_trader.TRADE_PAUSE_MS", (1, 2))
    monkeypatch.setattr("dashboard.demo.matching.demo_trader.DECISION_INTERVAL_MS", 1)
    exchange = DemoExchange(tick_interval_s=0.01, trader=True)
    await exchange.start()
    client = ccxt.pro.bitget({**exchange.ccxt_config(), "enableRateLimit": False, "timeout_on_exit": 0})
    try:
        async with asyncio.timeout(TIMEOUT_S):
            symbols: set[str] = set()
            while len(symbols) < 3:
                trades = await client.watch_my_trades(params={"type": "swap"})
                symbols |= {trade["symbol"] for trade in trades}
    finally:
        await client.close()
        await exchange.stop()
