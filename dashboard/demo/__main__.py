"""`python -m dashboard.demo`: the demo exchange in a process of its own, which prints its URL first."""

import argparse
import asyncio
import signal
from collections.abc import Sequence

from dashboard.demo.demo_exchange import DemoExchange
from dashboard.demo.market.demo_market import DemoMarket


def parse(args: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m dashboard.demo", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same prices")
    parser.add_argument("--ticks-per-second", type=float, default=10.0, help="how often prices are sent")
    parser.add_argument("--trader", action="store_true", help="let somebody trade on the account")
    return parser.parse_args(args)


async def serve(exchange: DemoExchange) -> None:
    """Serves until SIGINT or SIGTERM."""
    done = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, done.set)
    await exchange.start()
    print(exchange.url, flush=True)
    await done.wait()
    await exchange.stop()


def main() -> None:
    """Runs the exchange as the command line says."""
    options = parse()
    market = DemoMarket(options.seed)
    interval = 1 / options.ticks_per_second
    exchange = DemoExchange(market, port=options.port, tick_interval=interval, trader=options.trader)
    asyncio.run(serve(exchange))


if __name__ == "__main__":
    main()
