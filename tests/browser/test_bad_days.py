"""What the page shows when something is missing, old or gone."""

import re

from playwright.sync_api import expect

from dashboard.domain.events import FeedFailed, PositionsFailed, Route
from tests.web.scenes import LONG


def test_a_price_that_grows_old_greys_the_page(visit):
    desk = visit()
    desk.scene.price("67400", age=4_500)
    expect(desk.shown("state")).to_have_text("STALE")
    expect(desk.shown("price")).to_have_text("67,400.0")
    expect(desk.shown("price")).to_have_attribute("data-tone", "unknown")
    expect(desk.shown("price-age")).to_be_visible()
    expect(desk.shown("pnl")).to_have_text("—")
    expect(desk.shown("risk")).to_have_text("UNKNOWN")
    expect(desk.shown("liq-away")).to_have_text("—")
    expect(desk.page).to_have_title("STALE · BTC/USDT")
    desk.scene.price("67482.1")
    expect(desk.shown("pnl")).to_have_text("+321.05")
    expect(desk.shown("risk")).to_have_text("PROFIT")


def test_the_page_greys_itself_when_the_server_is_silent(page, visit):
    """With both ways cut nobody tells the page, and its words are those of the server."""
    desk = visit()
    desk.scene.price("67400", age=4_000)
    expect(desk.shown("price")).to_have_text("67,400.0")
    desk.server.stop()
    expect(desk.shown("risk")).to_have_text("UNKNOWN")
    expect(desk.shown("risk-why")).to_have_text("No live price.")
    expect(desk.shown("pnl")).to_have_text("—")
    expect(desk.shown("price")).to_have_text("67,400.0")
    expect(desk.shown("state")).to_have_text("SERVER GONE")
    expect(desk.shown("feed-notice")).to_contain_text("server does not answer")
    desk.server.start()
    desk.scene.price("67482.1")
    expect(desk.shown("state")).to_have_text("STREAMING")
    expect(desk.shown("pnl")).to_have_text("+321.05")
    expect(desk.shown("feed-notice")).to_be_hidden()


def test_a_clock_set_back_makes_no_price_young_again(page, visit):
    page.add_init_script(
        "const real = Date.now; window.setBack = 0; Date.now = () => real.call(Date) - setBack;"
    )
    desk = visit()
    desk.until("dashboard.stream.heardAt")
    desk.ask("window.setBack = 600_000")
    desk.server.stop()
    expect(desk.shown("price")).to_have_attribute("data-tone", "unknown")
    expect(desk.shown("pnl")).to_have_text("—")
    expect(desk.shown("state")).to_have_text("SERVER GONE")
    assert desk.ask("dashboard.age()") > 4_000
    desk.server.start()
    expect(desk.shown("state")).to_have_text("STREAMING")


def test_bid_and_ask_alone_are_no_live_price(visit):
    desk = visit()
    desk.scene.price("67400", age=10_000)
    desk.scene.price("67000", last=None, mark=None)
    expect(desk.shown("bid")).to_have_text("67,000.0")
    expect(desk.shown("state")).to_have_text("STALE")
    expect(desk.shown("state")).to_have_attribute("data-icon", "stale")
    expect(desk.shown("feed-notice")).to_have_text("Bitget sends no price, only bid and ask.")
    expect(desk.shown("age")).to_have_text(re.compile(r"^1\d s$"))
    expect(desk.page).to_have_title("STALE · BTC/USDT")


def test_failures_are_told_without_moving_the_page(visit):
    desk = visit(account=True)
    top = desk.page.locator("#figures").bounding_box()
    desk.scene.hush()
    desk.scene.runtime.apply(FeedFailed(Route.STREAM, "code 1006"))
    desk.scene.runtime.apply(FeedFailed(Route.POLL, "timeout after 10 s"))
    desk.scene.runtime.apply(PositionsFailed("the key is wrong"))
    expect(desk.shown("state")).to_have_text("DISCONNECTED")
    expect(desk.shown("feed-notice")).to_have_text("timeout after 10 s. 2 failures.")
    expect(desk.shown("account-notice")).to_contain_text("the key is wrong")
    assert desk.page.locator("#figures").bounding_box() == top


def test_before_the_exchange_answers_the_page_says_what_it_waits_for(visit):
    desk = visit(LONG, None, chart=True)
    expect(desk.shown("state")).to_have_text("CONNECTING")
    expect(desk.shown("pair")).to_have_text("BTCUSDT")
    expect(desk.page.locator("#chart-message")).to_have_text("Waiting for the exchange…")
    desk.scene.resolve().price("67482.1")
    expect(desk.shown("pnl")).to_have_text("+321.05")
    expect(desk.page.locator("#chart .boxlayer path.box").first).to_be_visible()
    expect(desk.page.locator("#chart-message")).to_be_hidden()


def test_without_a_position_the_page_invites_to_enter_one(visit):
    desk = visit({})
    expect(desk.shown("risk")).to_have_text("NO POSITION")
    expect(desk.page.locator(".ladder")).to_be_hidden()
    desk.page.get_by_role("button", name="Enter a position").click()
    expect(desk.page.get_by_role("dialog")).to_be_visible()
