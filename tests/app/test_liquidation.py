"""LIQUIDATED is shown only after a reading that began once the price was beyond the liquidation price."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from dashboard.api import serializers
from dashboard.app.context import AppContext, EngineInfo
from dashboard.clock import now_ms
from dashboard.demo import POSITIONS
from dashboard.demo.account.demo_position import DemoPosition
from dashboard.domain.feed_state import FeedState
from dashboard.domain.keys import MarketKey
from dashboard.domain.market import Candle
from dashboard.positions.models import LivePosition
from dashboard.positions.position_book import PositionBook
from dashboard.web.views.page_view import PageView
from tests.feed.harness import FeedHarness
from tests.redis_server import RedisServer
from tests.replication.harness import mirrored, published
from tests.waiting import until

BEYOND = "60500"
"""Below the liquidation price of the demo's long, 61,044.2."""
CONFIRMING = "Liquidation price reached; being confirmed by a new reading of the account."


async def no_command(*_given: object) -> None: ...


async def no_candles(_timeframe: str, _market: MarketKey) -> tuple[Candle, ...]:
    return ()


@dataclass
class Outlets:
    """Page, API and stream of one process, and every risk status that they showed."""

    context: AppContext
    seen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._page = PageView(self.context)
        self.context.markets.register(lambda _snapshot: self._note())
        self.context.positions.register(lambda update: self._note(update.position))

    @property
    def book(self) -> PositionBook:
        return self.context.positions

    @property
    def page(self) -> dict[str, Any]:
        return self._page.view(None)

    def shows(self, key: str, text: str) -> bool:
        """True if the page shows a text."""
        return bool(self.page[key] == text)

    @property
    def api(self) -> dict[str, Any]:
        (live,) = self.book.get_all_positions().values()
        return serializers.position_details(live, now_ms())

    def _note(self, *positions: LivePosition) -> None:
        """Runs with each change, in the thread that makes it."""
        for live in positions or self.book.get_all_positions().values():
            self.seen.append(live.status)


@dataclass
class Account:
    """The demo's long, read once, with prices that the test publishes."""

    harness: FeedHarness
    outlets: tuple[Outlets, ...]

    @property
    def position(self) -> DemoPosition:
        return self.harness.exchange.account.positions[0]

    @property
    def readings(self) -> int:
        return sum(path.startswith(POSITIONS) for path in self.harness.exchange.requests)

    def price(self, last: str) -> None:
        self.harness.demo.call(self.harness.exchange.publish("BTCUSDT", lastPr=last, markPrice=last))

    def until_shown(self, text: str, key: str = "risk") -> None:
        """Waits until each outlet shows a risk status, or another text of the page."""
        for outlet in self.outlets:
            until(partial(outlet.shows, key, text))

    @property
    def seen(self) -> set[str]:
        return {status for outlet in self.outlets for status in outlet.seen}


@pytest.fixture
def account(redis_server: RedisServer) -> Iterator[Account]:
    with ExitStack() as stack:
        harness = stack.enter_context(FeedHarness(tick_interval_s=None))
        info = EngineInfo("Bitget", "BTCUSDT", has_account=True)
        own = AppContext(harness.markets, harness.book, lambda: info, no_command, no_candles, no_command)
        stack.enter_context(published(own, redis_server))
        mirror = stack.enter_context(mirrored(redis_server))
        worker = AppContext(mirror.markets, mirror.positions, mirror.info, no_command, no_candles, no_command)
        account = Account(harness, (Outlets(own), Outlets(worker)))
        account.price("64100")
        harness.start(account=True)
        harness.until_state(FeedState.STREAMING)
        harness.until_account_idle()
        account.until_shown("PROFIT")
        yield account


def test_liquidation_is_shown_after_a_reading_confirms_it(account: Account):
    readings = account.readings
    account.price(BEYOND)
    account.until_shown("LIQUIDATED")
    assert account.readings > readings
    for outlet in account.outlets:
        assert outlet.seen.index("EMERGENCY") < outlet.seen.index("LIQUIDATED")
        assert (outlet.api["risk"], outlet.api["liquidation_unconfirmed"]) == ("LIQUIDATED", False)


def test_added_margin_never_shows_liquidated(account: Account):
    account.position.liquidation_price = "58000"
    account.price(BEYOND)
    account.until_shown("UNDERWATER")
    assert account.seen >= {"EMERGENCY", "UNDERWATER"}
    assert "LIQUIDATED" not in account.seen
    for outlet in account.outlets:
        assert outlet.api["liquidation_price"] == "58000"


def test_failed_reading_confirms_nothing(account: Account):
    faults = account.harness.exchange.faults.rest_at(POSITIONS)
    faults.status = 503
    readings = account.readings
    account.price(BEYOND)
    until(lambda: account.readings >= readings + 3)
    account.until_shown("EMERGENCY")
    account.until_shown(CONFIRMING, "risk-why")
    for outlet in account.outlets:
        assert outlet.api["liquidation_unconfirmed"]
    assert "LIQUIDATED" not in account.seen
    faults.status = None
    account.until_shown("LIQUIDATED")


def test_position_that_the_exchange_liquidated_is_closed(account: Account):
    account.harness.demo.call(_publish_and_liquidate(account))
    until(lambda: not account.harness.open)
    account.until_shown("NO POSITION")
    assert "LIQUIDATED" not in account.seen


async def _publish_and_liquidate(account: Account) -> None:
    exchange = account.harness.exchange
    await exchange.publish("BTCUSDT", lastPr=BEYOND, markPrice=BEYOND)
    await exchange.liquidate()


def test_position_is_read_once_for_each_crossing(account: Account):
    account.price(BEYOND)
    account.until_shown("LIQUIDATED")
    account.harness.until_account_idle()
    readings = account.readings
    for price in ("60400.0", "60300.0"):
        account.price(price)
        account.until_shown(price.replace("60", "60,"), "price")
    assert account.readings == readings
    account.price("64100")
    account.until_shown("PROFIT")
    account.price(BEYOND)
    account.until_shown("LIQUIDATED")
    assert account.readings > readings
