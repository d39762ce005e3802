"""Price, PnL and risk reach the page, by either way, and nothing else happens."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect


def test_price_pnl_and_risk_are_there_at_once(visit):
    desk = visit()
    expect(desk.shown("price")).to_have_text("67,482.1")
    expect(desk.shown("pnl")).to_have_text("+321.05")
    expect(desk.shown("pnl")).to_have_attribute("data-tone", "up")
    expect(desk.shown("roe")).to_have_text("+19.21\u2009%")
    expect(desk.shown("risk")).to_have_text("PROFIT")
    expect(desk.page).to_have_title("67,482.1 +321.05 BTC/USDT")


def test_the_page_is_quiet_and_calls_nobody_else(visit):
    desk = visit(chart=True)
    expect(desk.page.locator("#chart .boxlayer path.box").first).to_be_visible()
    desk.scene.price("67500")
    expect(desk.shown("price")).to_have_text("67,500.0")
    assert desk.hosts == {urlsplit(desk.server.url).netloc}
    assert desk.complaints == []


def test_the_risk_follows_the_price_in_word_and_icon(visit):
    desk = visit()
    zones = {"66700": "UNDERWATER", "66300": "TRAP ZONE", "64000": "EMERGENCY", "63000": "LIQUIDATED"}
    for price, status in zones.items():
        desk.scene.price(price)
        expect(desk.shown("risk")).to_have_text(status)
        expect(desk.shown("risk")).to_have_attribute("data-icon", status.lower().replace(" ", "_"))


def test_the_interval_alone_brings_everything(page, visit):
    page.route_web_socket("**/ws/view", lambda socket: socket.close())
    desk = visit()
    assert desk.ask("dashboard.stream.messages") == 0
    desk.scene.price("66300")
    expect(desk.shown("price")).to_have_text("66,300.0")
    expect(desk.shown("pnl")).to_have_text("−270.00")
    expect(desk.shown("risk")).to_have_text("TRAP ZONE")
    desk.until("dashboard.stream.pace", lambda pace: pace == 1000)


def test_the_websocket_alone_goes_on_and_the_interval_rests(visit):
    desk = visit()
    desk.until("dashboard.stream.pace", lambda pace: pace == 15_000)
    desk.page.route("**/_dash-update-component*", lambda route: route.abort())
    desk.scene.price("66300")
    expect(desk.shown("price")).to_have_text("66,300.0")
    expect(desk.shown("risk")).to_have_text("TRAP ZONE")


def test_an_answer_that_was_long_on_its_way_undoes_nothing(visit):
    desk = visit()
    desk.until("dashboard.stream.heardAt")
    answer = "{ asked: dashboard.stream.heardAt, view: { price: '1.0' } }"
    desk.ask(f"dashboard.stream.state = 'closed', dash_clientside.desk.heard({answer})")
    assert desk.ask("dashboard.shown.price") == "67,482.1"


def test_a_flood_ends_with_the_newest_price(visit):
    desk = visit()
    for cents in range(2_000):
        desk.scene.price(f"67{cents / 10:05.1f}")
    expect(desk.shown("price")).to_have_text("67,199.9")


def test_the_marker_moves_up_and_down_the_ladder(visit):
    desk = visit()
    marker = desk.page.locator(".ladder .marker")
    before = marker.evaluate("one => Number(one.style.getPropertyValue('--at'))")
    desk.scene.price("66000")
    expect(desk.shown("price")).to_have_text("66,000.0")
    after = marker.evaluate("one => Number(one.style.getPropertyValue('--at'))")
    assert 0 < after < before < 1


def test_the_age_counts_on_by_itself(visit):
    desk = visit()
    expect(desk.shown("age")).to_have_text(re.compile(r"^\d\.\d s$"))
    desk.scene.hush()
    first = desk.ask("dashboard.age()")
    assert desk.until("dashboard.age()", lambda age: age > first + 300)


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_price_change_flashes_unless_motion_is_unwelcome(page, visit, motion):
    page.emulate_media(reduced_motion=motion)
    desk = visit()
    desk.scene.price("67490")
    expect(desk.shown("price-arrow")).to_have_attribute("data-way", "up")
    desk.scene.price("67480")
    expect(desk.shown("price-arrow")).to_have_attribute("data-way", "down")
    flashes = desk.ask("dashboard.flashes ?? 0")
    assert flashes == (0 if motion == "reduce" else flashes)
    assert flashes <= 2
    assert motion == "reduce" or flashes > 0


def test_play_money_is_marked(visit):
    desk = visit(environment="demo")
    expect(desk.page.locator(".badge-environment")).to_have_text("Demo · not real money")
