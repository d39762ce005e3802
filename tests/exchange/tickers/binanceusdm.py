"""Binance USD-M: the mini ticker of ccxt's stream has neither bid, ask nor mark; they have own streams."""

from tests.exchange.builders import market
from tests.exchange.tickers.ticker_case import TickerCase

DOCUMENTS = "https://developers.binance.com/docs/derivatives/usds-margined-futures"
BTC = market("BTC/USDT:USDT", "BTCUSDT", lowercaseId="btcusdt")

CASES = (
    TickerCase(
        "stream",
        BTC,
        {
            "e": "24hrMiniTicker", "E": 1672515782136, "s": "BTCUSDT", "c": "100050.1", "o": "98550.1",
            "h": "100400.0", "l": "98000.0", "v": "10000", "q": "995001500",
        },
        {"last": "100050.1", "change_24h": "1.5221"},
        f"{DOCUMENTS}/websocket-market-streams/Individual-Symbol-Mini-Ticker-Stream",
    ),
    TickerCase(
        "mark stream",
        BTC,
        {
            "e": "markPriceUpdate", "E": 1562305380000, "s": "BTCUSDT", "p": "11794.15000000",
            "i": "11784.62659091", "P": "11784.25641265", "r": "0.00038167", "T": 1562306400000,
        },
        {"mark": "11794.15"},
        f"{DOCUMENTS}/websocket-market-streams/Mark-Price-Stream",
        "watch_mark_price",
    ),
    TickerCase(
        "bid and ask stream",
        BTC,
        {
            "e": "bookTicker", "u": 400900217, "E": 1568014460893, "T": 1568014460891, "s": "BTCUSDT",
            "b": "25.35190000", "B": "31.21000000", "a": "25.36520000", "A": "40.66000000",
        },
        {"bid": "25.3519", "ask": "25.3652"},
        f"{DOCUMENTS}/websocket-market-streams/Individual-Symbol-Book-Ticker-Streams",
        "watch_bids_asks",
    ),
    TickerCase(
        "request",
        BTC,
        {
            "symbol": "BTCUSDT", "markPrice": "11793.63104565", "indexPrice": "11781.80495970",
            "estimatedSettlePrice": "11781.16138815", "lastFundingRate": "0.00038246",
            "nextFundingTime": 1597392000000, "interestRate": "0.00010000", "time": 1597370495002,
        },
        {"last": "11800.5", "mark": "11793.63104565", "change_24h": "-6.777"},
        f"{DOCUMENTS}/market-data/rest-api/24hr-Ticker-Price-Change-Statistics, …/Mark-Price",
        "fetch_ticker",
        before=({
            "symbol": "BTCUSDT", "priceChange": "-857.9", "priceChangePercent": "-6.777",
            "weightedAvgPrice": "12100.5", "lastPrice": "11800.5", "lastQty": "16", "openPrice": "12658.4",
            "highPrice": "12700", "lowPrice": "11700", "volume": "120588", "quoteVolume": "1459171674.0",
            "openTime": 1753701720000, "closeTime": 1753788172414, "firstId": 72234973, "lastId": 72423677,
            "count": 188700,
        },),
    ),
)  # fmt: skip
