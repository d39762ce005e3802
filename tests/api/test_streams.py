"""SPEC B4 and B6: the websockets, with a client written from the specification alone."""

import asyncio
import json
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import jsonschema
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from dashboard.api.client_messages import MAX_MESSAGE_CHARACTERS, MAX_MESSAGES
from dashboard.api.router import ASYNCAPI
from dashboard.auth.access_rules import AccessRules
from dashboard.domain.events import FeedFailed, Transport
from tests.api.conftest import ApiServer
from tests.domain.builders import LONG, position, row
from tests.domain.fill_histories import fill, fills
from tests.positions.harness import BTC, market_key
from tests.waiting import TIMEOUT_S

POSITION = {
    "symbol", "side", "quantity", "entry_price", "current_price", "price_basis", "unrealized_pnl",
    "realized_pnl", "notional_value", "total_pnl", "leverage", "last_updated",
}  # fmt: skip
SUMMARY = {"active_positions", "total_exposure", "total_pnl", "realized_pnl", "unrealized_pnl", "positions"}
KEY = "a-key-of-enough-characters"


def receive(client: ClientConnection) -> dict[str, Any]:
    """Receives the next message and validates it against the AsyncAPI document."""
    message: dict[str, Any] = json.loads(client.recv(TIMEOUT_S))
    schema = {
        **ASYNCAPI["components"]["messages"][message["type"]]["payload"],
        "components": ASYNCAPI["components"],
    }
    jsonschema.validate(message, schema, format_checker=jsonschema.FormatChecker())
    return message


def until(client: ClientConnection, type: str, **wanted: Any) -> dict[str, Any]:
    """Receives messages until one of this type has the wanted values."""
    while True:
        message = receive(client)
        if message["type"] == type and wanted.items() <= message.items():
            return message


def until_pnl(client: ClientConnection, pnl: str | None) -> dict[str, Any]:
    """Receives updates until one has this PnL; those of earlier prices may come first."""
    while True:
        update = until(client, "position_update")
        if update["position"]["unrealized_pnl"] == pnl:
            return update


def send(client: ClientConnection, **message: object) -> None:
    client.send(json.dumps(message))


class TestPositions:
    def test_messages_follow_the_specification(self, service: ApiServer):
        service.harness.fills(fill("buy 2 @ 100"))
        service.price("110")
        with service.stream() as client:
            first = receive(client)
            assert first["type"] == "initial_state"
            assert first.keys() >= SUMMARY | {"timestamp"}
            assert first["positions"][BTC].keys() >= POSITION
            assert (first["active_positions"], first["unrealized_pnl"]) == (1, "20")

            service.harness.fills(fill("sell 1 @ 120", 2))
            update = until(client, "position_update", event_type="fill")
            assert update["symbol"] == BTC
            assert update["fill"] == {
                "symbol": BTC, "side": "sell", "quantity": "1", "price": "120", "id": "2"
            }  # fmt: skip
            assert (update["position"]["quantity"], update["position"]["realized_pnl"]) == ("1", "20")

            send(client, action="get_summary")
            assert until(client, "summary").keys() >= SUMMARY | {"timestamp"}
            send(client, action="ping")
            assert until(client, "pong") == {"type": "pong"}

    def test_answering_the_ping_is_optional(self, serve: Callable[..., ApiServer]):
        service = serve(keepalive_s=0.05)
        with service.stream() as client:
            until(client, "ping")
            send(client, action="ping")
            until(client, "pong")
            for _ in range(3):
                until(client, "ping")

    def test_price_update_needs_a_pnl_change_above_one_cent(self, service: ApiServer):
        service.harness.fills(fill("buy 1 @ 100"))
        service.price("100")
        with service.stream() as client:
            receive(client)
            service.price("100.004")
            service.price("101")
            update = until_pnl(client, "1")
            assert update["event_type"] == "price_update"
            assert "fill" not in update

    def test_stale_price_becomes_null(self, service: ApiServer):
        service.harness.fills(fill("buy 1 @ 100"))
        service.price("101")
        with service.stream() as client:
            assert receive(client)["positions"][BTC]["current_price"] == "101"
            service.harness.ahead_ms = 6_000
            assert until_pnl(client, None)["position"]["current_price"] is None

    def test_disagreement_is_sent_as_a_change_of_the_position(self, service: ApiServer):
        wrong, right = (row(LONG, "2", "100", mark="110", notional=notional) for notional in ("22", "220"))
        service.harness.fills(fill("buy 2 @ 100"))
        service.price("110")
        with service.stream() as client:
            assert receive(client)["positions"][BTC]["disagreement"] is None
            service.harness.snapshot(wrong)
            sent = until(client, "position_update", event_type="position_change")["position"]
            while sent["disagreement"] is None:  # the change of leverage and margin comes with it
                sent = until(client, "position_update", event_type="position_change")["position"]
            assert sent["disagreement"] == "notional 220.00 USDT calculated, 22.00 stated by the exchange"
            assert {sent[name] for name in ("quantity", "unrealized_pnl", "notional_value")} == {None}
            assert sent["current_price"] == "110"
            service.harness.snapshot(right, requested_at=2_000)
            while sent["disagreement"] is not None:
                sent = until(client, "position_update")["position"]
            assert (sent["quantity"], sent["unrealized_pnl"]) == ("2", "20")

    def test_closed_position_is_sent_as_flat(self, service: ApiServer):
        service.harness.fills(fill("buy 1 @ 100"))
        with service.stream() as client:
            receive(client)
            service.harness.fills(fill("sell 1 @ 100", 2))
            closed = until(client, "position_update")["position"]
            assert (closed["side"], closed["quantity"], closed["entry_price"]) == ("flat", "0", None)
            send(client, action="get_summary")
            assert until(client, "summary")["positions"] == {}

    def test_hedge_mode_labels_include_the_side(self, service: ApiServer):
        service.harness.snapshot(position(LONG, "2", "100"), hedged=True)
        with service.stream() as client:
            assert set(receive(client)["positions"]) == {f"{BTC}:long"}

    def test_no_change_is_lost_between_initial_state_and_first_update(self, service: ApiServer):
        """Each change after the initial state is sent as an update, in order."""
        trades = fills(", ".join(["buy 1 @ 100"] * 200))
        feeding = threading.Thread(target=lambda: [service.harness.fills(trade) for trade in trades])
        feeding.start()
        for _ in range(5):
            with service.stream() as client:
                quantity = receive(client)["positions"].get(BTC, {"quantity": "0"})["quantity"]
                while quantity != "200":
                    update = until(client, "position_update")
                    assert int(update["position"]["quantity"]) == int(quantity) + 1
                    quantity = update["position"]["quantity"]
        feeding.join()


class TestBestBidAndOffer:
    def test_each_change_is_sent(self, service: ApiServer):
        service.price("100")
        with service.stream("/live/bbo") as client:
            assert (receive(client)["bid"], service.markets.main_key.symbol) == ("100", BTC)
            service.price("101")
            bbo = until(client, "bbo", bid="101")
            assert (bbo["symbol"], bbo["ask"]) == (BTC, "101")

    def test_unchanged_prices_are_not_repeated(self, service: ApiServer):
        service.price("100")
        with service.stream("/live/bbo") as client:
            receive(client)
            service.price("100")
            service.price("102")
            assert receive(client)["bid"] == "102"

    def test_stale_price_is_null_on_connect(self, service: ApiServer):
        service.price("100")
        service.markets.apply(market_key(), service.old_price("100", 60_000))
        with service.stream("/live/bbo") as client:
            assert receive(client)["bid"] is None

    def test_price_that_becomes_stale_is_sent_as_null(self, service: ApiServer):
        service.price("100")
        with service.stream("/live/bbo") as client:
            assert receive(client)["bid"] == "100"
            service.markets.apply(market_key(), service.old_price("101", 4_500))
            assert until(client, "bbo", bid=None)["ask"] is None
            service.price("100")
            assert until(client, "bbo", bid="100")["ask"] == "100"

    def test_prices_are_null_while_the_exchange_is_disconnected(self, service: ApiServer):
        service.price("100")
        with service.stream("/live/bbo") as client:
            receive(client)
            service.markets.apply(market_key(), FeedFailed(Transport.STREAM, "closed"))
            service.markets.apply(market_key(), FeedFailed(Transport.POLL, "no answer"))
            assert until(client, "bbo", bid=None)["ask"] is None
            service.price("100")
            assert until(client, "bbo", bid="100")["ask"] == "100"


class TestProtocolViolations:
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
            ('{"action": "ping", "x": "' + "a" * MAX_MESSAGE_CHARACTERS + '"}', "too_long", 1009),
        ],
        ids=["json", "huge", "deep", "no object", "empty", "number", "unknown", "binary", "long"],
    )
    def test_violation_gets_one_error_and_closes_the_connection(
        self, service: ApiServer, raw, code: str, close: int
    ):
        with service.stream() as client:
            receive(client)
            client.send(raw)
            assert until(client, "error")["code"] == code
            with pytest.raises(ConnectionClosed) as closed:
                client.recv(TIMEOUT_S)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == close

    def test_too_many_messages_close_the_connection(self, service: ApiServer):
        with service.stream() as client:
            receive(client)
            with suppress(ConnectionClosed):  # it may be closed before all messages are sent
                for _ in range(MAX_MESSAGES + 5):
                    send(client, action="ping")
            assert until(client, "error")["code"] == "flood"

    def test_violation_of_one_client_does_not_affect_another(self, service: ApiServer):
        service.harness.fills(fill("buy 1 @ 100"))
        with service.stream() as good, service.stream() as bad:
            receive(good)
            bad.send("{")
            service.harness.fills(fill("buy 1 @ 100", 2))
            assert until(good, "position_update")["position"]["quantity"] == "2"


class TestAccess:
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
    def test_key_and_origin_decide_access(self, serve: Callable[..., ApiServer], path, headers, status):
        service = serve(AccessRules.parse(access_keys=f"bot:{KEY}", allowed_origins="https://good.example"))
        if status is None:
            with service.stream(path, additional_headers=headers) as client:
                client.ping().wait(TIMEOUT_S)
            return
        with pytest.raises(InvalidStatus) as refused:
            service.stream(path, additional_headers=headers)
        assert refused.value.response.status_code == status

    def test_key_in_the_url_is_refused(self, serve: Callable[..., ApiServer]):
        service = serve(AccessRules.parse(access_keys=f"bot:{KEY}"))
        with pytest.raises(InvalidStatus) as refused:
            service.stream(f"/positions/stream?api_key={KEY}")
        assert refused.value.response.status_code == 400


async def test_two_hundred_clients_receive_the_newest_state(serve: Callable[..., ApiServer]):
    service = serve()
    service.harness.fills(fill("buy 1 @ 100"))
    address = f"ws://{service.address}/api/v1/positions/stream"
    clients = await asyncio.gather(*(connect(address, open_timeout=TIMEOUT_S) for _ in range(200)))
    await asyncio.gather(*(client.recv() for client in clients))
    await asyncio.to_thread(service.harness.fills, fill("buy 1 @ 100", 2))

    async def newest(client: Any) -> str:
        while True:
            message = json.loads(await client.recv())
            if message.get("event_type") == "fill":
                return str(message["position"]["quantity"])

    async with asyncio.timeout(TIMEOUT_S):
        assert set(await asyncio.gather(*map(newest, clients))) == {"2"}
    await asyncio.gather(*(client.close() for client in clients))


async def test_slow_client_receives_the_newest_state_without_a_queue(serve: Callable[..., ApiServer]):
    service = serve(update_interval=0.002)
    service.harness.fills(fill("buy 1 @ 100"))
    address = f"ws://{service.address}/api/v1/positions/stream"
    async with connect(address, max_queue=1) as client:
        await client.recv()
        for step in range(300):
            await asyncio.to_thread(service.price, f"{200 + step}")
        updates = 0
        while True:
            message = json.loads(await asyncio.wait_for(client.recv(), TIMEOUT_S))
            updates += message["type"] == "position_update"
            if message.get("position", {}).get("current_price") == "499":
                break
        assert updates <= 300
