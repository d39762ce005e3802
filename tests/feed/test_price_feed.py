"""PriceFeed.stop: from any thread, at any time, any number of times."""

import threading

from dashboard.domain.events import FeedEvent, SupplementalPrice
from dashboard.domain.keys import MarketKey
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.exchange_client import ExchangeClient
from dashboard.feed.price_feed import PriceFeed
from tests.domain.builders import ticker
from tests.feed.harness import FeedHarness
from tests.waiting import TIMEOUT_S


def test_stop_before_the_start_has_no_effect() -> None:
    feed = PriceFeed(ExchangeClient(Credentials("bitget")), "BTCUSDT", lambda _key, _event: None)
    feed.stop()
    feed._loop.close()


def test_stop_may_be_repeated(harness: FeedHarness) -> None:
    feed = harness.start()
    for _ in range(3):
        feed.stop()
        assert not feed.running


def test_stop_in_a_callback_of_the_feed(harness: FeedHarness) -> None:
    stopped = threading.Event()

    def stop_at_first_event(_key: MarketKey, _event: FeedEvent) -> None:
        feed.stop()
        stopped.set()

    feed = harness.start()
    feed._emit = stop_at_first_event
    assert stopped.wait(TIMEOUT_S)
    harness.until(lambda _: not feed.running)


def test_loop_that_ends_during_stop_is_no_error(harness: FeedHarness) -> None:
    """The thread may end between the look at it and the call into its loop."""
    feed = harness.start()
    feed.stop()
    feed._thread = threading.Thread(target=threading.Event().wait, args=(0.2,))
    feed._thread.start()
    feed.stop()
    assert not feed.running


def test_current_price_is_the_newest_last_price_of_any_stream() -> None:
    """Hyperliquid's last price comes from its trades, not from its ticker."""
    feed = PriceFeed(ExchangeClient(Credentials("hyperliquid")), "BTC", lambda _key, _event: None)
    for event in (SupplementalPrice(ticker(last="68518")), SupplementalPrice(ticker(mark="68510"))):
        feed._emit_main(event)
        assert feed.current_price == 68518
    feed._loop.close()
