"""Phemex: rows of the USDT stream are lists; inverse prices are scaled, and ccxt drops some of both."""

from tests.exchange.builders import market
from tests.exchange.tickers.ticker_case import TickerCase

REPOSITORY = "https://github.com/phemex/phemex-api-docs/blob/master"
LINEAR = f"{REPOSITORY}/Public-Hedged-Perpetual-API.md"
INVERSE = f"{REPOSITORY}/Public-Contract-API-en.md"
STX = market("STX/USDT:USDT", "STXUSDT")
BTC = market("BTC/USDT:USDT", "BTCUSDT")
ETH = market("ETH/USD:ETH", "ETHUSD", priceScale=4, valueScale=8)

CASES = (
    TickerCase(
        "linear stream",
        STX,
        {
            "data": [[
                "STXUSDT", "0.64649", "0.8628", "0.61215", "0.71737", "4519387", "3210827.98166", "697635",
                "0.71720205", "0.71720305", "0.0001", "0.0001",
            ]],
            "fields": [
                "symbol", "openRp", "highRp", "lowRp", "lastRp", "volumeRq", "turnoverRv", "openInterestRv",
                "indexRp", "markRp", "fundingRateRr", "predFundingRateRr",
            ],
            "method": "perp_market24h_pack_p.update", "timestamp": 1677094918686806209, "type": "snapshot",
        },
        {"last": "0.71737", "mark": "0.71720305", "change_24h": "10.9638"},
        f"{LINEAR}#subscribe-24-hours-ticker",
    ),
    TickerCase(
        "linear request",
        BTC,
        {
            "error": None, "id": 0,
            "result": {
                "closeRp": "16820.5", "fundingRateRr": "0.0001", "highRp": "16962.1",
                "indexPriceRp": "16830.15651565", "lowRp": "16785", "markPriceRp": "16830.97534951",
                "openInterestRv": "1323.596", "openRp": "16851.7", "predFundingRateRr": "0.0001",
                "symbol": "BTCUSDT", "timestamp": 1672142789065593096, "turnoverRv": "124835296.0538",
                "volumeRq": "7406.95",
            },
        },
        {"last": "16820.5", "mark": "16830.97534951", "change_24h": "-0.1851"},
        f"{LINEAR}#query24hrsticker",
        "fetch_ticker",
    ),
    TickerCase(
        "inverse stream",
        ETH,
        {
            "market24h": {
                "close": 2331500, "fundingRate": 10000, "high": 2380000, "indexPrice": 2329057,
                "low": 2274000, "markPrice": 2329232, "open": 2337500, "openInterest": 1298050,
                "predFundingRate": 19921, "symbol": "ETHUSD", "turnover": 47228362330, "volume": 4053863,
            },
            "timestamp": 1592474241582701416,
        },
        {"last": "233.15", "mark": "232.9232", "change_24h": "-0.2567"},
        f"{INVERSE}#subscribe-24-hours-ticker",
    ),
    TickerCase(
        "inverse request",
        ETH,
        {
            "error": None, "id": 0,
            "result": {
                "askEp": 2332500, "bidEp": 2331000, "fundingRateEr": 10000, "highEp": 2380000,
                "indexEp": 2329057, "lastEp": 2331500, "lowEp": 2274000, "markEp": 2329232,
                "openEp": 2337500, "openInterest": 1298050, "predFundingRateEr": 19921, "symbol": "ETHUSD",
                "timestamp": 1592474241582701416, "turnoverEv": 47228362330, "volume": 4053863,
            },
        },
        {"last": "233.15", "bid": "233.1", "ask": "233.25", "mark": "232.9232", "change_24h": "-0.2567"},
        f"{INVERSE}#query-24-hours-ticker",
        "fetch_ticker",
    ),
)  # fmt: skip
