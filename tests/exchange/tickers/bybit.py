"""Bybit: a delta has only what changed; ccxt merges it into the snapshot."""

from tests.exchange.builders import market
from tests.exchange.tickers.ticker_case import TickerCase

STREAM = "https://bybit-exchange.github.io/docs/v5/websocket/public/ticker"
REQUEST = "https://bybit-exchange.github.io/docs/v5/market/tickers"
BTC = market("BTC/USDT:USDT", "BTCUSDT")
BTC_INVERSE = market("BTC/USD:BTC", "BTCUSD")
BTC_SPOT = market("BTC/USDT", "BTCUSDT")

CASES = (
    TickerCase(
        "linear stream",
        BTC,
        {
            "topic": "tickers.BTCUSDT", "type": "snapshot", "cs": 24987956059, "ts": 1673272861686,
            "data": {
                "symbol": "BTCUSDT", "tickDirection": "PlusTick", "price24hPcnt": "0.017103",
                "lastPrice": "17216.00", "prevPrice24h": "16926.50", "highPrice24h": "17281.50",
                "lowPrice24h": "16915.00", "prevPrice1h": "17238.00", "markPrice": "17217.33",
                "indexPrice": "17227.36", "openInterest": "68744.761",
                "openInterestValue": "1183601235.91", "turnover24h": "1570383121.943499",
                "volume24h": "91705.276", "nextFundingTime": "1673280000000", "fundingRate": "-0.000212",
                "bid1Price": "17215.50", "bid1Size": "84.489", "ask1Price": "17216.00", "ask1Size": "83.020",
            },
        },
        {"last": "17216", "bid": "17215.5", "ask": "17216", "mark": "17217.33", "change_24h": "1.7103"},
        STREAM,
    ),
    TickerCase(
        "inverse request",
        BTC_INVERSE,
        {
            "retCode": 0, "retMsg": "OK", "retExtInfo": {}, "time": 1672376496682,
            "result": {"category": "inverse", "list": [{
                "symbol": "BTCUSD", "lastPrice": "16597.00", "indexPrice": "16598.54",
                "markPrice": "16596.00", "prevPrice24h": "16464.50", "price24hPcnt": "0.008047",
                "highPrice24h": "30912.50", "lowPrice24h": "15700.00", "prevPrice1h": "16595.50",
                "openInterest": "373504107", "openInterestValue": "22505.67",
                "turnover24h": "2352.94950046", "volume24h": "49337318", "fundingRate": "-0.001034",
                "nextFundingTime": "1672387200000", "predictedDeliveryPrice": "", "basisRate": "",
                "deliveryFeeRate": "", "deliveryTime": "0", "ask1Size": "1", "bid1Price": "16596.00",
                "ask1Price": "16597.50", "bid1Size": "1",
            }]},
        },
        {"last": "16597", "bid": "16596", "ask": "16597.5", "mark": "16596", "change_24h": "0.8047"},
        REQUEST,
        "fetch_ticker",
    ),
    TickerCase(
        "spot stream",
        BTC_SPOT,
        {
            "topic": "tickers.BTCUSDT", "ts": 1673853746003, "type": "snapshot", "cs": 2588407389,
            "data": {
                "symbol": "BTCUSDT", "lastPrice": "21109.77", "highPrice24h": "21426.99",
                "lowPrice24h": "20575", "prevPrice24h": "20704.93", "volume24h": "6780.866843",
                "turnover24h": "141946527.22907118", "price24hPcnt": "0.0196",
                "usdIndexPrice": "21120.2400136",
            },
        },
        {"last": "21109.77", "change_24h": "1.96"},
        STREAM,
    ),
)  # fmt: skip
