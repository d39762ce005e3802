"""`python -m benchmarks.readers NAME CONFIG`: a reader of many ticks. CONFIG is JSON for ccxt's constructor.

ours   the real feed and runtime
plain  a loop of ccxt.pro, as in its manual
"""

import asyncio
import json
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

import ccxt.pro

from benchmarks.our_server import live_state
from benchmarks.processes import answer_requests
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.exchange_client import ExchangeClient
from dashboard.feed.price_feed import PriceFeed

SYMBOL = "BTC/USDT:USDT"


def ours(config: Mapping[str, Any]) -> None:
    """Reports the number of versions of the live state."""
    markets, _book = live_state()
    client = ExchangeClient(Credentials("bitget", config=config))
    feed = PriceFeed(client, SYMBOL, markets.apply)
    feed.start()
    while markets.main.snapshot.ticker.last is None:
        time.sleep(0.01)
    answer_requests({}, {"used": lambda: [markets.main.snapshot.version, time.process_time()]})
    feed.stop()


def plain(config: dict[str, Any]) -> None:
    """Reports the number of returns of watch_ticker."""
    count = 0

    async def read() -> None:
        nonlocal count
        exchange = ccxt.pro.bitget(config)
        while True:
            await exchange.watch_ticker(SYMBOL)
            count += 1

    threading.Thread(target=asyncio.run, args=(read(),), daemon=True).start()
    while not count:
        time.sleep(0.01)
    answer_requests({}, {"used": lambda: [count, time.process_time()]})


if __name__ == "__main__":
    {"ours": ours, "plain": plain}[sys.argv[1]](json.loads(sys.argv[2]))
