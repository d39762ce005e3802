"""BingX: no stream has the mark price; it is requested."""

from tests.exchange.builders import market
from tests.exchange.tickers.ticker_case import TickerCase

DOCUMENTS = "https://bingx-api.github.io/docs-v3/#/en/Swap"
BTC = market("BTC/USDT:USDT", "BTC-USDT")
MARK = {
    "code": 0, "msg": "",
    "data": {
        "symbol": "BTC-USDT", "markPrice": "42216.4", "indexPrice": "42219.9",
        "lastFundingRate": "0.00025100", "nextFundingTime": 1702742400000,
    },
}  # fmt: skip
TICKER = {
    "code": 0, "msg": "",
    "data": {
        "symbol": "BTC-USDT", "priceChange": "52.5", "priceChangePercent": "0.31%", "lastPrice": "16880.5",
        "lastQty": "2.2238", "highPrice": "16897.5", "lowPrice": "16726.0", "volume": "245870.1692",
        "quoteVolume": "4151395117.73", "openPrice": "16832.0", "openTime": 1672026667803,
        "closeTime": 1672026648425, "bidPrice": "16880.4", "bidQty": "0.05", "askPrice": "16880.6",
        "askQty": "0.05",
    },
}  # fmt: skip

CASES = (
    TickerCase(
        "stream",
        BTC,
        {
            "code": 0, "dataType": "BTC-USDT@ticker",
            "data": {
                "e": "24hTicker", "E": 1706498923556, "s": "BTC-USDT", "p": "346.4", "P": "0.82",
                "c": "42432.5", "L": "0.0529", "h": "42855.4", "l": "41578.3", "v": "64310.9754",
                "q": "2728360284.15", "o": "42086.1", "O": 1706498922655, "C": 1706498883023,
                "A": "42437.8", "a": "1.4160", "B": "42437.1", "b": "2.5747",
            },
        },
        {"last": "42432.5", "bid": "42437.1", "ask": "42437.8", "change_24h": "0.8231"},
        f"{DOCUMENTS}/Websocket%20Market%20Data/Subscribe%20to%2024-hour%20price%20changes",
    ),
    TickerCase(
        "mark request",
        BTC,
        MARK,
        {"mark": "42216.4"},
        f"{DOCUMENTS}/Market%20Data/Mark%20Price%20and%20Funding%20Rate",
        "fetch_mark_price",
    ),
    TickerCase(
        "request",
        BTC,
        MARK,
        {"last": "16880.5", "bid": "16880.4", "ask": "16880.6", "mark": "42216.4", "change_24h": "0.31"},
        f"{DOCUMENTS}/Market%20Data/24hr%20Ticker%20Price%20Change%20Statistics",
        "fetch_ticker",
        before=(TICKER,),
    ),
)  # fmt: skip
