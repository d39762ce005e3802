"""HTX: `close` is the latest price; the `open` of a contract is that of the day in UTC+8."""

from tests.exchange.builders import market
from tests.exchange.tickers.ticker_case import TickerCase

BTC = market("BTC/USDT:USDT", "BTC-USDT", contractSize="0.001")
BTC_SPOT = market("BTC/USDT", "btcusdt")

CASES = (
    TickerCase(
        "linear stream",
        BTC,
        {
            "ch": "market.BTC-USDT.detail", "ts": 1603842340724,
            "tick": {
                "id": 1603842340, "mrid": 268041138, "open": 6740.47, "close": 7800, "high": 7800,
                "low": 6726.13, "amount": 477.12, "vol": 32414, "trade_turnover": 3512345.1, "count": 1716,
                "ask": [7801.1, 25907], "bid": [7799.9, 1455],
            },
        },
        {"last": "7800", "bid": "7799.9", "ask": "7801.1"},
        "https://www.htx.com/en-us/opend/newApiPages/?id=28c33ab2-77ae-11ed-9966-0242ac110003",
    ),
    TickerCase(
        "linear request",
        BTC,
        {
            "ch": "market.BTC-USDT.detail.merged", "status": "ok", "ts": 1603852483765,
            "tick": {
                "amount": "358917.5563748", "ask": [13780.3, 25907], "bid": [13780.2, 1455],
                "close": "13780.2", "count": 412778, "high": "13796.5", "id": 1603852483, "low": "13531.2",
                "open": "13616.9", "ts": 1603852483765, "vol": "48357818", "trade_turnover": "662310000",
            },
        },
        {"last": "13780.2", "bid": "13780.2", "ask": "13780.3"},
        "https://www.htx.com/en-us/opend/newApiPages/?id=8cb74b2b-77b5-11ed-9966-0242ac110003",
        "fetch_ticker",
    ),
    TickerCase(
        "spot stream",
        BTC_SPOT,
        {
            "ch": "market.btcusdt.detail", "ts": 1583494163784,
            "tick": {
                "id": 209988464418, "low": 8988, "high": 9155.41, "open": 9078.91, "close": 9136.46,
                "vol": 237813910.5928412, "amount": 26184.202558551195, "version": 209988464418,
                "count": 265673,
            },
        },
        {"last": "9136.46", "change_24h": "0.6339"},
        "https://www.htx.com/en-us/opend/newApiPages/?id=7ec53561-7773-11ed-9966-0242ac110003",
    ),
)  # fmt: skip
