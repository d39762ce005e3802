"""Hyperliquid: the ticker has mid price and impact prices, which ccxt takes for last price, bid and ask."""

from tests.exchange.builders import market
from tests.exchange.tickers.ticker_case import TickerCase

DOCUMENTS = "https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api"
BTC = market("BTC/USDC:USDC", "0", baseName="BTC", info={"name": "BTC"})
CONTEXT = {
    "dayNtlVlm": "1169046.29406", "prevDayPx": "15.322", "markPx": "14.3161", "midPx": "14.314",
    "oraclePx": "14.32", "funding": "0.0000125", "openInterest": "688.11", "premium": "0.00031774",
    "impactPxs": ["14.3047", "14.3444"],
}  # fmt: skip

CASES = (
    TickerCase(
        "stream",
        BTC,
        {"channel": "activeAssetCtx", "data": {"coin": "BTC", "ctx": CONTEXT}},
        {"mark": "14.3161", "change_24h": "-6.5651"},
        f"{DOCUMENTS}/websocket/subscriptions",
    ),
    TickerCase(
        "trades stream",
        BTC,
        {
            "channel": "trades",
            "data": [
                {"coin": "BTC", "side": "A", "px": "68517.0", "sz": "0.005", "time": 1710125266669,
                 "hash": "0xc872699f116e0121", "tid": 981894269203506},
                {"coin": "BTC", "side": "B", "px": "68518.0", "sz": "0.01", "time": 1710125266670,
                 "hash": "0xc872699f116e0122", "tid": 981894269203507},
            ],
        },
        {"last": "68518"},
        f"{DOCUMENTS}/websocket/subscriptions",
        "watch_last_trade",
    ),
    TickerCase(
        "request",
        BTC,
        [None],  # no further exchanges of HIP-3
        {"mark": "14.3161", "change_24h": "-6.5651"},
        f"{DOCUMENTS}/info-endpoint/perpetuals",
        "fetch_ticker",
        before=(
            [{"universe": [], "tokens": []}, []],
            [{"universe": [{"name": "BTC", "szDecimals": 5, "maxLeverage": 50}]}, [CONTEXT]],
        ),
    ),
)  # fmt: skip
