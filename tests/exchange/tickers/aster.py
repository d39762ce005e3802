"""Aster: ccxt gives the streams of ticker and mark price one name, so each needs its own object."""

from tests.exchange.builders import market
from tests.exchange.tickers.ticker_case import TickerCase

DOCUMENTS = "https://asterdex.github.io/aster-api-website/futures-v3"
BTC = market("BTC/USDT:USDT", "BTCUSDT")

CASES = (
    TickerCase(
        "stream",
        BTC,
        {
            "e": "24hrTicker", "E": 1754451187277, "s": "BTCUSDT", "p": "-3908.8", "P": "-3.361",
            "w": "114000.95", "c": "112400.1", "Q": "0.5", "o": "116308.9", "h": "117000", "l": "112000",
            "v": "15775", "q": "1798364986.1", "O": 1754364780000, "C": 1754451187274, "F": 6571389,
            "L": 6574507, "n": 3119,
        },
        {"last": "112400.1", "change_24h": "-3.361"},
        f"{DOCUMENTS}/websocket-market-streams/#individual-symbol-ticker-streams",
    ),
    TickerCase(
        "mark stream",
        BTC,
        {
            "e": "markPriceUpdate", "E": 1754660466000, "s": "BTCUSDT", "p": "116809.60000000",
            "P": "116595.54012838", "i": "116836.93534884", "r": "0.00010000", "T": 1754668800000,
        },
        {"mark": "116809.6"},
        f"{DOCUMENTS}/websocket-market-streams/#mark-price-stream",
        "watch_mark_price",
    ),
    TickerCase(
        "request",
        BTC,
        {
            "symbol": "BTCUSDT", "priceChange": "6.54", "priceChangePercent": "0.279",
            "weightedAvgPrice": "2330.70", "lastPrice": "2350.00", "lastQty": "4.437", "openPrice": "2343.46",
            "highPrice": "2363.20", "lowPrice": "2283.86", "volume": "267154.248",
            "quoteVolume": "622657018.70", "openTime": 1776329400000, "closeTime": 1776415832593,
            "firstId": 73520536, "lastId": 73630176, "count": 109640,
        },
        {"last": "2350", "change_24h": "0.279"},
        f"{DOCUMENTS}/market-data/#24hr-ticker-price-change-statistics",
        "fetch_ticker",
    ),
)  # fmt: skip
