"""ExchangeClient over a real socket, against the demo exchange."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any, cast

import pytest

from dashboard.demo.thread import DemoThread, running_demo
from dashboard.domain.market import Payoff, Ticker
from dashboard.errors import ExchangeLacks, ExchangeUnavailable
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.exchange_client import ExchangeClient
from tests.domain.builders import instrument as an_instrument
from tests.domain.builders import ticker as a_ticker


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoThread]:
    with running_demo(tick_interval_s=None) as it:
        yield it


@pytest.fixture
async def client(demo: DemoThread) -> AsyncIterator[ExchangeClient]:
    config = demo.exchange.ccxt_config() | {"enableRateLimit": False}
    it = ExchangeClient(Credentials("bitget", config=config))
    yield it
    await it.close()
    demo.exchange.faults.clear()


async def test_it_reads_one_market(client: ExchangeClient, demo: DemoThread) -> None:
    instrument = await client.open("BTCUSDT")
    assert (instrument.symbol, instrument.payoff) == ("BTC/USDT:USDT", Payoff.LINEAR)
    assert (client.id, client.name, client.can_stream) == ("bitget", "Bitget", True)

    lowest, *_ = tiers = await client.fetch_tiers(instrument)
    assert (lowest.floor, lowest.maintenance_margin_rate) == (0, Decimal("0.004"))
    assert list(tiers) == sorted(tiers, key=lambda tier: tier.floor)

    demo.call(demo.exchange.publish("BTCUSDT", lastPr="64123.4567890123", bidPr="64123.4", askPr="64123.5"))
    for seen in (await client.fetch_ticker(instrument), await client.watch_ticker(instrument)):
        assert seen.last is not None
        assert str(seen.last.value) == "64123.4567890123"
        assert seen.mark is not None

    bars = await client.fetch_candles(instrument, "5m")
    assert bars == sorted(bars, key=lambda bar: bar.opened_at)
    assert bars
    with pytest.raises(ExchangeLacks, match=r"^bitget has no 7m candles$"):
        await client.fetch_candles(instrument, "7m")


async def test_what_fails_is_an_error_of_ours(client: ExchangeClient, demo: DemoThread) -> None:
    instrument = await client.open("BTCUSDT")
    demo.exchange.faults.rest.status = 503
    with pytest.raises(ExchangeUnavailable, match=r"^bitget: "):
        await client.fetch_ticker(instrument)
    demo.exchange.faults.clear()


async def test_two_markets_at_once(client: ExchangeClient, demo: DemoThread) -> None:
    bitcoin, ether = await client.open("BTCUSDT"), client.instrument("ETH/USDT:USDT")
    assert client.instrument("ETH/USDT:USDT") is ether
    demo.call(demo.exchange.publish("BTCUSDT", lastPr="64001"))
    demo.call(demo.exchange.publish("ETHUSDT", lastPr="3001"))
    seen = await asyncio.gather(client.watch_ticker(bitcoin), client.watch_ticker(ether))
    assert [ticker.last.value for ticker in seen] == [Decimal(64001), Decimal(3001)]
    assert client.lists("ETH/USDT:USDT")
    assert not client.lists("NO/USDT:USDT")
    with pytest.raises(ExchangeLacks, match=r"^bitget: NO/USDT:USDT is not among its markets$"):
        client.instrument("NO/USDT:USDT")


@pytest.mark.parametrize("fault", ["truncated_json", "empty_data"])
async def test_an_empty_list_of_markets_is_a_failure_that_passes(
    client: ExchangeClient, demo: DemoThread, fault: str
) -> None:
    """ccxt takes a truncated answer for no markets at all, and would stay with it."""
    setattr(demo.exchange.faults.rest, fault, True)
    with pytest.raises(ExchangeUnavailable):
        await client.open("BTCUSDT")
    demo.exchange.faults.clear()
    assert (await client.open("BTCUSDT")).symbol == "BTC/USDT:USDT"


@pytest.mark.parametrize(
    ("exchange", "seen", "streams"),
    [
        pytest.param(
            "binanceusdm", a_ticker(last="1"), ["watch_mark", "watch_book"], id="binance lacks both"
        ),
        pytest.param("okx", a_ticker(last="1", bid="1", ask="1"), ["watch_mark"], id="okx lacks the mark"),
        pytest.param("bitget", a_ticker(last="1", bid="1", ask="1", mark="1"), [], id="bitget lacks nothing"),
        pytest.param("htx", a_ticker(last="1", bid="1", ask="1"), [], id="htx has no mark to watch"),
    ],
)
def test_streams_beside_the_main_one(exchange: str, seen: Ticker, streams: list[str]) -> None:
    it = ExchangeClient(Credentials(exchange))
    assert [
        cast("partial[Any]", watch).func.__name__ for watch in it.streams_beside(an_instrument(), seen)
    ] == streams


async def test_spot_has_no_margin(client: ExchangeClient) -> None:
    instrument = await client.open("BTC/USDT")
    assert await client.fetch_tiers(instrument) == ()


def test_spot_has_no_mark_to_watch() -> None:
    spot = replace(an_instrument(), symbol="BTC/USDT", kind="spot")
    assert ExchangeClient(Credentials("okx")).streams_beside(spot, a_ticker(last="1", bid="1", ask="1")) == []
