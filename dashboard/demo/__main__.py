"""`python -m dashboard.demo`: runs the demo exchange as a process, and prints its URL."""

import argparse
import asyncio
import signal
from collections.abc import Sequence

from dashboard.demo.demo_exchange import DemoExchange
from dashboard.demo.market.demo_market import DemoMarket


def parse(args: Sequence[str] | None = None) -> argparse.Namespace:
    """Parses the command line."""
    parser = argparse.ArgumentParser(prog="python -m dashboard.demo", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same prices")
    parser.add_argument("--ticks-per-second", type=float, default=10.0, help="how often prices are sent")
    parser.add_argument("--trader", action="store_true", help="run an automatic trader on the account")
    return parser.parse_args(args)


async def serve(exchange: DemoExchange) -> None:
    """Serves until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await exchange.start()
    print(exchange.url, flush=True)
    await stop.wait()
    await exchange.stop()


def main() -> None:
    """Runs the exchange with the options of the command line."""
    options = parse()
    market = DemoMarket(options.seed)
    interval_s = 1 / options.ticks_per_second
    exchange = DemoExchange(market, port=options.port, tick_interval_s=interval_s, trader=options.trader)
    asyncio.run(serve(exchange))


if __name__ == "__main__":
    main()
