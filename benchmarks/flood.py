"""`python -m benchmarks.flood`: an exchange that sends prepared ticker frames at a given rate."""

import asyncio
import json
import time

from benchmarks.processes import answer_requests
from benchmarks.pulse import price_of
from dashboard.demo import DemoExchange, running_demo
from dashboard.demo.protocol.envelopes import data_frame
from dashboard.demo.protocol.public_streams import public_stream
from dashboard.demo.protocol.topic_stream import Topic

FRAMES = 500
TOPIC = Topic("USDT-FUTURES", "ticker", "BTCUSDT")


def prepare_frames(exchange: DemoExchange) -> list[str]:
    """Frames as the exchange sends them, each with a different price."""
    stream = public_stream(exchange.quote_board, TOPIC)
    assert stream is not None
    [ticker] = stream.snapshot() or []
    assert isinstance(ticker, dict)
    frames = []
    for tick in range(FRAMES):
        price, now_ms = str(price_of(tick)), exchange.quote_board.wall_clock()
        row = ticker | {"lastPr": price, "markPrice": price, "bidPr": price, "askPr": price}
        frames.append(json.dumps(data_frame("snapshot", TOPIC.arg, [row], now_ms), separators=(",", ":")))
    return frames


async def send(exchange: DemoExchange, frames: list[str], rate: float, seconds: float) -> int:
    """Sends frames evenly, a late one late and never two at once; returns the number sent."""
    sent, end = 0, time.monotonic() + seconds
    while (now := time.monotonic()) < end:
        await exchange.send(frames[sent % len(frames)])
        sent += 1
        await asyncio.sleep(max(0.0, now + 1 / rate - time.monotonic()))
    return sent


def main() -> None:
    with running_demo(tick_interval_s=None) as demo:
        frames = prepare_frames(demo.exchange)

        def run(rate: float, seconds: float) -> int:
            return demo.call(send(demo.exchange, frames, rate, seconds), timeout_s=seconds + 10)

        answer_requests({"config": demo.exchange.ccxt_config(keys=False)}, {"run": run})


if __name__ == "__main__":
    main()
