"""Data of the private channels, and effects of their faults, as the real ccxt client receives them."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import ccxt
import pytest

from dashboard.demo import FILLS, POSITIONS
from tests.waiting import TIMEOUT_S

Message = dict[str, Any]
SWAP, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
RECORDINGS = {
    "futures_fills": Path(__file__).parents[2] / "recordings/bitget/futures_fills_2026-08.jsonl",
    "futures_orders": Path(__file__).parents[1] / "recordings/futures_orders_2026-08.jsonl",
}


async def until(condition: Callable[[], object]) -> None:
    """Waits for a state of the exchange or of ccxt, which have no events for it."""
    async with asyncio.timeout(TIMEOUT_S):
        while not condition():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.001)


class Listener:
    """Collects what one of ccxt's watch methods returns, calling it again at once to miss nothing."""

    def __init__(self, exchange, watch, *args: str) -> None:
        self._exchange, self._watch, self._args = exchange, watch, args
        self._received: asyncio.Queue[Message] = asyncio.Queue()

    async def __aenter__(self) -> "Listener":
        before = self._exchange.subscriptions
        self._task = asyncio.create_task(self._listen())
        await until(lambda: self._exchange.subscriptions > before)
        return self

    async def __aexit__(self, *error: object) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError, ccxt.NetworkError):
            await self._task

    async def _listen(self) -> None:
        while True:
            for item in await self._watch(*self._args):
                self._received.put_nowait(item)

    async def next(self, count: int = 1) -> list[Message]:
        """The next `count` items."""
        async with asyncio.timeout(TIMEOUT_S):
            return [await self._received.get() for _ in range(count)]

    async def ids(self, count: int = 1) -> list[str]:
        """The ids of the next `count` items."""
        return [item["id"] for item in await self.next(count)]


@pytest.fixture
async def fills(exchange, owner):
    """A listener to the fills in ether."""
    async with Listener(exchange, owner.watch_my_trades, ETH) as listener:
        yield listener


def shape(value):
    """The field names of a frame, and the type of each value."""
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    return [shape(part) for part in value] if isinstance(value, list) else type(value)


@pytest.mark.parametrize(("channel", "recording"), [("fill", "futures_fills"), ("orders", "futures_orders")])
async def test_frames_have_the_shape_of_recorded_frames(exchange, owner, channel, recording):
    exchange.account.positions = []
    recorded = [json.loads(line) for line in RECORDINGS[recording].read_text().splitlines()]
    frames: list[Message] = []
    handle = owner.handle_message

    def record(client, message):
        frames.append(message)
        handle(client, message)

    owner.handle_message = record
    async with Listener(
        exchange, owner.watch_my_trades if channel == "fill" else owner.watch_orders, SWAP
    ) as listener:
        await exchange.order("BTCUSDT", side="buy", size="0.001")
        if channel == "fill":
            await exchange.order("BTCUSDT", side="sell", size="0.001")
        await listener.next(2)
    sent, expected = ([frame for frame in some if "action" in frame] for some in (frames, recorded))
    assert [shape(frame) for frame in sent] == [shape(frame) for frame in expected]


async def test_each_fill_is_received_once_and_matches_rest(exchange, owner, fills):
    made = await exchange.order("ETHUSDT", side="buy", size="1", parts=3)
    received = await fills.next(3)
    assert [trade["id"] for trade in received] == [fill.id for fill in made]
    assert (received[2]["symbol"], received[2]["side"], received[2]["amount"]) == (ETH, "buy", "0.32")
    assert Decimal(received[2]["fee"]["cost"]) == -made[2].fee
    by_rest = await owner.fetch_my_trades(ETH)
    for name in ("id", "order", "timestamp", "symbol", "side", "price", "amount", "cost"):
        assert [row[name] for row in by_rest] == [trade[name] for trade in received]
    assert [row["fee"]["cost"] for row in by_rest] == [trade["fee"]["cost"] for trade in received]


async def test_fill_between_two_watch_calls_is_returned_with_the_next_fill(exchange, owner):
    """ccxt wakes only a pending call: nothing may be awaited between two calls of a watch method."""
    waiting = asyncio.create_task(owner.watch_my_trades(ETH))
    await until(lambda: exchange.subscriptions)
    await exchange.order("ETHUSDT", side="buy", size="1")
    await asyncio.wait_for(waiting, TIMEOUT_S)
    [missed] = await exchange.order("ETHUSDT", side="buy", size="2")
    await until(lambda: len(owner.myTrades) == 2)
    waiting = asyncio.create_task(owner.watch_my_trades(ETH))
    done, _ = await asyncio.wait([waiting], timeout=0.1)
    assert not done
    [made] = await exchange.order("ETHUSDT", side="buy", size="3")
    assert [trade["id"] for trade in await asyncio.wait_for(waiting, 2)] == [missed.id, made.id]


async def test_fills_before_the_subscription_are_not_sent(exchange, owner):
    await exchange.order("ETHUSDT", side="buy", size="1")
    async with Listener(exchange, owner.watch_my_trades, ETH) as listener:
        [made] = await exchange.order("ETHUSDT", side="buy", size="2")
        assert await listener.ids() == [made.id]


async def test_fills_missed_while_disconnected_are_listed_by_rest(exchange, owner, fills):
    await exchange.drop(1001)
    [missed] = await exchange.order("ETHUSDT", side="buy", size="1")
    async with Listener(exchange, owner.watch_my_trades, ETH) as listener:
        [made] = await exchange.order("ETHUSDT", side="buy", size="1")
        assert await listener.ids() == [made.id]
    assert [row["id"] for row in await owner.fetch_my_trades(ETH)] == [missed.id, made.id]


async def test_positions_are_sent_with_each_fill_and_match_rest(exchange, owner):
    [first] = await owner.watch_positions()
    assert first["symbol"] == SWAP
    for side, size in (("sell", "0.2"), ("sell", "0.5"), ("buy", "0.1")):
        waiting = asyncio.create_task(owner.watch_positions())
        await asyncio.sleep(0)
        await exchange.order("BTCUSDT", side=side, size=size)
        [received] = await asyncio.wait_for(waiting, TIMEOUT_S)
        [by_rest] = await owner.fetch_positions()
        for name in ("side", "contracts", "entryPrice", "liquidationPrice", "leverage", "hedged"):
            assert received[name] == by_rest[name]
        for name in ("cTime", "uTime", "achievedProfits", "unrealizedPL", "deductedFee"):
            assert received["info"][name] == by_rest["info"][name]


async def test_closed_position_is_missing_from_the_next_frame(exchange, owner):
    await owner.watch_positions()
    waiting = asyncio.create_task(owner.watch_positions())
    await asyncio.sleep(0)
    await exchange.order("BTCUSDT", side="sell", size="0.5", reduce_only=True)
    assert await asyncio.wait_for(waiting, TIMEOUT_S) == []


async def test_account_without_positions_sends_an_empty_frame(exchange, owner):
    exchange.account.positions = []
    assert await asyncio.wait_for(owner.watch_positions(), TIMEOUT_S) == []


async def test_fills_of_all_symbols_and_positions_share_one_connection(exchange, owner):
    all_swaps = {"type": "swap"}  # without it ccxt subscribes to spot
    async with (
        Listener(exchange, lambda: owner.watch_my_trades(params=all_swaps)) as fills,
        Listener(exchange, owner.watch_positions) as positions,
    ):
        await positions.next()
        for symbol in ("ETHUSDT", "SOLUSDT"):
            await exchange.order(symbol, side="buy", size="1")
        assert [trade["symbol"] for trade in await fills.next(2)] == [ETH, "SOL/USDT:USDT"]
        assert len(await positions.next(5)) == 5
    assert exchange.connections == 1


async def test_orders_are_sent_from_live_to_filled(exchange, owner):
    async with Listener(exchange, owner.watch_orders, ETH) as listener:
        fills = await exchange.order("ETHUSDT", side="buy", size="1", parts=2)
        async with asyncio.timeout(TIMEOUT_S):
            while (order := (await listener.next())[0])["status"] != "closed":
                assert order["info"]["status"] in ("live", "partially_filled")
    assert order["id"] == fills[0].order.id
    assert Decimal(order["info"]["accBaseVolume"]) == 1
    assert Decimal(order["average"]) == (fills[0].price + fills[1].price) / 2


async def test_lost_fill_is_not_sent(exchange, fills):
    exchange.faults.ws.lost_fills = 1
    _, second = await exchange.order("ETHUSDT", side="buy", size="1", parts=2)
    assert await fills.ids(1) == [second.id]


async def test_repeated_fill_is_sent_twice(exchange, fills):
    exchange.faults.ws.repeated_fills = 1
    first, second = await exchange.order("ETHUSDT", side="buy", size="1", parts=2)
    assert await fills.ids(3) == [first.id, first.id, second.id]


async def test_unreadable_fill_has_no_price(exchange, fills):
    exchange.faults.ws.unreadable_fills = 1
    first, second = await exchange.order("ETHUSDT", side="buy", size="1", parts=2)
    unreadable, readable = sorted(await fills.next(2), key=lambda fill: fill["id"] == second.id)
    assert (unreadable["id"], unreadable["price"]) == (first.id, None)
    assert Decimal(readable["price"]) == second.price


async def test_held_fills_are_sent_late_and_in_reverse_order(exchange, fills):
    exchange.faults.ws.held_fills = exchange.faults.ws.shuffled_fills = True
    [first] = await exchange.order("ETHUSDT", side="buy", size="1")
    [second] = await exchange.order("ETHUSDT", side="sell", size="2")
    exchange.faults.ws.held_fills = False
    await exchange.send_updates()
    assert await fills.ids(2) == [second.id, first.id]


async def test_empty_data_faults_hide_positions_and_fills(exchange, owner):
    exchange.faults.rest_at(POSITIONS).empty_data = True
    exchange.faults.rest_at(FILLS).empty_data = True
    exchange.faults.ws.no_positions = 1
    assert await owner.fetch_positions() == []
    assert await owner.fetch_my_trades(SWAP) == []
    assert await owner.watch_positions() == []
    exchange.faults.clear()
    assert len(await owner.fetch_positions()) == 1


async def test_hedge_mode_fill_reports_the_side_of_the_position(exchange, owner):
    exchange.account.use_hedge_mode()
    async with Listener(exchange, owner.watch_my_trades, SWAP) as listener:
        await exchange.order("BTCUSDT", side="sell", size="0.1", reduce_only=True)
        [trade] = await listener.next()
    assert (trade["side"], trade["info"]["tradeSide"]) == ("buy", "close")
