"""Price, PnL and risk reach the page by websocket and by polling, without errors or foreign requests."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect


def test_price_pnl_and_risk_are_shown_on_load(visit):
    opened = visit()
    expect(opened.shown("price")).to_have_text("67,482.1")
    expect(opened.shown("pnl")).to_have_text("+321.05")
    expect(opened.shown("pnl")).to_have_attribute("data-tone", "up")
    expect(opened.shown("roe")).to_have_text("+19.21\u2009%")
    expect(opened.shown("risk")).to_have_text("PROFIT")
    expect(opened.page).to_have_title("67,482.1 +321.05 BTC/USDT")


def test_page_has_no_errors_and_requests_no_other_host(visit):
    opened = visit(chart=True)
    expect(opened.page.locator("#chart .boxlayer path.box").first).to_be_visible()
    opened.scene.price("67500")
    expect(opened.shown("price")).to_have_text("67,500.0")
    assert opened.hosts == {urlsplit(opened.server.url).netloc}
    assert opened.errors == []


def test_risk_text_and_icon_follow_the_price(visit):
    opened = visit()
    zones = {"66700": "UNDERWATER", "66300": "TRAP ZONE", "64000": "EMERGENCY", "63000": "LIQUIDATED"}
    for price, status in zones.items():
        opened.scene.price(price)
        expect(opened.shown("risk")).to_have_text(status)
        expect(opened.shown("risk")).to_have_attribute("data-icon", status.lower().replace(" ", "_"))


def test_polling_alone_updates_everything(page, visit):
    page.route_web_socket("**/ws/view", lambda socket: socket.close())
    opened = visit()
    assert opened.evaluate("dashboard.stream.messages") == 0
    opened.scene.price("66300")
    expect(opened.shown("price")).to_have_text("66,300.0")
    expect(opened.shown("pnl")).to_have_text("−270.00")
    expect(opened.shown("risk")).to_have_text("TRAP ZONE")
    opened.wait_for("dashboard.stream.pollInterval", lambda pace: pace == 1000)


def test_open_websocket_slows_polling_and_updates_without_it(visit):
    opened = visit()
    opened.wait_for("dashboard.stream.pollInterval", lambda pace: pace == 15_000)
    opened.page.route("**/_dash-update-component*", lambda route: route.abort())
    opened.scene.price("66300")
    expect(opened.shown("price")).to_have_text("66,300.0")
    expect(opened.shown("risk")).to_have_text("TRAP ZONE")


def test_slow_poll_answer_does_not_overwrite_newer_figures(visit):
    opened = visit()
    opened.wait_for("dashboard.stream.receivedAt")
    answer = "{ requested_at: dashboard.stream.receivedAt, view: { price: '1.0' } }"
    opened.evaluate(f"dashboard.stream.state = 'closed', dash_clientside.dashboard.applyAnswer({answer})")
    assert opened.evaluate("dashboard.shown.price") == "67,482.1"


def test_newest_price_is_shown_after_a_flood(visit):
    opened = visit()
    for cents in range(2_000):
        opened.scene.price(f"67{cents / 10:05.1f}")
    expect(opened.shown("price")).to_have_text("67,199.9")


def test_price_marker_moves_down_the_ladder(visit):
    opened = visit()
    marker = opened.page.locator(".ladder .marker")
    before = marker.evaluate("marker => Number(marker.style.getPropertyValue('--at'))")
    opened.scene.price("66000")
    expect(opened.shown("price")).to_have_text("66,000.0")
    after = marker.evaluate("marker => Number(marker.style.getPropertyValue('--at'))")
    assert 0 < after < before < 1


def test_age_grows_without_messages(visit):
    opened = visit()
    expect(opened.shown("age")).to_have_text(re.compile(r"^\d\.\d s$"))
    opened.scene.hush()
    first = opened.evaluate("dashboard.age()")
    assert opened.wait_for("dashboard.age()", lambda age: age > first + 300)


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_price_change_flashes_unless_reduced_motion_is_preferred(page, visit, motion):
    page.emulate_media(reduced_motion=motion)
    opened = visit()
    opened.scene.price("67490")
    expect(opened.shown("price-arrow")).to_have_attribute("data-way", "up")
    opened.scene.price("67480")
    expect(opened.shown("price-arrow")).to_have_attribute("data-way", "down")
    flashes = opened.evaluate("dashboard.flashes ?? 0")
    assert flashes == (0 if motion == "reduce" else flashes)
    assert flashes <= 2
    assert motion == "reduce" or flashes > 0


def test_demo_environment_has_a_badge(visit):
    opened = visit(environment="demo")
    expect(opened.page.locator(".badge-environment")).to_have_text("Demo · not real money")
