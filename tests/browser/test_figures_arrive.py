"""Price, PnL and risk reach the page, by either way, and nothing else happens."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect


def test_price_pnl_and_risk_are_there_at_once(visit):
    context = visit()
    expect(context.shown("price")).to_have_text("67,482.1")
    expect(context.shown("pnl")).to_have_text("+321.05")
    expect(context.shown("pnl")).to_have_attribute("data-tone", "up")
    expect(context.shown("roe")).to_have_text("+19.21\u2009%")
    expect(context.shown("risk")).to_have_text("PROFIT")
    expect(context.page).to_have_title("67,482.1 +321.05 BTC/USDT")


def test_the_page_is_quiet_and_calls_nobody_else(visit):
    context = visit(chart=True)
    expect(context.page.locator("#chart .boxlayer path.box").first).to_be_visible()
    context.scene.price("67500")
    expect(context.shown("price")).to_have_text("67,500.0")
    assert context.hosts == {urlsplit(context.server.url).netloc}
    assert context.complaints == []


def test_the_risk_follows_the_price_in_word_and_icon(visit):
    context = visit()
    zones = {"66700": "UNDERWATER", "66300": "TRAP ZONE", "64000": "EMERGENCY", "63000": "LIQUIDATED"}
    for price, status in zones.items():
        context.scene.price(price)
        expect(context.shown("risk")).to_have_text(status)
        expect(context.shown("risk")).to_have_attribute("data-icon", status.lower().replace(" ", "_"))


def test_the_interval_alone_brings_everything(page, visit):
    page.route_web_socket("**/ws/view", lambda socket: socket.close())
    context = visit()
    assert context.ask("dashboard.stream.messages") == 0
    context.scene.price("66300")
    expect(context.shown("price")).to_have_text("66,300.0")
    expect(context.shown("pnl")).to_have_text("−270.00")
    expect(context.shown("risk")).to_have_text("TRAP ZONE")
    context.until("dashboard.stream.pace", lambda pace: pace == 1000)


def test_the_websocket_alone_goes_on_and_the_interval_rests(visit):
    context = visit()
    context.until("dashboard.stream.pace", lambda pace: pace == 15_000)
    context.page.route("**/_dash-update-component*", lambda route: route.abort())
    context.scene.price("66300")
    expect(context.shown("price")).to_have_text("66,300.0")
    expect(context.shown("risk")).to_have_text("TRAP ZONE")


def test_an_answer_that_was_long_on_its_way_undoes_nothing(visit):
    context = visit()
    context.until("dashboard.stream.heardAt")
    answer = "{ asked: dashboard.stream.heardAt, view: { price: '1.0' } }"
    context.ask(f"dashboard.stream.state = 'closed', dash_clientside.context.heard({answer})")
    assert context.ask("dashboard.shown.price") == "67,482.1"


def test_a_flood_ends_with_the_newest_price(visit):
    context = visit()
    for cents in range(2_000):
        context.scene.price(f"67{cents / 10:05.1f}")
    expect(context.shown("price")).to_have_text("67,199.9")


def test_the_marker_moves_up_and_down_the_ladder(visit):
    context = visit()
    marker = context.page.locator(".ladder .marker")
    before = marker.evaluate("one => Number(one.style.getPropertyValue('--at'))")
    context.scene.price("66000")
    expect(context.shown("price")).to_have_text("66,000.0")
    after = marker.evaluate("one => Number(one.style.getPropertyValue('--at'))")
    assert 0 < after < before < 1


def test_the_age_counts_on_by_itself(visit):
    context = visit()
    expect(context.shown("age")).to_have_text(re.compile(r"^\d\.\d s$"))
    context.scene.hush()
    first = context.ask("dashboard.age()")
    assert context.until("dashboard.age()", lambda age: age > first + 300)


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_price_change_flashes_unless_motion_is_unwelcome(page, visit, motion):
    page.emulate_media(reduced_motion=motion)
    context = visit()
    context.scene.price("67490")
    expect(context.shown("price-arrow")).to_have_attribute("data-way", "up")
    context.scene.price("67480")
    expect(context.shown("price-arrow")).to_have_attribute("data-way", "down")
    flashes = context.ask("dashboard.flashes ?? 0")
    assert flashes == (0 if motion == "reduce" else flashes)
    assert flashes <= 2
    assert motion == "reduce" or flashes > 0


def test_play_money_is_marked(visit):
    context = visit(environment="demo")
    expect(context.page.locator(".badge-environment")).to_have_text("Demo · not real money")
