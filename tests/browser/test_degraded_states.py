"""The page while a price, the server, the account or a position is missing or stale."""

import re

from playwright.sync_api import expect

from dashboard.domain.events import AccountFailed, FeedFailed, Transport
from tests.web.scenes import LONG


def test_stale_price_marks_the_figures_unknown(visit):
    opened = visit()
    opened.scene.price("67400", age=4_500)
    expect(opened.shown("state")).to_have_text("STALE")
    expect(opened.shown("price")).to_have_text("67,400.0")
    expect(opened.shown("price")).to_have_attribute("data-tone", "unknown")
    expect(opened.shown("price-age")).to_be_visible()
    expect(opened.shown("pnl")).to_have_text("—")
    expect(opened.shown("risk")).to_have_text("UNKNOWN")
    expect(opened.shown("liq-away")).to_have_text("—")
    expect(opened.page).to_have_title("STALE · BTC/USDT")
    opened.scene.price("67482.1")
    expect(opened.shown("pnl")).to_have_text("+321.05")
    expect(opened.shown("risk")).to_have_text("PROFIT")


def test_page_marks_its_figures_unknown_when_the_server_is_silent(page, visit):
    """Neither websocket nor polling works, so the page uses the texts that the server sent before."""
    opened = visit()
    opened.scene.price("67400", age=4_000)
    expect(opened.shown("price")).to_have_text("67,400.0")
    opened.server.stop()
    expect(opened.shown("risk")).to_have_text("UNKNOWN")
    expect(opened.shown("risk-why")).to_have_text("No live price.")
    expect(opened.shown("pnl")).to_have_text("—")
    expect(opened.shown("price")).to_have_text("67,400.0")
    expect(opened.shown("state")).to_have_text("SERVER GONE")
    expect(opened.shown("feed-notice")).to_contain_text("server does not answer")
    opened.server.start()
    opened.scene.price("67482.1")
    expect(opened.shown("state")).to_have_text("STREAMING")
    expect(opened.shown("pnl")).to_have_text("+321.05")
    expect(opened.shown("feed-notice")).to_be_hidden()


def test_clock_set_back_does_not_make_a_stale_price_live(page, visit):
    page.add_init_script(
        "const real = Date.now; window.setBack = 0; Date.now = () => real.call(Date) - setBack;"
    )
    opened = visit()
    opened.wait_for("dashboard.stream.receivedAt")
    opened.evaluate("window.setBack = 600_000")
    opened.server.stop()
    expect(opened.shown("price")).to_have_attribute("data-tone", "unknown")
    expect(opened.shown("pnl")).to_have_text("—")
    expect(opened.shown("state")).to_have_text("SERVER GONE")
    assert opened.evaluate("dashboard.age()") > 4_000
    opened.server.start()
    expect(opened.shown("state")).to_have_text("STREAMING")


def test_bid_and_ask_alone_are_not_a_live_price(visit):
    opened = visit()
    opened.scene.price("67400", age=10_000)
    opened.scene.price("67000", last=None, mark=None)
    expect(opened.shown("bid")).to_have_text("67,000.0")
    expect(opened.shown("state")).to_have_text("STALE")
    expect(opened.shown("state")).to_have_attribute("data-icon", "stale")
    expect(opened.shown("feed-notice")).to_have_text("Bitget sends no price, only bid and ask.")
    expect(opened.shown("age")).to_have_text(re.compile(r"^1\d s$"))
    expect(opened.page).to_have_title("STALE · BTC/USDT")


def test_failure_notices_do_not_move_the_page(visit):
    opened = visit(account=True)
    top = opened.page.locator("#figures").bounding_box()
    opened.scene.hush()
    opened.scene.apply(FeedFailed(Transport.STREAM, "code 1006"))
    opened.scene.apply(FeedFailed(Transport.POLL, "timeout after 10 s"))
    opened.scene.account_reports(AccountFailed("the key is wrong"))
    expect(opened.shown("state")).to_have_text("DISCONNECTED")
    expect(opened.shown("feed-notice")).to_have_text("timeout after 10 s. 2 failures.")
    expect(opened.shown("account-notice")).to_contain_text("the key is wrong")
    assert opened.page.locator("#figures").bounding_box() == top


def test_page_shows_connecting_until_the_exchange_answers(visit):
    opened = visit(LONG, None, chart=True)
    expect(opened.shown("state")).to_have_text("CONNECTING")
    expect(opened.shown("pair")).to_have_text("BTCUSDT")
    expect(opened.page.locator("#chart-message")).to_have_text("Waiting for the exchange…")
    opened.scene.resolve().price("67482.1")
    expect(opened.shown("pnl")).to_have_text("+321.05")
    expect(opened.page.locator("#chart .boxlayer path.box").first).to_be_visible()
    expect(opened.page.locator("#chart-message")).to_be_hidden()


def test_page_without_a_position_offers_the_form(visit):
    opened = visit({})
    expect(opened.shown("risk")).to_have_text("NO POSITION")
    expect(opened.page.locator(".ladder")).to_be_hidden()
    opened.page.get_by_role("button", name="Enter a position").click()
    expect(opened.page.get_by_role("dialog")).to_be_visible()
