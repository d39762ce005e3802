"""SPEC B4 and B6, by a client that knows nothing else, over real sockets."""

import asyncio
import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import jsonschema
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from dashboard.api.client_messages import LONGEST, MOST
from dashboard.api.router import ASYNCAPI
from dashboard.auth.api_access import ApiAccess
from dashboard.domain.events import FeedFailed, Route
from tests.api.conftest import Service
from tests.domain.builders import LONG, position
from tests.domain.fill_histories import fill, fills
from tests.positions.harness import BTC
from tests.waiting import PATIENCE_S

POSITION = {
    "symbol", "side", "quantity", "entry_price", "current_price", "unrealized_pnl", "realized_pnl",
    "notional_value", "total_pnl", "leverage", "last_updated",
}  # fmt: skip
SUMMARY = {"active_positions", "total_exposure", "total_pnl", "realized_pnl", "unrealized_pnl", "positions"}
KEY = "a-key-of-enough-characters"


def hear(client: ClientConnection) -> dict[str, Any]:
    """The next message, which is as the AsyncAPI document says."""
    message: dict[str, Any] = json.loads(client.recv(PATIENCE_S))
    schema = {
        **ASYNCAPI["components"]["messages"][message["type"]]["payload"],
        "components": ASYNCAPI["components"],
    }
    jsonschema.validate(message, schema, format_checker=jsonschema.FormatChecker())
    return message


def until(client: ClientConnection, type: str, **wanted: Any) -> dict[str, Any]:
    while True:
        message = hear(client)
        if message["type"] == type and wanted.items() <= message.items():
            return message


def until_pnl(client: ClientConnection, pnl: str | None) -> dict[str, Any]:
    """The update that brings this PnL; one of the price before may still come first."""
    while True:
        update = until(client, "position_update")
        if update["position"]["unrealized_pnl"] == pnl:
            return update


def say(client: ClientConnection, **message: object) -> None:
    client.send(json.dumps(message))


class TestPositions:
    def test_a_client_that_knows_only_the_specification(self, service: Service):
        service.books.fills(fill("buy 2 @ 100"))
        service.price("110")
        with service.stream() as client:
            first = hear(client)
            assert first["type"] == "initial_state"
            assert first.keys() >= SUMMARY | {"timestamp"}
            assert first["positions"][BTC].keys() >= POSITION
            assert (first["active_positions"], first["unrealized_pnl"]) == (1, "20")

            service.books.fills(fill("sell 1 @ 120", 2))
            update = until(client, "position_update", event_type="fill")
            assert update["symbol"] == BTC
            assert update["fill"] == {
                "symbol": BTC, "side": "sell", "quantity": "1", "price": "120", "id": "2"
            }  # fmt: skip
            assert (update["position"]["quantity"], update["position"]["realized_pnl"]) == ("1", "20")

            say(client, action="get_summary")
            assert until(client, "summary").keys() >= SUMMARY | {"timestamp"}
            say(client, action="ping")
            assert until(client, "pong") == {"type": "pong"}

    def test_the_servers_ping_may_be_answered_or_not(self, serve: Callable[..., Service]):
        service = serve(keepalive=0.05)
        with service.stream() as client:
            until(client, "ping")
            say(client, action="ping")
            until(client, "pong")
            for _ in range(3):
                until(client, "ping")

    def test_a_price_update_beyond_a_cent(self, service: Service):
        service.books.fills(fill("buy 1 @ 100"))
        service.price("100")
        with service.stream() as client:
            hear(client)
            service.price("100.004")
            service.price("101")
            update = until_pnl(client, "1")
            assert update["event_type"] == "price_update"
            assert "fill" not in update

    def test_a_price_that_grew_old_is_taken_back(self, service: Service):
        service.books.fills(fill("buy 1 @ 100"))
        service.price("101")
        with service.stream() as client:
            assert hear(client)["positions"][BTC]["current_price"] == "101"
            service.books.late = 6_000
            assert until_pnl(client, None)["position"]["current_price"] is None

    def test_a_closed_position_is_told_as_flat(self, service: Service):
        service.books.fills(fill("buy 1 @ 100"))
        with service.stream() as client:
            hear(client)
            service.books.fills(fill("sell 1 @ 100", 2))
            told = until(client, "position_update")["position"]
            assert (told["side"], told["quantity"], told["entry_price"]) == ("flat", "0", None)
            say(client, action="get_summary")
            assert until(client, "summary")["positions"] == {}

    def test_hedge_mode_has_a_label_for_each_side(self, service: Service):
        service.books.reading(position(LONG, "2", "100"), hedged=True)
        with service.stream() as client:
            assert set(hear(client)["positions"]) == {f"{BTC}:long"}

    def test_nothing_falls_between_the_first_state_and_the_first_update(self, service: Service):
        """Whatever the first state lacks comes as an update, and the newest comes last."""
        trades = fills(", ".join(["buy 1 @ 100"] * 200))
        feeding = threading.Thread(target=lambda: [service.books.fills(each) for each in trades])
        feeding.start()
        for _ in range(5):
            with service.stream() as client:
                held = hear(client)["positions"].get(BTC, {"quantity": "0"})["quantity"]
                while held != "200":
                    update = until(client, "position_update")
                    assert int(update["position"]["quantity"]) == int(held) + 1
                    held = update["position"]["quantity"]
        feeding.join()


class TestBestBidAndOffer:
    def test_each_as_it_ticks(self, service: Service):
        service.price("100")
        with service.stream("/live/bbo") as client:
            assert (hear(client)["bid"], service.markets.symbol) == ("100", BTC)
            service.price("101")
            told = until(client, "bbo", bid="101")
            assert (told["symbol"], told["ask"]) == (BTC, "101")

    def test_what_has_not_changed_is_not_repeated(self, service: Service):
        service.price("100")
        with service.stream("/live/bbo") as client:
            hear(client)
            service.price("100")
            service.price("102")
            assert hear(client)["bid"] == "102"

    def test_an_old_one_is_unknown(self, service: Service):
        service.price("100")
        service.markets.apply(None, service.old("100", 60_000))
        with service.stream("/live/bbo") as client:
            assert hear(client)["bid"] is None

    def test_one_that_grows_old_is_told(self, service: Service):
        service.price("100")
        with service.stream("/live/bbo") as client:
            assert hear(client)["bid"] == "100"
            service.markets.apply(None, service.old("101", 4_500))
            assert until(client, "bbo", bid=None)["ask"] is None
            service.price("100")
            assert until(client, "bbo", bid="100")["ask"] == "100"

    def test_once_the_exchange_is_lost_they_are_unknown(self, service: Service):
        service.price("100")
        with service.stream("/live/bbo") as client:
            hear(client)
            service.markets.apply(None, FeedFailed(Route.STREAM, "closed"))
            service.markets.apply(None, FeedFailed(Route.POLL, "no answer"))
            assert until(client, "bbo", bid=None)["ask"] is None
            service.price("100")
            assert until(client, "bbo", bid="100")["ask"] == "100"


class TestUnwelcome:
    @pytest.mark.parametrize(
        ("raw", "code", "close"),
        [
            ("{", "bad_json", 1007),
            ("[" * 5000, "too_long", 1009),
            ("[" * 4000, "bad_json", 1007),
            ('"ping"', "no_action", 1008),
            ("{}", "no_action", 1008),
            ('{"action": 5}', "no_action", 1008),
            ('{"action": "sell_all"}', "unknown_action", 1008),
            (b"\x00\x01", "binary", 1008),
            ('{"action": "ping", "x": "' + "a" * LONGEST + '"}', "too_long", 1009),
        ],
        ids=["json", "huge", "deep", "no object", "empty", "number", "unknown", "binary", "long"],
    )
    def test_it_is_told_once_why_and_closed(self, service: Service, raw, code: str, close: int):
        with service.stream() as client:
            hear(client)
            client.send(raw)
            assert until(client, "error")["code"] == code
            with pytest.raises(ConnectionClosed) as closed:
                client.recv(PATIENCE_S)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == close

    def test_a_flood(self, service: Service):
        with service.stream() as client:
            hear(client)
            with suppress(ConnectionClosed):  # it may be closed before all is said
                for _ in range(MOST + 5):
                    say(client, action="ping")
            assert until(client, "error")["code"] == "flood"

    def test_a_bad_neighbour_costs_the_others_nothing(self, service: Service):
        service.books.fills(fill("buy 1 @ 100"))
        with service.stream() as good, service.stream() as bad:
            hear(good)
            bad.send("{")
            service.books.fills(fill("buy 1 @ 100", 2))
            assert until(good, "position_update")["position"]["quantity"] == "2"


class TestDoor:
    @pytest.mark.parametrize("path", ["/positions/stream", "/live/bbo"])
    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({}, 401),
            ({"X-API-Key": "wrong"}, 401),
            ({"X-API-Key": KEY}, None),
            ({"Authorization": f"Bearer {KEY}"}, None),
            ({"X-API-Key": KEY, "Origin": "https://evil.example"}, 403),
            ({"X-API-Key": KEY, "Origin": "https://good.example"}, None),
        ],
        ids=["none", "wrong", "header", "bearer", "evil site", "good site"],
    )
    def test_who_may_enter(self, serve: Callable[..., Service], path, headers, status):
        service = serve(ApiAccess.of(f"bot:{KEY}", "https://good.example"))
        if status is None:
            with service.stream(path, additional_headers=headers) as client:
                client.ping().wait(PATIENCE_S)
            return
        with pytest.raises(InvalidStatus) as refused:
            service.stream(path, additional_headers=headers)
        assert refused.value.response.status_code == status

    def test_a_key_in_the_address_is_refused(self, serve: Callable[..., Service]):
        service = serve(ApiAccess.of(f"bot:{KEY}", None))
        with pytest.raises(InvalidStatus) as refused:
            service.stream(f"/positions/stream?api_key={KEY}")
        assert refused.value.response.status_code == 400


async def test_two_hundred_clients_hear_the_newest(serve: Callable[..., Service]):
    service = serve()
    service.books.fills(fill("buy 1 @ 100"))
    address = f"ws://{service.address}/api/v1/positions/stream"
    clients = await asyncio.gather(*(connect(address) for _ in range(200)))
    await asyncio.gather(*(client.recv() for client in clients))
    started = time.monotonic()
    await asyncio.to_thread(service.books.fills, fill("buy 1 @ 100", 2))

    async def newest(client: Any) -> str:
        while True:
            message = json.loads(await client.recv())
            if message.get("event_type") == "fill":
                return str(message["position"]["quantity"])

    assert set(await asyncio.gather(*map(newest, clients))) == {"2"}
    assert time.monotonic() - started < 10
    await asyncio.gather(*(client.close() for client in clients))


async def test_a_slow_client_gets_the_newest_and_no_queue(serve: Callable[..., Service]):
    service = serve(beat=0.002)
    service.books.fills(fill("buy 1 @ 100"))
    address = f"ws://{service.address}/api/v1/positions/stream"
    async with connect(address, max_queue=1) as client:
        await client.recv()
        for step in range(300):
            await asyncio.to_thread(service.price, f"{200 + step}")
        heard = 0
        while True:
            message = json.loads(await asyncio.wait_for(client.recv(), PATIENCE_S))
            heard += message["type"] == "position_update"
            if message.get("position", {}).get("current_price") == "499":
                break
        assert heard <= 300
