"""SPEC B5: the REST routes, their documentation and their access check."""

from collections.abc import Callable

import httpx
import pytest

from dashboard.auth.access_rules import AccessRules
from dashboard.domain.events import AccountFailed
from dashboard.domain.unread_part import UnreadPart
from tests.api.conftest import ApiServer
from tests.domain.builders import LONG, position, row
from tests.domain.fill_histories import fill, fills
from tests.positions.harness import BTC

KEY = "a-key-of-enough-characters"


def test_positions_have_all_details(service: ApiServer):
    service.harness.fills(fill("buy 2 @ 100", fee="0.5"))
    service.harness.snapshot(position(LONG, "2", "100", liquidation="91", margin_mode="isolated"))
    service.price("110")
    response = httpx.get(service.url("/positions"))
    assert response.headers["cache-control"] == "no-store"
    details = response.json()["positions"][BTC]
    assert details | {
        "side": "long", "quantity": "2", "entry_price": "100", "current_price": "110", "leverage": "10",
        "price_basis": "last",
        "unrealized_pnl": "20", "roe": "100", "fees": {"USDT": "0.5"}, "funding": {}, "risk": "PROFIT",
        "liquidation_price": "91", "liquidation_is_estimate": False, "liquidation_distance": "-17.2727",
        "adopted": False, "difference": None, "margin_mode": "isolated",
    } == details  # fmt: skip


def test_unknown_values_are_null(service: ApiServer):
    service.harness.fills(fill("buy 2 @ 100"))
    details = httpx.get(service.url("/positions")).json()["positions"][BTC]
    for name in (
        "current_price",
        "price_basis",
        "unrealized_pnl",
        "notional_value",
        "total_pnl",
        "leverage",
        "roe",
    ):
        assert details[name] is None, name
    assert httpx.get(service.url("/positions/summary")).json()["unrealized_pnl"] is None


def test_summary_adds_up_all_positions(service: ApiServer):
    service.harness.fills(fill("buy 2 @ 100"), fill("sell 1 @ 110", 2))
    service.price("120")
    summary = httpx.get(service.url("/positions/summary")).json()
    assert (summary["realized_pnl"], summary["unrealized_pnl"], summary["total_pnl"]) == ("10", "20", "30")
    assert summary["total_exposure"] == "120"


def test_unread_part_is_missing_and_not_flat(service: ApiServer):
    part = UnreadPart("coin-margined contracts", "no answer in time", frozenset({"BTC/USD:BTC"}))
    service.harness.fills(fill("buy 2 @ 100")).snapshot(position(LONG, "2", "100"), unread=(part,))
    for path in ("/positions", "/positions/summary"):
        answer = httpx.get(service.url(path)).json()
        assert answer["missing"] == ["not read: coin-margined contracts: no answer in time"]
        assert list(answer["positions"]) == [BTC]
    health = httpx.get(service.url("/positions/health")).json()
    assert "account: coin-margined contracts: no answer in time" in health["degraded"]
    service.harness.snapshot(position(LONG, "2", "100"))
    assert httpx.get(service.url("/positions")).json()["missing"] == []


def test_contradictory_leg_is_missing_and_its_realized_pnl_unknown(service: ApiServer):
    service.harness.fills(*fills("buy 2 @ 100, sell 3 @ 110", leg=LONG)).price("120")
    answer = httpx.get(service.url("/positions")).json()
    assert (answer["positions"], answer["missing"]) == ({}, [f"{BTC}:long: more was closed than opened"])
    summary = httpx.get(service.url("/positions/summary")).json()
    assert (summary["active_positions"], summary["total_exposure"], summary["total_pnl"]) == (0, None, None)
    service.harness.fills(fill("buy 2 @ 100", 3, leg=LONG))
    (leg,) = httpx.get(service.url("/positions")).json()["positions"].values()
    assert (leg["quantity"], leg["realized_pnl"], leg["total_pnl"]) == ("1", None, None)


class TestHealth:
    def test_position_that_disagrees_is_listed(self, service: ApiServer):
        service.harness.snapshot(row(LONG, "2", "100", mark="110", notional="22"))
        service.price("110")
        health = httpx.get(service.url("/positions/health")).json()
        assert (
            f"{BTC} disagrees: notional 220.00 USDT calculated, 22.00 stated by the exchange"
            in (health["degraded"])
        )

    def test_missing_history_is_listed(self, service: ApiServer):
        service.harness.snapshot(history="3 of 12 markets read")
        service.price("100")
        health = httpx.get(service.url("/positions/health")).json()
        assert health["degraded"] == ["account: history: 3 of 12 markets read"]

    def test_healthy_with_price_and_account(self, service: ApiServer):
        service.harness.snapshot()
        service.price("100")
        health = httpx.get(service.url("/positions/health")).json()
        assert {"status": "healthy", "running": True, "degraded": []}.items() <= health.items()

    def test_degraded_lists_each_reason(self, service: ApiServer):
        service.harness.fills(fill("buy 2 @ 100")).snapshot()
        service.harness.tracker.apply(AccountFailed("bitget: no answer in time"))
        service.audit_problem = "the audit trail cannot be written: No space left on device (3 records lost)"
        health = httpx.get(service.url("/positions/health")).json()
        assert health["status"] == "degraded"
        reasons = "\n".join(health["degraded"])
        for text in ("no answer in time", "No space left", "missing there", "CONNECTING"):
            assert text in reasons


class TestAccess:
    @pytest.fixture
    def locked(self, serve: Callable[..., ApiServer]) -> ApiServer:
        keys = f"laptop:{'b' * 20}, bot:{KEY}"
        return serve(AccessRules.parse(access_keys=keys, allowed_origins="https://good.example"))

    @pytest.mark.parametrize("path", ["/positions", "/positions/summary", "/positions/health"])
    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({}, 401),
            ({"X-API-Key": KEY[:-1]}, 401),
            ({"X-API-Key": KEY}, 200),
            ({"X-API-Key": "b" * 20}, 200),
            ({"Authorization": f"bearer {KEY}"}, 200),
            ({"Authorization": f"Basic {KEY}"}, 401),
        ],
        ids=["none", "wrong", "one", "another", "bearer", "basic"],
    )
    def test_key_is_required(self, locked: ApiServer, path, headers, status):
        response = httpx.get(locked.url(path), headers=headers)
        assert response.status_code == status
        assert KEY not in response.text

    def test_key_in_the_url_is_refused_with_advice(self, locked: ApiServer):
        response = httpx.get(locked.url(f"/positions?api_key={KEY}"))
        assert response.status_code == 400
        assert "X-API-Key" in response.json()["detail"]

    def test_allowed_origin_may_read(self, locked: ApiServer):
        origin = {"Origin": "https://good.example"}
        response = httpx.get(locked.url("/positions"), headers={"X-API-Key": KEY} | origin)
        assert response.headers["access-control-allow-origin"] == "https://good.example"
        preflight = {
            **origin,
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "x-api-key",
        }
        assert httpx.options(locked.url("/positions"), headers=preflight).status_code == 200

    def test_other_origin_is_refused(self, locked: ApiServer):
        response = httpx.get(
            locked.url("/positions"), headers={"X-API-Key": KEY, "Origin": "https://evil.example"}
        )
        assert response.status_code == 403
        assert "access-control-allow-origin" not in response.headers


def test_reference_page_covers_the_api_and_loads_nothing(service: ApiServer):
    page = httpx.get(f"http://{service.address}/api/docs").text
    for text in ("/api/v1/positions/stream", "/api/v1/live/bbo", "get_summary", "liquidation_price"):
        assert text in page
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page


def test_openapi_and_asyncapi_documents_are_served(service: ApiServer):
    openapi = httpx.get(f"http://{service.address}/api/openapi.json").json()
    assert {f"/api/v1/positions{path}" for path in ("", "/summary", "/health")} <= openapi["paths"].keys()
    assert httpx.get(f"http://{service.address}/api/asyncapi.json").json()["asyncapi"] == "3.0.0"
