"""Latency of fills from the exchange to one client and to 1,000 clients, and bytes of a message.

The plain implementation is a loop over the sockets that sends a prepared message of the same size.
"""

import json
import tempfile
import time
import zlib
from collections.abc import Sequence
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from benchmarks.our_server import KEY, MARKET, live_state
from benchmarks.processes import running
from benchmarks.report import Report, Row, percentile
from benchmarks.viewers import Measurements, Side
from dashboard.api import serializers
from dashboard.clock import now_ms
from dashboard.demo import DemoExchange, running_demo
from dashboard.demo.thread import DemoThread
from dashboard.domain.events import FillsReceived, PriceReceived, Transport
from dashboard.domain.fill import Fill, TradeSide
from dashboard.domain.market import Quote, Ticker
from dashboard.positions.models import EventType, PositionUpdate
from dashboard.positions.tracker import PositionTracker

MANY = 1_000
CROWDS = 2
STREAM = "/api/v1/positions/stream"


def measure(quick: bool) -> Report:
    """Measures the whole path for one client, the last step for a thousand, and the bytes."""
    late = _from_exchange(30 if quick else 300)
    ours, bare = _crowded(10 if quick else 60)
    plain, compressed, least = sizes()
    return Report(
        f"fills: from the exchange to one client, and to {MANY:,}",
        "A whole engine between the private websocket of the exchange and ours, with the audit trail (synced "
        f"each second). Then ten fills a second applied to the tracker, sent to {MANY:,} clients, against a "
        "loop over the sockets.",
        [
            Row("exchange's socket to client's socket, p50", percentile(late, 50), unit="ms", digits=2),
            Row("the same, p99", percentile(late, 99), unit="ms", most=50, digits=2),
            Row(
                f"{MANY:,}: received by the last, p50",
                percentile(ours.last, 50),
                percentile(bare.last, 50),
                "ms",
            ),
            Row(
                f"{MANY:,}: received by the last, p99",
                percentile(ours.last, 99),
                percentile(bare.last, 99),
                "ms",
            ),
            Row(f"{MANY:,}: server CPU a delivery", ours.per_delivery[0], bare.per_delivery[0], "µs"),
            Row(f"{MANY:,}: disconnected", ours.lost, bare.lost, most=0, digits=0),
            Row(f"{MANY:,}: not on the last fill", ours.behind, bare.behind, most=0, digits=0),
            Row("a price_update", plain, least, "bytes", digits=0),
            Row("the same, compressed", compressed, unit="bytes", most=80, digits=0),
        ],
        [
            f"The goal of 2 ms for the p99 is {'met' if percentile(late, 99) <= 2 else 'not met'}.",
            "Compressed as by permessage-deflate with context takeover; plain is the numbers alone in JSON.",
        ],
    )


def _from_exchange(count: int) -> list[float]:
    """Returns the ms from the order on the exchange to the receipt of each fill by one client."""
    with ExitStack() as stack:
        demo = stack.enter_context(running_demo(tick_interval_s=0.1))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        options = folder / "exchange.json"
        options.write_text(json.dumps(demo.exchange.ccxt_config()))
        server = stack.enter_context(running("benchmarks.our_api", str(folder / "trail"), str(options)))
        client = stack.enter_context(connect(server.url.replace("http", "ws") + STREAM))
        _fills(demo, client, 20)
        return _fills(demo, client, count)


def _fills(demo: DemoThread, client: ClientConnection, count: int) -> list[float]:
    late = []
    for number in range(count):
        time.sleep(0.05)
        side = "buy" if number % 2 else "sell"
        sent_at, fill = demo.call(_trade(demo.exchange, side))
        while json.loads(client.recv(10)).get("fill", {}).get("id") != fill:
            pass
        late.append((time.monotonic_ns() - sent_at) / 1e6)
    return late


async def _trade(exchange: DemoExchange, side: Any) -> tuple[int, str]:
    sent_at = time.monotonic_ns()
    [fill] = await exchange.order("BTCUSDT", side=side, size="0.01")
    return sent_at, fill.id


def _crowded(ticks: int) -> tuple[Measurements, Measurements]:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(dir=Path.cwd()))
        ours = _side(stack, STREAM, "price", "benchmarks.our_api", folder)
        bare = _side(stack, "/ws", "price:value", "benchmarks.plain_servers", "bare")
        ours.round(5)
        bare.server.ask("pad", to=round(ours.found.bytes / ours.found.deliveries))
        bare.round(5)
        ours.found, bare.found = Measurements(), Measurements()
        ours.round(ticks)
        bare.round(ticks)
    return ours.found, bare.found


def _side(stack: ExitStack, path: str, name: str, *command: str) -> Side:
    server = stack.enter_context(running(*command))
    size = str(MANY // CROWDS)
    crowds = [
        stack.enter_context(running("benchmarks.crowd", server.url + path, size, name)) for _ in range(CROWDS)
    ]
    return Side(server, crowds)


def sizes(count: int = 50) -> tuple[float, float, float]:
    """Returns the mean bytes of a price_update: as sent, compressed in a stream, and of its numbers alone."""
    updates = [_price_update(Decimal("64000") + step * Decimal("1.3")) for step in range(count)]
    texts = [json.dumps(each, separators=(",", ":")).encode() for each in updates]
    numbers = ("current_price", "unrealized_pnl", "notional_value", "total_pnl")
    bare = [json.dumps([each["position"][name] for name in numbers]).encode() for each in updates]
    return _mean(texts), _mean(_deflated(texts)), _mean(bare)


def _price_update(price: Decimal) -> dict[str, Any]:
    markets, book = live_state(manual=False)
    tracker = PositionTracker("benchmark", book, KEY.exchange)
    tracker.apply(FillsReceived((Fill("1", MARKET, TradeSide.BUY, Decimal(64000), Decimal("0.5"), 1),)))
    at = now_ms()
    markets.apply(KEY, PriceReceived(Transport.STREAM, at, Ticker(mark=Quote(price, at))))
    (live,) = book.get_all_positions().values()
    update = PositionUpdate(live, EventType.PRICE_UPDATE, live.updated_at)
    return serializers.position_update(update, book.labels.label(live.key), at + 12)


def _deflated(texts: Sequence[bytes]) -> list[bytes]:
    compressor = zlib.compressobj(wbits=-12, level=6, memLevel=5)  # settings of the websockets library
    compressed = [compressor.compress(text) + compressor.flush(zlib.Z_SYNC_FLUSH) for text in texts]
    return [each[:-4] for each in compressed[1:]]


def _mean(texts: Sequence[bytes]) -> float:
    return sum(map(len, texts)) / len(texts)
