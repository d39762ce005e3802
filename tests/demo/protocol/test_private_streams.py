"""What the signed channels send, and what their faults do to it, as the real ccxt client hears it."""

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

Message = dict[str, Any]
SWAP, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
RECORDINGS = {
    "futures_fills": Path(__file__).parents[2] / "recordings/bitget/futures_fills_2026-08.jsonl",
    "futures_orders": Path(__file__).parents[1] / "recordings/futures_orders_2026-08.jsonl",
}


async def until(true: Callable[[], object]) -> None:
    """Waits for what the exchange and ccxt tell nobody."""
    async with asyncio.timeout(2):
        while not true():  # noqa: ASYNC110 - nobody sets an event
            await asyncio.sleep(0.001)


class Ear:
    """Listens to one of ccxt's watch methods, without a pause in which a frame could be missed."""

    def __init__(self, exchange, watch, *args: str) -> None:
        self._exchange, self._watch, self._args = exchange, watch, args
        self._heard: asyncio.Queue[Message] = asyncio.Queue()

    async def __aenter__(self) -> "Ear":
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
                self._heard.put_nowait(item)

    async def next(self, count: int = 1) -> list[Message]:
        """The next so many things heard."""
        async with asyncio.timeout(2):
            return [await self._heard.get() for _ in range(count)]

    async def ids(self, count: int = 1) -> list[str]:
        """Their ids."""
        return [item["id"] for item in await self.next(count)]


@pytest.fixture
async def fills(exchange, owner):
    """Listens to the fills in ether."""
    async with Ear(exchange, owner.watch_my_trades, ETH) as ear:
        yield ear


def shape(value):
    """The names in a frame, and where text stands and where lists."""
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    return [shape(part) for part in value] if isinstance(value, list) else type(value)


@pytest.mark.parametrize(("channel", "recording"), [("fill", "futures_fills"), ("orders", "futures_orders")])
async def test_frames_have_the_shape_of_recorded_ones(exchange, owner, channel, recording):
    exchange.account.positions = []
    recorded = [json.loads(line) for line in RECORDINGS[recording].read_text().splitlines()]
    frames: list[Message] = []
    handle = owner.handle_message

    def note(client, message):
        frames.append(message)
        handle(client, message)

    owner.handle_message = note
    async with Ear(exchange, owner.watch_my_trades if channel == "fill" else owner.watch_orders, SWAP) as ear:
        await exchange.order("BTCUSDT", side="buy", size="0.001")
        if channel == "fill":
            await exchange.order("BTCUSDT", side="sell", size="0.001")
        await ear.next(2)
    mine, theirs = ([frame for frame in these if "action" in frame] for these in (frames, recorded))
    assert [shape(frame) for frame in mine] == [shape(frame) for frame in theirs]


async def test_each_fill_is_heard_once_and_at_once(exchange, owner, fills):
    made = await exchange.order("ETHUSDT", side="buy", size="1", parts=3)
    heard = await fills.next(3)
    assert [trade["id"] for trade in heard] == [fill.id for fill in made]
    assert (heard[2]["symbol"], heard[2]["side"], heard[2]["amount"]) == (ETH, "buy", "0.32")
    assert Decimal(heard[2]["fee"]["cost"]) == -made[2].fee
    by_rest = await owner.fetch_my_trades(ETH)
    for name in ("id", "order", "timestamp", "symbol", "side", "price", "amount", "cost"):
        assert [row[name] for row in by_rest] == [trade[name] for trade in heard]
    assert [row["fee"]["cost"] for row in by_rest] == [trade["fee"]["cost"] for trade in heard]


async def test_a_fill_that_comes_while_nobody_waits_is_told_with_the_next(exchange, owner):
    """ccxt wakes only who waits already: between two calls of a watch method nothing may be awaited."""
    waiting = asyncio.create_task(owner.watch_my_trades(ETH))
    await until(lambda: exchange.subscriptions)
    await exchange.order("ETHUSDT", side="buy", size="1")
    await asyncio.wait_for(waiting, 2)
    [missed] = await exchange.order("ETHUSDT", side="buy", size="2")
    await until(lambda: len(owner.myTrades) == 2)
    waiting = asyncio.create_task(owner.watch_my_trades(ETH))
    done, _ = await asyncio.wait([waiting], timeout=0.1)
    assert not done
    [made] = await exchange.order("ETHUSDT", side="buy", size="3")
    assert [trade["id"] for trade in await asyncio.wait_for(waiting, 2)] == [missed.id, made.id]


async def test_fills_from_before_are_not_sent(exchange, owner):
    await exchange.order("ETHUSDT", side="buy", size="1")
    async with Ear(exchange, owner.watch_my_trades, ETH) as ear:
        [made] = await exchange.order("ETHUSDT", side="buy", size="2")
        assert await ear.ids() == [made.id]


async def test_what_was_missed_while_away_is_there_by_rest(exchange, owner, fills):
    await exchange.drop(1001)
    [missed] = await exchange.order("ETHUSDT", side="buy", size="1")
    async with Ear(exchange, owner.watch_my_trades, ETH) as ear:
        [made] = await exchange.order("ETHUSDT", side="buy", size="1")
        assert await ear.ids() == [made.id]
    assert [row["id"] for row in await owner.fetch_my_trades(ETH)] == [missed.id, made.id]


async def test_positions_come_with_each_fill_and_agree_with_rest(exchange, owner):
    [first] = await owner.watch_positions()
    assert first["symbol"] == SWAP
    for side, size in (("sell", "0.2"), ("sell", "0.5"), ("buy", "0.1")):
        waiting = asyncio.create_task(owner.watch_positions())
        await asyncio.sleep(0)
        await exchange.order("BTCUSDT", side=side, size=size)
        [heard] = await asyncio.wait_for(waiting, 2)
        [asked] = await owner.fetch_positions()
        for name in ("side", "contracts", "entryPrice", "liquidationPrice", "leverage", "hedged"):
            assert heard[name] == asked[name]
        for name in ("cTime", "uTime", "achievedProfits", "unrealizedPL", "deductedFee"):
            assert heard["info"][name] == asked["info"][name]


async def test_a_closed_position_is_no_more_in_the_picture(exchange, owner):
    await owner.watch_positions()
    waiting = asyncio.create_task(owner.watch_positions())
    await asyncio.sleep(0)
    await exchange.order("BTCUSDT", side="sell", size="0.5", reduce_only=True)
    assert await asyncio.wait_for(waiting, 2) == []


async def test_an_account_without_positions_says_so(exchange, owner):
    exchange.account.positions = []
    assert await asyncio.wait_for(owner.watch_positions(), 2) == []


async def test_all_symbols_can_be_heard_at_once_beside_the_positions(exchange, owner):
    everything = {"type": "swap"}  # without it ccxt listens to spot
    async with (
        Ear(exchange, lambda: owner.watch_my_trades(params=everything)) as fills,
        Ear(exchange, owner.watch_positions) as positions,
    ):
        await positions.next()
        for symbol in ("ETHUSDT", "SOLUSDT"):
            await exchange.order(symbol, side="buy", size="1")
        assert [trade["symbol"] for trade in await fills.next(2)] == [ETH, "SOL/USDT:USDT"]
        assert len(await positions.next(5)) == 5
    assert exchange.connections == 1


async def test_orders_are_told_from_live_to_filled(exchange, owner):
    async with Ear(exchange, owner.watch_orders, ETH) as ear:
        fills = await exchange.order("ETHUSDT", side="buy", size="1", parts=2)
        async with asyncio.timeout(2):
            while (order := (await ear.next())[0])["status"] != "closed":
                assert order["info"]["status"] in ("live", "partially_filled")
    assert order["id"] == fills[0].order.id
    assert Decimal(order["info"]["accBaseVolume"]) == 1
    assert Decimal(order["average"]) == (fills[0].price + fills[1].price) / 2


async def test_a_fill_can_be_lost(exchange, fills):
    exchange.faults.ws.lost_fills = 1
    _, second = await exchange.order("ETHUSDT", side="buy", size="1", parts=2)
    assert await fills.ids(1) == [second.id]


async def test_a_fill_can_come_twice(exchange, fills):
    exchange.faults.ws.repeated_fills = 1
    first, second = await exchange.order("ETHUSDT", side="buy", size="1", parts=2)
    assert await fills.ids(3) == [first.id, first.id, second.id]


async def test_fills_can_come_late_and_in_the_wrong_order(exchange, fills):
    exchange.faults.ws.held_fills = exchange.faults.ws.shuffled_fills = True
    [first] = await exchange.order("ETHUSDT", side="buy", size="1")
    [second] = await exchange.order("ETHUSDT", side="sell", size="2")
    exchange.faults.ws.held_fills = False
    await exchange.send_updates()
    assert await fills.ids(2) == [second.id, first.id]


async def test_a_query_can_come_back_empty_by_error(exchange, owner):
    exchange.faults.rest_at(POSITIONS).empty_data = True
    exchange.faults.rest_at(FILLS).empty_data = True
    exchange.faults.ws.no_positions = 1
    assert await owner.fetch_positions() == []
    assert await owner.fetch_my_trades(SWAP) == []
    assert await owner.watch_positions() == []
    exchange.faults.clear()
    assert len(await owner.fetch_positions()) == 1


async def test_hedged_fills_tell_the_side_of_the_position(exchange, owner):
    exchange.account.use_hedge_mode()
    async with Ear(exchange, owner.watch_my_trades, SWAP) as ear:
        await exchange.order("BTCUSDT", side="sell", size="0.1", reduce_only=True)
        [trade] = await ear.next()
    assert (trade["side"], trade["info"]["tradeSide"]) == ("buy", "close")
