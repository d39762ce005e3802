"""KuCoin: the mark price has a stream of its own, on another socket; contracts have no change of 24 hours."""

from tests.exchange.builders import market
from tests.exchange.tickers.ticker_case import TickerCase

DOCUMENTS = "https://www.kucoin.com/docs-new"
XBT = market("BTC/USDT:USDT", "XBTUSDTM", contractSize="0.001")
TICKER = {
    "sequence": 1638444978558, "symbol": "XBTUSDTM", "side": "sell", "size": 4, "price": "67158.4",
    "bestBidSize": 3, "bestBidPrice": "67169.6", "bestAskPrice": "67158.3", "bestAskSize": 32,
    "tradeId": "1784299761369", "ts": 1697708958013000000,
}  # fmt: skip
TOKEN = {
    "code": "200000",
    "data": {
        "token": "2neAiuYvAU61",
        "instanceServers": [
            {"endpoint": "wss://ws-api-futures.kucoin.com/", "encrypt": True, "protocol": "websocket",
             "pingInterval": 18000, "pingTimeout": 10000},
        ],
    },
}  # fmt: skip

CASES = (
    TickerCase(
        "stream",
        XBT,
        {
            "topic": "/contractMarket/ticker:XBTUSDTM", "type": "message", "subject": "ticker",
            "sn": 1638444978558, "data": TICKER,
        },
        {"last": "67158.4", "bid": "67169.6", "ask": "67158.3"},
        f"{DOCUMENTS}/3470081w0",
        before=(TOKEN,),
    ),
    TickerCase(
        "mark stream",
        XBT,
        {
            "T": "mark-price", "P": "1782834987171570181",
            "d": {"s": "XBTUSDTM", "mp": "67160.15", "ip": "67169.87", "oi": "50541824", "ts": 1782834987000},
        },
        {"mark": "67160.15"},
        f"{DOCUMENTS}/3470272w0",
        "watch_mark_price",
    ),
    TickerCase(
        "request",
        XBT,
        {
            "code": "200000",
            "data": {
                "symbol": "XBTUSDTM", "granularity": 1000, "timePoint": 1729254307000, "value": 67687.08,
                "indexPrice": 67683.58,
            },
        },
        {"last": "67158.4", "bid": "67169.6", "ask": "67158.3", "mark": "67687.08"},
        f"{DOCUMENTS}/rest/futures-trading/market-data/get-ticker, …/get-mark-price",
        "fetch_ticker",
        before=({"code": "200000", "data": TICKER},),
    ),
)  # fmt: skip
