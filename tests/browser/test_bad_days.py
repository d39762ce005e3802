"""What the page shows when something is missing, old or gone."""

import re

from playwright.sync_api import expect

from dashboard.domain.events import AccountFailed, FeedFailed, Transport
from tests.web.scenes import LONG


def test_a_price_that_grows_old_greys_the_page(visit):
    context = visit()
    context.scene.price("67400", age=4_500)
    expect(context.shown("state")).to_have_text("STALE")
    expect(context.shown("price")).to_have_text("67,400.0")
    expect(context.shown("price")).to_have_attribute("data-tone", "unknown")
    expect(context.shown("price-age")).to_be_visible()
    expect(context.shown("pnl")).to_have_text("—")
    expect(context.shown("risk")).to_have_text("UNKNOWN")
    expect(context.shown("liq-away")).to_have_text("—")
    expect(context.page).to_have_title("STALE · BTC/USDT")
    context.scene.price("67482.1")
    expect(context.shown("pnl")).to_have_text("+321.05")
    expect(context.shown("risk")).to_have_text("PROFIT")


def test_the_page_greys_itself_when_the_server_is_silent(page, visit):
    """With both ways cut nobody tells the page, and its words are those of the server."""
    context = visit()
    context.scene.price("67400", age=4_000)
    expect(context.shown("price")).to_have_text("67,400.0")
    context.server.stop()
    expect(context.shown("risk")).to_have_text("UNKNOWN")
    expect(context.shown("risk-why")).to_have_text("No live price.")
    expect(context.shown("pnl")).to_have_text("—")
    expect(context.shown("price")).to_have_text("67,400.0")
    expect(context.shown("state")).to_have_text("SERVER GONE")
    expect(context.shown("feed-notice")).to_contain_text("server does not answer")
    context.server.start()
    context.scene.price("67482.1")
    expect(context.shown("state")).to_have_text("STREAMING")
    expect(context.shown("pnl")).to_have_text("+321.05")
    expect(context.shown("feed-notice")).to_be_hidden()


def test_a_clock_set_back_makes_no_price_young_again(page, visit):
    page.add_init_script(
        "const real = Date.now; window.setBack = 0; Date.now = () => real.call(Date) - setBack;"
    )
    context = visit()
    context.until("dashboard.stream.heardAt")
    context.ask("window.setBack = 600_000")
    context.server.stop()
    expect(context.shown("price")).to_have_attribute("data-tone", "unknown")
    expect(context.shown("pnl")).to_have_text("—")
    expect(context.shown("state")).to_have_text("SERVER GONE")
    assert context.ask("dashboard.age()") > 4_000
    context.server.start()
    expect(context.shown("state")).to_have_text("STREAMING")


def test_bid_and_ask_alone_are_no_live_price(visit):
    context = visit()
    context.scene.price("67400", age=10_000)
    context.scene.price("67000", last=None, mark=None)
    expect(context.shown("bid")).to_have_text("67,000.0")
    expect(context.shown("state")).to_have_text("STALE")
    expect(context.shown("state")).to_have_attribute("data-icon", "stale")
    expect(context.shown("feed-notice")).to_have_text("Bitget sends no price, only bid and ask.")
    expect(context.shown("age")).to_have_text(re.compile(r"^1\d s$"))
    expect(context.page).to_have_title("STALE · BTC/USDT")


def test_failures_are_told_without_moving_the_page(visit):
    context = visit(account=True)
    top = context.page.locator("#figures").bounding_box()
    context.scene.hush()
    context.scene.apply(FeedFailed(Transport.STREAM, "code 1006"))
    context.scene.apply(FeedFailed(Transport.POLL, "timeout after 10 s"))
    context.scene.account_reports(AccountFailed("the key is wrong"))
    expect(context.shown("state")).to_have_text("DISCONNECTED")
    expect(context.shown("feed-notice")).to_have_text("timeout after 10 s. 2 failures.")
    expect(context.shown("account-notice")).to_contain_text("the key is wrong")
    assert context.page.locator("#figures").bounding_box() == top


def test_before_the_exchange_answers_the_page_says_what_it_waits_for(visit):
    context = visit(LONG, None, chart=True)
    expect(context.shown("state")).to_have_text("CONNECTING")
    expect(context.shown("pair")).to_have_text("BTCUSDT")
    expect(context.page.locator("#chart-message")).to_have_text("Waiting for the exchange…")
    context.scene.resolve().price("67482.1")
    expect(context.shown("pnl")).to_have_text("+321.05")
    expect(context.page.locator("#chart .boxlayer path.box").first).to_be_visible()
    expect(context.page.locator("#chart-message")).to_be_hidden()


def test_without_a_position_the_page_invites_to_enter_one(visit):
    context = visit({})
    expect(context.shown("risk")).to_have_text("NO POSITION")
    expect(context.page.locator(".ladder")).to_be_hidden()
    context.page.get_by_role("button", name="Enter a position").click()
    expect(context.page.get_by_role("dialog")).to_be_visible()
