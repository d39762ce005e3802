"""A stream of changes is silent in a quiet market: a request distinguishes that from a dead socket."""

from typing import Any

import pytest

from dashboard.domain.events import PriceReceived, Transport
from tests.exchange.tickers import hyperliquid, lighter
from tests.feed.stub_exchange import StubExchange, streaming

CONTEXT = hyperliquid.CONTEXT


def responses(mark: str) -> dict[str, Any]:
    """Returns Hyperliquid's responses with this mark price, by the type of the request."""
    universe = {"universe": [{"name": "BTC", "szDecimals": 5, "maxLeverage": 50}]}
    return {
        "spotMetaAndAssetCtxs": [{"universe": [], "tokens": []}, []],
        "metaAndAssetCtxs": [universe, [CONTEXT | {"markPx": mark}]],
        "perpDexs": [None],
    }


def prices(stub: StubExchange) -> list[PriceReceived]:
    return [event for event in stub.events if isinstance(event, PriceReceived)]


@pytest.mark.parametrize(
    ("mark", "transport"),
    [
        pytest.param(CONTEXT["markPx"], Transport.STREAM, id="confirmed"),
        pytest.param("15", Transport.POLL, id="the socket is dead"),
    ],
)
async def test_mark_price_decides_where_nothing_else_is_streamed(mark: str, transport: Transport) -> None:
    """Hyperliquid's ticker has no last price, bid or ask."""
    frame = {"channel": "activeAssetCtx", "data": {"coin": "BTC", "ctx": CONTEXT}}
    stub = StubExchange(responses(mark), lambda text: [frame] if "activeAssetCtx" in text else [])
    async with streaming(stub, "hyperliquid", hyperliquid.BTC, lambda host, socket: {
        "public": host, "ws": {"public": socket},
    }):  # fmt: skip
        await stub.until(lambda: len(prices(stub)) >= 2)
    streamed, requested, *_ = prices(stub)
    assert (streamed.transport, requested.transport) == (Transport.STREAM, transport)


async def test_streamed_price_may_age_while_a_slow_request_confirms_it() -> None:
    """Lighter allows one request per second: with some markets, each waits for the others."""
    message = {case.name: case.message for case in lighter.CASES}
    (row,) = message["request"]["order_book_details"]
    confirmation = {"code": 200, "order_book_details": [row | {"last_trade_price": 3013.13}]}
    stub = StubExchange({"orderBookDetails": confirmation}, lambda _: [message["stream"]])
    stub.delay_s = 0.2
    async with streaming(stub, "lighter", lighter.ETH, lambda host, socket: {"public": host, "ws": socket}):
        await stub.until(lambda: len(prices(stub)) >= 2)
        await stub.push(message["stream"])
        await stub.until(lambda: len(prices(stub)) >= 3)
    first, confirmed, next_streamed, *_ = prices(stub)
    assert {event.transport for event in prices(stub)} == {Transport.STREAM}
    assert first.request_time_ms == 0
    assert confirmed.request_time_ms >= 200
    assert next_streamed.request_time_ms == confirmed.request_time_ms
