"""Bitget: ccxt's parser of the stream drops the mark price. Frames were recorded from the exchange."""

import json
from pathlib import Path
from typing import Any

from tests.exchange.builders import market
from tests.exchange.tickers.ticker_case import TickerCase

RECORDINGS = Path(__file__).parents[2] / "recordings" / "bitget"
FUTURES, SPOT = "futures_ticker_2024-10.jsonl", "spot_ticker_2026-08.jsonl"


def frame(name: str, number: int) -> Any:
    """Returns a recorded frame with data."""
    lines = (RECORDINGS / name).read_text(encoding="utf-8").splitlines()
    return [frame for frame in map(json.loads, lines) if "data" in frame][number]


CASES = (
    TickerCase(
        "linear stream",
        market("STORJ/USDT:USDT", "STORJUSDT"),
        frame(FUTURES, 0),
        {"last": "0.4706", "bid": "0.4705", "ask": "0.4708", "mark": "0.4705", "change_24h": "-1.569"},
        f"recordings/bitget/{FUTURES}",
    ),
    TickerCase(
        "coin-margined stream",
        market("BTC/USD:BTC-241227", "BTCUSDZ24"),
        frame(FUTURES, 1),
        {"last": "73733.7", "bid": "73737.6", "ask": "73742.1", "mark": "73731.8", "change_24h": "-0.612"},
        f"recordings/bitget/{FUTURES}",
    ),
    TickerCase(
        "spot stream",
        market("BTC/USDT", "BTCUSDT"),
        frame(SPOT, 0),
        {"last": "63707.42", "bid": "63707.41", "ask": "63707.42", "change_24h": "-0.396"},
        f"recordings/bitget/{SPOT}",
    ),
    TickerCase(
        "linear request",
        market("BTC/USDT:USDT", "BTCUSDT"),
        {
            "code": "00000", "msg": "success", "requestTime": 1750332210370,
            "data": [{
                "symbol": "BTCUSDT", "lastPr": "104823.8", "askPr": "104823.8", "bidPr": "104823.5",
                "bidSz": "0.703", "askSz": "13.894", "high24h": "105289.3", "low24h": "103447.9",
                "ts": "1750332210370", "change24h": "0.00471", "baseVolume": "79089.5675",
                "quoteVolume": "8274870921.80485", "usdtVolume": "8274870921.80485", "openUtc": "104833",
                "changeUtc24h": "-0.00009", "indexPrice": "104881.953125", "fundingRate": "-0.000014",
                "holdingAmount": "7452.6421", "deliveryStartTime": None, "deliveryTime": None,
                "deliveryStatus": "", "open24h": "104332.3", "markPrice": "104824.2",
            }],
        },
        {"last": "104823.8", "bid": "104823.5", "ask": "104823.8", "mark": "104824.2", "change_24h": "0.471"},
        "https://www.bitget.com/api-doc/contract/market/Get-Ticker",
        "fetch_ticker",
    ),
)  # fmt: skip
