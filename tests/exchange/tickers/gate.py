"""Gate: bid and ask of contracts have a stream of their own."""

from tests.exchange.builders import market
from tests.exchange.tickers.ticker_case import TickerCase

BTC = market("BTC/USDT:USDT", "BTC_USDT", contractSize="0.0001")
BTC_SPOT = market("BTC/USDT", "BTC_USDT")

CASES = (
    TickerCase(
        "linear stream",
        BTC,
        {
            "time": 1541659086, "time_ms": 1541659086123, "channel": "futures.tickers", "event": "update",
            "result": [{
                "contract": "BTC_USDT", "last": "118.4", "change_percentage": "0.77",
                "funding_rate": "-0.000114", "funding_rate_indicative": "0.01875", "mark_price": "118.35",
                "index_price": "118.36", "total_size": "73648", "volume_24h": "745487577",
                "volume_24h_btc": "117", "volume_24h_usd": "419950", "quanto_base_rate": "",
                "volume_24h_quote": "1665006", "volume_24h_settle": "178", "volume_24h_base": "5526",
                "low_24h": "99.2", "high_24h": "132.5",
            }],
        },
        {"last": "118.4", "mark": "118.35", "change_24h": "0.77"},
        "https://www.gate.com/docs/developers/futures/ws/en/#tickers-api",
    ),
    TickerCase(
        "bid and ask stream",
        BTC,
        {
            "time": 1615366379, "time_ms": 1615366379123, "channel": "futures.book_ticker", "event": "update",
            "result": {"t": 1615366379123, "u": 2517661076, "s": "BTC_USDT", "b": "54696.6", "B": 37000,
                       "a": "54696.7", "A": 47061},
        },
        {"bid": "54696.6", "ask": "54696.7"},
        "https://www.gate.com/docs/developers/futures/ws/en/#best-ask-bid-subscription",
        "watch_bids_asks",
    ),
    TickerCase(
        "linear request",
        BTC,
        [{
            "contract": "BTC_USDT", "last": "6432", "low_24h": "6278", "high_24h": "6790",
            "change_percentage": "4.43", "total_size": "32323904", "volume_24h": "184040233284",
            "volume_24h_base": "28613220", "volume_24h_quote": "184040233284", "volume_24h_settle": "28613",
            "mark_price": "6534", "funding_rate": "0.0001", "funding_rate_indicative": "0.0001",
            "index_price": "6531", "highest_bid": "34089.7", "highest_bid_size": "100",
            "lowest_ask": "34217.9", "lowest_ask_size": "1000",
        }],
        {"last": "6432", "bid": "34089.7", "ask": "34217.9", "mark": "6534", "change_24h": "4.43"},
        "https://www.gate.com/docs/developers/apiv4/en/#list-futures-tickers",
        "fetch_ticker",
    ),
    TickerCase(
        "spot stream",
        BTC_SPOT,
        {
            "time": 1669107766, "time_ms": 1669107766406, "channel": "spot.tickers", "event": "update",
            "result": {
                "currency_pair": "BTC_USDT", "last": "15743.4", "lowest_ask": "15744.4",
                "highest_bid": "15743.5", "change_percentage": "-1.8254", "base_volume": "9110.473081735",
                "quote_volume": "145082083.2535", "high_24h": "16280.9", "low_24h": "15468.5",
            },
        },
        {"last": "15743.4", "bid": "15743.5", "ask": "15744.4", "change_24h": "-1.8254"},
        "https://www.gate.com/docs/developers/apiv4/ws/en/#tickers-channel",
    ),
)  # fmt: skip
