"""Prices that the ticker stream of an exchange lacks come from further streams, or by requests."""

import json
from typing import Any

from dashboard.domain.events import PriceReceived, SupplementalPrice
from tests.exchange.tickers import aster, bingx, hyperliquid, okx
from tests.feed.stub_exchange import StubExchange, streaming


def frames(cases: Any) -> dict[str, Any]:
    """Returns the messages of an exchange's table by name."""
    return {case.name: case.message for case in cases}


def supplements(stub: StubExchange, figure: str) -> list[str]:
    """Returns the values of one figure in supplemental prices."""
    tickers = [event.ticker for event in stub.events if isinstance(event, SupplementalPrice)]
    return [str(quote.value.normalize()) for each in tickers if (quote := getattr(each, figure)) is not None]


def prices(stub: StubExchange) -> list[PriceReceived]:
    return [event for event in stub.events if isinstance(event, PriceReceived)]


async def test_aster_streams_ticker_and_mark_price() -> None:
    """ccxt alone subscribes to the first of the two, and gives both to one waiter."""
    message = frames(aster.CASES)
    subscribed: list[str] = []

    def answer(text: str) -> list[Any]:
        (stream,) = json.loads(text)["params"]
        subscribed.append(stream)
        return [message["mark stream" if "markPrice" in stream else "stream"]]

    stub = StubExchange({}, answer)
    async with streaming(
        stub, "aster", aster.BTC, lambda _, socket: {"ws": {"public": {"swap": f"{socket}/fstream"}}}
    ) as client:
        await stub.until(lambda: prices(stub) and supplements(stub, "mark"))
        assert set(subscribed) >= {"btcusdt@ticker", "btcusdt@markPrice@1s"}
        assert supplements(stub, "mark") == ["116809.6"]
        assert all(event.ticker.mark is None for event in prices(stub))
        client.reset_websockets()
        await stub.until(lambda: len(supplements(stub, "mark")) > 1)


async def test_bingx_mark_price_is_requested_steadily() -> None:
    """No stream has it. A mark of the occasional request in a quiet market alone would come and go."""
    message = frames(bingx.CASES)
    stub = StubExchange({"premiumIndex": message["mark request"]}, lambda _: [message["stream"]])
    async with streaming(
        stub, "bingx", bingx.BTC, lambda host, socket: {"swap": host, "ws": {"linear": socket}}
    ):
        await stub.until(lambda: len(supplements(stub, "mark")) >= 3)
    assert set(supplements(stub, "mark")) == {"42216.4"}
    assert not any("quote/ticker" in path for path in stub.requests)


async def test_hyperliquid_last_price_is_that_of_the_trades() -> None:
    message = frames(hyperliquid.CASES)
    stub = StubExchange({}, lambda text: [message["trades stream" if "trades" in text else "stream"]])
    async with streaming(stub, "hyperliquid", hyperliquid.BTC, lambda _, socket: {"ws": {"public": socket}}):
        await stub.until(lambda: supplements(stub, "last"))
    assert supplements(stub, "last") == ["68518"]
    assert all(event.ticker.last is None for event in prices(stub))


async def test_okx_mark_price_is_streamed_with_its_limit() -> None:
    message = frames(okx.CASES)
    mark = {**message["mark stream"], "arg": {"channel": "mark-price", "instId": "BTC-USDT-SWAP"}}
    mark["data"] = [{**mark["data"][0], "instId": "BTC-USDT-SWAP"}]
    stub = StubExchange({}, lambda text: [mark if "mark-price" in text else message["stream"]])
    async with streaming(stub, "okx", okx.BTC, lambda host, socket: {"rest": host, "ws": socket}):
        await stub.until(lambda: supplements(stub, "mark"))
    (event,) = [event for event in stub.events if isinstance(event, SupplementalPrice)]
    assert event.ticker.mark is not None
    assert event.ticker.mark.limit_ms == 15_000
