"""Two accounts on two exchanges with the same symbol, side by side: state, book, page, API and Redis."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from dashboard.api.router import add_api
from dashboard.app.context import AppContext, EngineInfo
from dashboard.app.event_router import EventRouter
from dashboard.clock import now_ms
from dashboard.domain.events import (
    AccountFailed,
    AccountSnapshot,
    FillsReceived,
    InstrumentResolved,
    PriceReceived,
    Transport,
)
from dashboard.domain.keys import MarketKey, PositionKey
from dashboard.domain.market import Candle
from dashboard.domain.position_selection import ManualEntry
from dashboard.positions.live_book import LiveBook
from dashboard.positions.tracker import PositionTracker
from dashboard.state.markets import Markets
from dashboard.web.app import build_app
from dashboard.web.views.page_view import PageView
from tests.app_server import AppServer
from tests.domain.builders import LONG, SHORT, entered, instrument, position, ticker
from tests.domain.fill_histories import fill
from tests.redis_server import RedisServer
from tests.replication.harness import in_sync, mirrored, published
from tests.waiting import until

BTC = instrument()
BITGET, BYBIT = MarketKey("bitget", BTC.symbol), MarketKey("bybit", BTC.symbol)
ALICE, BOB = PositionKey("alice", BTC.symbol), PositionKey("bob", BTC.symbol)
BOBS_LABEL = f"{BTC.symbol}@bob"


async def no_command(*_given: object) -> None: ...


async def no_candles(_timeframe: str, _market: MarketKey) -> tuple[Candle, ...]:
    return ()


class TwoAccounts:
    """Alice is long 1 on Bitget at 100, Bob is short 2 on Bybit at 100."""

    def __init__(self) -> None:
        self.markets = Markets(MarketKey("bitget", "BTCUSDT"), 2_000)
        self.book = LiveBook(self.markets)
        self.alice = PositionTracker("alice", self.book, "bitget")
        self.bob = PositionTracker("bob", self.book, "bybit")
        self.router = EventRouter(self.markets, self.book)
        self.context = AppContext(
            self.markets,
            self.book,
            lambda: EngineInfo("Bitget", "BTCUSDT", has_account=True),
            no_command,
            no_candles,
            no_command,
        )
        self.router.market(self.markets.main_key, InstrumentResolved(BTC))
        self.router.account(self.alice, AccountSnapshot(now_ms(), 1_000, (position(LONG, "1", "100"),)))
        self.router.account(self.bob, AccountSnapshot(now_ms(), 1_000, (position(SHORT, "2", "100"),)))
        self.router.market(BYBIT, InstrumentResolved(BTC))

    def price(self, market: MarketKey, last: str) -> None:
        quotes = ticker(now_ms(), last=last, bid=last, ask=last)
        self.router.market(market, PriceReceived(Transport.STREAM, now_ms(), quotes))


@pytest.fixture
def two() -> TwoAccounts:
    it = TwoAccounts()
    it.price(BITGET, "110")
    it.price(BYBIT, "120")
    return it


@pytest.fixture(params=["one process", "through Redis"])
def context(two: TwoAccounts, request: pytest.FixtureRequest) -> Iterator[AppContext]:
    """The feed's own state, and a web worker's mirror of it."""
    if request.param == "one process":
        yield two.context
        return
    redis: RedisServer = request.getfixturevalue("redis_server")
    with ExitStack() as stack:
        stack.enter_context(published(two.context, redis))
        mirror = stack.enter_context(mirrored(redis))
        until(lambda: in_sync(mirror, two.context), 30)
        yield AppContext(mirror.markets, mirror.positions, mirror.info, no_command, no_candles, no_command)


def test_each_position_is_valued_at_the_price_of_its_exchange(context: AppContext):
    held = context.positions.get_all_positions()
    assert {key: live.unrealized_pnl for key, live in held.items()} == {ALICE: 10, BOB: -40}
    assert context.positions.summary().unrealized_pnl == Decimal(-30)


def test_the_page_shows_both_and_each_under_its_label(context: AppContext):
    page = PageView(context)
    view = page.view(None)
    assert {name: view[name]["pnl"] for name in (f"#{BTC.symbol}", f"#{BOBS_LABEL}")} == {
        f"#{BTC.symbol}": "+10.00",
        f"#{BOBS_LABEL}": "−40.00",
    }
    assert (view["focus"], view["pnl"], view["side"]) == (BTC.symbol, "+10.00", "Long 10×")
    bobs = page.view(BOBS_LABEL)
    assert (bobs["focus"], bobs["pnl"], bobs["side"]) == (BOBS_LABEL, "−40.00", "Short 10×")
    assert (bobs["price"], bobs["market"]) == ("120", "Bybit · perpetual")
    assert view["market"] == "Bitget · perpetual"


def test_levels_of_one_exchange_do_not_reach_the_other(two: TwoAccounts):
    two.book.enter(BITGET, ManualEntry(entered(stop_loss="90")))
    levels = {key: live.levels.stop_loss for key, live in two.book.get_all_positions().items() if live.levels}
    assert levels == {ALICE: 90, BOB: None}


def test_the_api_shows_both(context: AppContext):
    with served(context) as address:
        held = httpx.get(f"http://{address}/api/v1/positions").json()["positions"]
        assert {label: (each["account"], each["unrealized_pnl"]) for label, each in held.items()} == {
            BTC.symbol: ("alice", "10"),
            BOBS_LABEL: ("bob", "-40"),
        }
        summary = httpx.get(f"http://{address}/api/v1/positions/summary").json()
        assert (summary["active_positions"], summary["unrealized_pnl"]) == (2, "-30")


def test_the_streams_name_account_and_exchange(two: TwoAccounts, context: AppContext):
    with served(context) as address:
        with connect(f"ws://{address}/api/v1/positions/stream") as positions:
            assert set(json.loads(positions.recv(30))["positions"]) == {BTC.symbol, BOBS_LABEL}
            two.router.account(two.bob, FillsReceived((fill("sell 1 @ 120", 2_000),)))
            update = json.loads(positions.recv(30))
            assert (update["label"], update["event_type"], update["position"]["quantity"]) == (
                BOBS_LABEL,
                "fill",
                "3",
            )
        with connect(f"ws://{address}/api/v1/live/bbo") as bbo:
            first = [json.loads(bbo.recv(30)) for _ in range(2)]
            assert {(each["exchange"], each["bid"]) for each in first} == {
                ("bitget", "110"),
                ("bybit", "120"),
            }


def test_the_failure_of_one_account_is_its_own(two: TwoAccounts):
    two.router.account(two.bob, AccountFailed("no answer in time"))
    view, bobs = PageView(two.context).view(None), PageView(two.context).view(BOBS_LABEL)
    assert view["account-notice"] == ""
    assert "no answer in time" in bobs["account-notice"]
    with served(two.context) as address:
        degraded = httpx.get(f"http://{address}/api/v1/positions/health").json()["degraded"]
    assert [line for line in degraded if line.startswith("account")] == ["account bob: no answer in time"]


def test_markets_of_a_closed_position_are_not_watched_any_longer(two: TwoAccounts):
    two.router.account(two.bob, FillsReceived((fill("buy 2 @ 120", 2_000),)))
    assert list(two.markets.snapshots()) == [BITGET]


class served:  # noqa: N801 - reads as a function
    """Page and API of a context over a real socket."""

    def __init__(self, context: AppContext) -> None:
        app = build_app(context)
        add_api(app, context)
        self._server = AppServer(app)

    def __enter__(self) -> str:
        self._server.start()
        return self._server.address

    def __exit__(self, *_: Any) -> None:
        self._server.stop()
