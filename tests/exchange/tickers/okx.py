"""OKX: the mark price has a stream of its own, which repeats an unchanged one every 10 s."""

from tests.exchange.builders import market
from tests.exchange.tickers.ticker_case import TickerCase

DOCUMENTS = "https://www.okx.com/docs-v5/en"
BTC = market("BTC/USDT:USDT", "BTC-USDT-SWAP")
LTC = market("LTC/USD:LTC", "LTC-USD-SWAP")
TICKER = {
    "instType": "SWAP", "instId": "BTC-USDT-SWAP", "last": "9999.99", "lastSz": "0.1", "askPx": "9999.99",
    "askSz": "11", "bidPx": "8888.88", "bidSz": "5", "open24h": "9000", "high24h": "10000",
    "low24h": "8888.88", "volCcy24h": "2222", "vol24h": "2222", "sodUtc0": "2222", "sodUtc8": "2222",
    "ts": "1597026383085",
}  # fmt: skip

CASES = (
    TickerCase(
        "stream",
        BTC,
        {"arg": {"channel": "tickers", "instId": "BTC-USDT-SWAP"}, "data": [TICKER]},
        {"last": "9999.99", "bid": "8888.88", "ask": "9999.99", "change_24h": "11.111"},
        f"{DOCUMENTS}/#order-book-trading-market-data-ws-tickers-channel",
    ),
    TickerCase(
        "mark stream",
        LTC,
        {
            "arg": {"channel": "mark-price", "instId": "LTC-USD-SWAP"},
            "data": [{"instType": "SWAP", "instId": "LTC-USD-SWAP", "markPx": "0.1", "ts": "1597026383085"}],
        },
        {"mark": "0.1"},
        f"{DOCUMENTS}/#public-data-websocket-mark-price-channel",
        "watch_mark_price",
    ),
    TickerCase(
        "request",
        BTC,
        {
            "code": "0", "msg": "",
            "data": [
                {"instType": "SWAP", "instId": "BTC-USDT-SWAP", "markPx": "9998", "ts": "1597026383085"},
            ],
        },
        {"last": "9999.99", "bid": "8888.88", "ask": "9999.99", "mark": "9998", "change_24h": "11.111"},
        f"{DOCUMENTS}/#order-book-trading-market-data-get-ticker, …/#public-data-rest-api-get-mark-price",
        "fetch_ticker",
        before=({"code": "0", "msg": "", "data": [TICKER]},),
    ),
)  # fmt: skip
