"""Kraken Futures: the change of the stream is in percent; ccxt treats it as dollars."""

from tests.exchange.builders import market
from tests.exchange.tickers.ticker_case import TickerCase

STREAM = "https://docs.kraken.com/api/docs/futures-api/websocket/ticker"
XBT = market("BTC/USD:BTC", "PI_XBTUSD")
FRAME = {
    "time": 1680811086487, "product_id": "PI_XBTUSD", "funding_rate": 7.792297e-12,
    "funding_rate_prediction": -4.2671095e-11, "relative_funding_rate": 2.18013888889e-7,
    "relative_funding_rate_prediction": -0.0000011974, "next_funding_rate_time": 1680811200000,
    "feed": "ticker", "bid": 28060, "ask": 28070, "bid_size": 2844, "ask_size": 1902, "volume": 19628180,
    "dtm": 0, "leverage": "50x", "index": 28062.14, "premium": 0, "last": 28053.5,
    "change": -0.7710945651981715, "suspended": False, "tag": "perpetual", "pair": "XBT:USD",
    "openInterest": 28875946, "markPrice": 28064.92082724592, "maturityTime": 0, "post_only": False,
    "volumeQuote": 19628180,
}  # fmt: skip
PRICES = {"bid": "28060", "ask": "28070", "mark": "28064.92082724592"}

CASES = (
    TickerCase("stream", XBT, FRAME, PRICES | {"last": "28053.5", "change_24h": "-0.7711"}, STREAM),
    TickerCase(
        "stream without a change",
        XBT,
        {name: value for name, value in FRAME.items() if name != "change"},
        PRICES | {"last": "28053.5"},
        STREAM,
    ),
    TickerCase(
        "stream without a trade",
        XBT,
        {name: value for name, value in FRAME.items() if name not in ("change", "last")},
        PRICES,
        STREAM,
    ),
    TickerCase(
        "request",
        XBT,
        {
            "result": "success", "serverTime": "2022-02-18T14:16:29.440Z",
            "ticker": {
                "tag": "perpetual", "pair": "XBT:USD", "symbol": "PI_XBTUSD", "markPrice": 40500.5,
                "bid": 40499.5, "bidSize": 16804, "ask": 40500, "askSize": 1339, "vol24h": 860493,
                "openInterest": 3023363, "open24h": 42000, "indexPrice": 40490.71, "last": 40530,
                "lastTime": "2022-02-18T14:08:15.578Z", "lastSize": 151, "suspended": False,
            },
        },
        {"last": "40530", "bid": "40499.5", "ask": "40500", "mark": "40500.5", "change_24h": "-3.5"},
        "https://docs.kraken.com/api/docs/futures-api/trading/get-ticker",
        "fetch_ticker",
    ),
)  # fmt: skip
