"""Lighter: requests have no mark price."""

from tests.exchange.builders import market
from tests.exchange.tickers.ticker_case import TickerCase

ETH = market("ETH/USDC:USDC", "0")

CASES = (
    TickerCase(
        "stream",
        ETH,
        {
            "channel": "market_stats:0", "type": "update/market_stats",
            "market_stats": {
                "market_id": 0, "index_price": "3015.56", "mark_price": "3013.91",
                "open_interest": "122736286.659423", "open_interest_limit": "72057594037927936.000000",
                "funding_clamp_small": "0.0500", "funding_clamp_big": "4.0000",
                "last_trade_price": "3013.13", "current_funding_rate": "0.0012", "funding_rate": "0.0012",
                "funding_timestamp": 1763532000004, "daily_base_token_volume": 643235.2763,
                "daily_quote_token_volume": 1983505435.673896, "daily_price_low": 2977.42,
                "daily_price_high": 3170.81, "daily_price_change": -0.3061987051035322,
            },
        },
        {"last": "3013.13", "mark": "3013.91", "change_24h": "-0.3062"},
        "https://apidocs.lighter.xyz/docs/websocket-reference#market-stats",
    ),
    TickerCase(
        "request",
        ETH,
        {
            "code": 200,
            "order_book_details": [{
                "symbol": "ETH", "market_id": 0, "status": "active", "taker_fee": "0.0000",
                "maker_fee": "0.0000", "liquidation_fee": "1.0000", "min_base_amount": "0.0050",
                "min_quote_amount": "10.000000", "size_decimals": 4, "price_decimals": 2,
                "last_trade_price": 3550.69, "daily_trades_count": 1197349,
                "daily_base_token_volume": 481297.3509, "daily_quote_token_volume": 1671431095.263844,
                "daily_price_low": 3402.41, "daily_price_high": 3571.45,
                "daily_price_change": 0.5294300840859545, "open_interest": 39559.3278, "daily_chart": {},
            }],
        },
        {"last": "3550.69", "change_24h": "0.5294"},
        "https://apidocs.lighter.xyz/reference/orderbookdetails",
        "fetch_ticker",
    ),
)  # fmt: skip
