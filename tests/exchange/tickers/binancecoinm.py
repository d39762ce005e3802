"""Binance COIN-M: as USD-M."""

from tests.exchange.builders import market
from tests.exchange.tickers.ticker_case import TickerCase

DOCUMENTS = "https://developers.binance.com/docs/derivatives/coin-margined-futures"
BTC = market("BTC/USD:BTC", "BTCUSD_PERP", lowercaseId="btcusd_perp", contractSize="100")

CASES = (
    TickerCase(
        "stream",
        BTC,
        {
            "e": "24hrMiniTicker", "E": 1591267704450, "s": "BTCUSD_PERP", "ps": "BTCUSD", "c": "9561.7",
            "o": "9580.9", "h": "10000.0", "l": "7000.0", "v": "487476", "q": "33264343847.22378500",
        },
        {"last": "9561.7", "change_24h": "-0.2004"},
        f"{DOCUMENTS}/websocket-market-streams/Individual-Symbol-Mini-Ticker-Stream",
    ),
    TickerCase(
        "mark stream",
        BTC,
        {
            "e": "markPriceUpdate", "E": 1596095725000, "s": "BTCUSD_PERP", "p": "10934.62615417",
            "P": "10962.17178236", "i": "10933.62615417", "r": "0.00010000", "T": 1596096000000,
        },
        {"mark": "10934.62615417"},
        f"{DOCUMENTS}/websocket-market-streams/Mark-Price-Stream",
        "watch_mark_price",
    ),
)  # fmt: skip
