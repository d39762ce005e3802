"""MEXC: the mark price is `fairPrice`; with a `zone` the change is that of the day there."""

from tests.exchange.builders import market
from tests.exchange.tickers.ticker_case import TickerCase

DOCUMENTS = "https://www.mexc.com/api-docs/futures"
BTC = market("BTC/USDT:USDT", "BTC_USDT", contractSize="0.0001")
ETH = market("ETH/USDT:USDT", "ETH_USDT", contractSize="0.01")

CASES = (
    TickerCase(
        "stream",
        BTC,
        {
            "symbol": "BTC_USDT", "channel": "push.ticker", "ts": 1731137509138,
            "data": {
                "symbol": "BTC_USDT", "lastPrice": 76376.1, "riseFallRate": -0.0006, "fairPrice": 76374.4,
                "indexPrice": 76385.8, "volume24": 962062810, "amount24": 7344207079.96768,
                "maxBidPrice": 84024.3, "minAskPrice": 68747.2, "lower24Price": 75620.2,
                "high24Price": 77210, "timestamp": 1731137509138, "bid1": 76376.2, "ask1": 76376.3,
                "holdVol": 95479623, "riseFallValue": -46.5, "fundingRate": 0.0001, "zone": "UTC+8",
                "riseFallRates": [-0.0006, 0.1008, 0.2262, 0.2628, 0.2439, 1.0564],
                "riseFallRatesOfTimezone": [0.0065, -0.0013, -0.0006],
            },
        },
        {"last": "76376.1", "bid": "76376.2", "ask": "76376.3", "mark": "76374.4"},
        f"{DOCUMENTS}/websocket-api/get-a-single-ticker",
    ),
    TickerCase(
        "request",
        ETH,
        {
            "success": True, "code": 0,
            "data": {
                "symbol": "ETH_USDT", "lastPrice": 3581.3, "bid1": 3581.25, "ask1": 3581.5,
                "volume24": 4045530, "amount24": 141331823.5755, "holdVol": 5832946, "lower24Price": 3413.4,
                "high24Price": 3588.7, "riseFallRate": 0.0275, "riseFallValue": 95.95,
                "indexPrice": 3580.7852, "fairPrice": 3581.08, "fundingRate": 0.000063,
                "maxBidPrice": 3938.85, "minAskPrice": 3222.7, "timestamp": 1634162885016,
            },
        },
        {"last": "3581.3", "bid": "3581.25", "ask": "3581.5", "mark": "3581.08", "change_24h": "2.75"},
        f"{DOCUMENTS}/market-endpoints/get-ticker-contract-market-data",
        "fetch_ticker",
    ),
)  # fmt: skip
