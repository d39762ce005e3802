"""`python -m benchmarks.flood`: an exchange that sends finished ticker frames at the pace it is told."""

import asyncio
import json
import time

from benchmarks.processes import answering
from benchmarks.pulse import price_of
from dashboard.demo import DemoExchange, running_demo
from dashboard.demo.protocol.envelopes import data_frame
from dashboard.demo.protocol.public_streams import public_stream
from dashboard.demo.protocol.topic_stream import Topic

FRAMES = 500
TOPIC = Topic("USDT-FUTURES", "ticker", "BTCUSDT")


def frames(exchange: DemoExchange) -> list[str]:
    """Frames as the exchange sends them, each with a price of its own."""
    stream = public_stream(exchange.quote_board, TOPIC)
    assert stream is not None
    [ticker] = stream.snapshot() or []
    assert isinstance(ticker, dict)
    made = []
    for tick in range(FRAMES):
        price, at = str(price_of(tick)), exchange.quote_board.wall_clock()
        row = ticker | {"lastPr": price, "markPrice": price, "bidPr": price, "askPr": price}
        made.append(json.dumps(data_frame("snapshot", TOPIC.arg, [row], at), separators=(",", ":")))
    return made


async def send(exchange: DemoExchange, made: list[str], rate: float, seconds: float) -> int:
    """Sends evenly; being late it sends later, never two at once. Answers how many it sent."""
    sent, until = 0, time.monotonic() + seconds
    while (now := time.monotonic()) < until:
        await exchange.send(made[sent % len(made)])
        sent += 1
        await asyncio.sleep(max(0.0, now + 1 / rate - time.monotonic()))
    return sent


def main() -> None:
    with running_demo(tick_interval_s=None) as demo:
        made = frames(demo.exchange)

        def run(rate: float, seconds: float) -> int:
            return demo.call(send(demo.exchange, made, rate, seconds), timeout_s=seconds + 10)

        answering({"config": demo.exchange.ccxt_config(keys=False)}, {"run": run})


if __name__ == "__main__":
    main()
