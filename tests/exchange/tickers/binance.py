"""Binance: the mini ticker of ccxt's stream has neither bid, ask nor mark; they have streams of their own."""

from tests.exchange.builders import market
from tests.exchange.tickers.ticker_case import TickerCase

SPOT = "https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams"
REQUEST = "https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints"
BTC_SPOT = market("BTC/USDT", "BTCUSDT", lowercaseId="btcusdt")

CASES = (
    TickerCase(
        "spot stream",
        BTC_SPOT,
        {
            "e": "24hrMiniTicker", "E": 1672515782136, "s": "BTCUSDT", "c": "0.95900000", "o": "0.91200000",
            "h": "1.04000000", "l": "0.89400000", "v": "2109995.32000000", "q": "2019254.05788000",
        },
        {"last": "0.959", "change_24h": "5.1535"},
        f"{SPOT}#individual-symbol-mini-ticker-stream",
    ),
    TickerCase(
        "spot request",
        BTC_SPOT,
        {
            "symbol": "BTCUSDT", "priceChange": "-188.18000000", "priceChangePercent": "-0.159",
            "weightedAvgPrice": "118356.64734074", "lastPrice": "118449.03000000",
            "prevClosePrice": "118637.22000000", "lastQty": "0.00731000", "bidPrice": "118449.02000000",
            "bidQty": "7.15931000", "askPrice": "118449.03000000", "askQty": "0.09592000",
            "openPrice": "118637.21000000", "highPrice": "119273.36000000", "lowPrice": "117427.50000000",
            "volume": "14741.41491000", "quoteVolume": "1744744445.80640740", "openTime": 1753701474013,
            "closeTime": 1753787874013, "firstId": 5116031635, "lastId": 5117964946, "count": 1933312,
        },
        {"last": "118449.03", "bid": "118449.02", "ask": "118449.03", "change_24h": "-0.159"},
        f"{REQUEST}#24hr-ticker-price-change-statistics",
        "fetch_ticker",
    ),
)  # fmt: skip
