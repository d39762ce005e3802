"""ExchangeClient over a real socket against the demo exchange."""

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
from tests.exchange.listed_markets import MARKETS
from tests.exchange.stub_session import StubSession


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoThread]:
    with running_demo(tick_interval_s=None) as running:
        yield running


@pytest.fixture
async def client(demo: DemoThread) -> AsyncIterator[ExchangeClient]:
    config = demo.exchange.ccxt_config() | {"enableRateLimit": False, "timeout_on_exit": 0}
    client = ExchangeClient(Credentials("bitget", config=config))
    yield client
    await client.close()
    demo.exchange.faults.clear()


async def test_public_data_of_one_market_is_read(client: ExchangeClient, demo: DemoThread) -> None:
    instrument = await client.resolve_instrument("BTCUSDT")
    assert (instrument.symbol, instrument.payoff) == ("BTC/USDT:USDT", Payoff.LINEAR)
    assert (client.id, client.name, client.can_stream) == ("bitget", "Bitget", True)

    lowest, *_ = tiers = await client.fetch_margin_tiers(instrument)
    assert (lowest.min_notional, lowest.maintenance_margin_rate) == (0, Decimal("0.004"))
    assert list(tiers) == sorted(tiers, key=lambda tier: tier.min_notional)

    demo.call(demo.exchange.publish("BTCUSDT", lastPr="64123.4567890123", bidPr="64123.4", askPr="64123.5"))
    for ticker in (await client.fetch_ticker(instrument), await client.watch_ticker(instrument)):
        assert ticker.last is not None
        assert str(ticker.last.value) == "64123.4567890123"
        assert ticker.mark is not None

    candles = await client.fetch_candles(instrument, "5m")
    assert candles == sorted(candles, key=lambda candle: candle.opened_at)
    assert candles
    with pytest.raises(ExchangeLacks, match=r"^bitget has no 7m candles$"):
        await client.fetch_candles(instrument, "7m")


async def test_contract_size_is_new_after_the_markets_are_reloaded(client: ExchangeClient) -> None:
    symbol = (await client.resolve_instrument("BTCUSDT")).symbol
    client._ccxt.markets[symbol]["contractSize"] = "7"  # as of yesterday
    client._instruments.clear()
    assert client.instrument(symbol).contract_size == 7
    await client.load_markets()
    assert client.instrument(symbol).contract_size == 1


async def test_failed_request_is_unavailable(client: ExchangeClient, demo: DemoThread) -> None:
    instrument = await client.resolve_instrument("BTCUSDT")
    demo.exchange.faults.rest.status = 503
    with pytest.raises(ExchangeUnavailable, match=r"^bitget: "):
        await client.fetch_ticker(instrument)
    demo.exchange.faults.clear()


async def test_two_markets_are_streamed_at_once(client: ExchangeClient, demo: DemoThread) -> None:
    bitcoin, ether = await client.resolve_instrument("BTCUSDT"), client.instrument("ETH/USDT:USDT")
    assert client.instrument("ETH/USDT:USDT") is ether
    demo.call(demo.exchange.publish("BTCUSDT", lastPr="64001"))
    demo.call(demo.exchange.publish("ETHUSDT", lastPr="3001"))
    tickers = await asyncio.gather(client.watch_ticker(bitcoin), client.watch_ticker(ether))
    assert [ticker.last.value for ticker in tickers] == [Decimal(64001), Decimal(3001)]
    assert client.has_market("ETH/USDT:USDT")
    assert not client.has_market("NO/USDT:USDT")
    with pytest.raises(ExchangeLacks, match=r"^bitget does not list the market NO/USDT:USDT$"):
        client.instrument("NO/USDT:USDT")


@pytest.mark.parametrize("fault", ["truncated_json", "empty_data"])
async def test_empty_list_of_markets_is_unavailable_and_requested_again(
    client: ExchangeClient, demo: DemoThread, fault: str
) -> None:
    """ccxt treats a truncated response as an empty list, and would keep it."""
    setattr(demo.exchange.faults.rest, fault, True)
    with pytest.raises(ExchangeUnavailable):
        await client.resolve_instrument("BTCUSDT")
    demo.exchange.faults.clear()
    assert (await client.resolve_instrument("BTCUSDT")).symbol == "BTC/USDT:USDT"


@pytest.mark.parametrize(
    ("exchange", "ticker", "streams"),
    [
        pytest.param(
            "binanceusdm",
            a_ticker(last="1"),
            ["watch_mark_price", "watch_bids_asks"],
            id="binance lacks both",
        ),
        pytest.param(
            "okx", a_ticker(last="1", bid="1", ask="1"), ["watch_mark_price"], id="okx lacks the mark"
        ),
        pytest.param("bitget", a_ticker(last="1", bid="1", ask="1", mark="1"), [], id="bitget lacks nothing"),
        pytest.param("htx", a_ticker(last="1", bid="1", ask="1"), [], id="htx streams no mark price"),
    ],
)
def test_supplemental_streams_fill_the_gaps_of_a_ticker(
    exchange: str, ticker: Ticker, streams: list[str]
) -> None:
    watchers = ExchangeClient(Credentials(exchange)).supplemental_streams(an_instrument(), ticker)
    assert [cast("partial[Any]", watch).func.__name__ for watch in watchers] == streams


async def test_spot_market_has_no_margin_tiers(client: ExchangeClient) -> None:
    instrument = await client.resolve_instrument("BTC/USDT")
    assert await client.fetch_margin_tiers(instrument) == ()


def test_spot_market_has_no_mark_price_stream() -> None:
    spot = replace(an_instrument(), symbol="BTC/USDT", kind="spot")
    client = ExchangeClient(Credentials("okx"))
    assert client.supplemental_streams(spot, a_ticker(last="1", bid="1", ask="1")) == []


@pytest.mark.parametrize(
    ("exchange", "symbol", "level", "line"),
    [
        ("okx", "BTC-USDT", "WARNING",
         "okx: BTC/USDT:USDT is shown for 'BTC-USDT', not BTC/USDT, BTC/USDT:USDT-260327"),
        ("bitget", "BTCUSDT", "INFO", "bitget: BTC/USDT:USDT is shown for 'BTCUSDT', not BTC/USDT"),
    ],
    ids=["the id of spot alone", "the id of both"],
)  # fmt: skip
async def test_log_names_the_markets_that_were_not_chosen(
    exchange: str, symbol: str, level: str, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    config = {"session": StubSession(MARKETS[exchange]), "enableRateLimit": False, "timeout_on_exit": 0}
    client = ExchangeClient(Credentials(exchange, config=config))
    with caplog.at_level("INFO", "dashboard"):
        await client.resolve_instrument(symbol)
    assert [(each.levelname, each.message) for each in caplog.records if "shown" in each.message] == [
        (level, line)
    ]
    await client.close()
