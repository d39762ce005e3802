"""Markets: one state a market, keyed by exchange and symbol."""

import logging

import pytest

from dashboard.domain.events import InstrumentResolved
from dashboard.domain.keys import MarketKey
from dashboard.state.markets import Markets
from dashboard.state.runtime import MarketSnapshot
from tests.domain.builders import instrument, received

INSTRUMENT = instrument()
REQUESTED, MAIN = MarketKey("bitget", "BTCUSDT"), MarketKey("bitget", INSTRUMENT.symbol)
OTHER_EXCHANGE = MarketKey("bybit", INSTRUMENT.symbol)


@pytest.fixture
def markets() -> Markets:
    return Markets(REQUESTED, 2_000)


def last(snapshot: MarketSnapshot) -> object:
    return snapshot.ticker.last and snapshot.ticker.last.value


def test_the_main_market_is_found_under_both_of_its_keys(markets: Markets) -> None:
    assert markets.main_key == REQUESTED
    markets.apply(REQUESTED, InstrumentResolved(INSTRUMENT))
    assert markets.main_key == MAIN
    assert markets.get(REQUESTED) is markets.get(MAIN) is markets.main
    assert list(markets.snapshots()) == [MAIN]


def test_the_same_symbol_on_two_exchanges_is_two_markets(markets: Markets) -> None:
    markets.apply(REQUESTED, InstrumentResolved(INSTRUMENT))
    markets.apply(MAIN, received(last="100"))
    markets.apply(OTHER_EXCHANGE, received(last="101"))
    assert {key: last(snapshot) for key, snapshot in markets.snapshots().items()} == {
        MAIN: 100,
        OTHER_EXCHANGE: 101,
    }


def test_only_the_main_market_and_wanted_ones_are_kept(markets: Markets) -> None:
    markets.apply(OTHER_EXCHANGE, received(last="101"))
    markets.keep([OTHER_EXCHANGE])
    assert markets.get(OTHER_EXCHANGE) is not None
    markets.keep([])
    assert markets.get(OTHER_EXCHANGE) is None
    assert markets.get(REQUESTED) is markets.main


def test_listeners_receive_every_market_and_cannot_affect_each_other(
    markets: Markets, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[MarketKey] = []
    markets.register(lambda _: 1 / 0)
    unregister = markets.register(lambda snapshot: seen.append(snapshot.key))
    with caplog.at_level(logging.ERROR):
        markets.apply(REQUESTED, received(last="100"))
        markets.apply(OTHER_EXCHANGE, received(last="101"))
    unregister()
    markets.apply(OTHER_EXCHANGE, received(last="102"))
    assert seen == [REQUESTED, OTHER_EXCHANGE]
    assert "ZeroDivisionError" in caplog.text
