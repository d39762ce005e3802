"""Deribit: ccxt drops the change, which stands in `stats`; a market without trades has no last price."""

from typing import Any

from tests.exchange.builders import market
from tests.exchange.tickers.ticker_case import TickerCase

STREAM = "https://docs.deribit.com/#ticker-instrument_name-interval"
BTC = market("BTC/USD:BTC", "BTC-PERPETUAL", contractSize="10")
TICKER: dict[str, Any] = {
    "timestamp": 1571386349530, "state": "open", "settlement_price": 7930.08, "open_interest": 172003,
    "min_price": 7834.68, "max_price": 8075.34, "mark_price": 7955.01, "last_price": 7950.5,
    "instrument_name": "BTC-PERPETUAL", "index_price": 7954.42, "funding_8h": -0.0000026,
    "current_funding": 0, "best_bid_price": 7950, "best_bid_amount": 19470, "best_ask_price": 7950.5,
    "best_ask_amount": 343280,
    "stats": {"volume": 219.2, "volume_usd": 1747000, "low": 7861, "high": 8069.5, "price_change": -1.0453},
}  # fmt: skip
PRICES = {"bid": "7950", "ask": "7950.5", "mark": "7955.01"}


def frame(data: dict[str, Any]) -> dict[str, Any]:
    """Returns the frame of the ticker's channel."""
    params = {"channel": "ticker.BTC-PERPETUAL.100ms", "data": data}
    return {"jsonrpc": "2.0", "method": "subscription", "params": params}


CASES = (
    TickerCase("stream", BTC, frame(TICKER), PRICES | {"last": "7950.5", "change_24h": "-1.0453"}, STREAM),
    TickerCase(
        "stream without trades",
        BTC,
        frame(TICKER | {"last_price": None, "stats": {"volume": None, "low": None, "price_change": None}}),
        PRICES,
        STREAM,
    ),
    TickerCase(
        "request",
        BTC,
        {"jsonrpc": "2.0", "id": 8106, "result": TICKER, "usIn": 1, "usOut": 2, "usDiff": 1},
        PRICES | {"last": "7950.5", "change_24h": "-1.0453"},
        "https://docs.deribit.com/#public-ticker",
        "fetch_ticker",
    ),
)
