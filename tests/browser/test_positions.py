"""The table of positions in a real browser: rows come and go, figures age, a click moves the focus."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from dashboard.clock import now_ms
from dashboard.domain.events import (
    AccountSnapshot,
    FillsReceived,
    InstrumentResolved,
    PriceReceived,
    Transport,
)
from dashboard.domain.keys import MarketKey
from dashboard.domain.market import Quote, Ticker
from dashboard.domain.position import Position
from tests.domain.builders import LONG, SHORT, position
from tests.domain.fill_histories import fill
from tests.web.scenes import BTC, Scene

ETH = position().instrument.__class__(
    exchange="bitget",
    symbol="ETH/USDT:USDT",
    id="ETHUSDT",
    base="ETH",
    quote="USDT",
    settle="USDT",
    kind="swap",
    price_step=Decimal("0.01"),
)


def reading(*positions: Position) -> AccountSnapshot:
    return AccountSnapshot(now_ms(), 1_000, positions)


def eth_ticks(scene: Scene, price: str) -> None:
    """A tick of the second market."""
    quote = Quote(Decimal(price), now_ms())
    ticker = Ticker(last=quote, mark=quote, bid=quote, ask=quote)
    market = MarketKey(BTC.exchange, ETH.symbol)
    scene.apply(InstrumentResolved(ETH), market)
    # As after a slow request, so that it stays fresh for longer than a slow machine needs for a test.
    scene.apply(PriceReceived(Transport.STREAM, now_ms(), ticker, request_time_ms=60_000), market)


def row(opened, label: str):
    return opened.page.locator(f'[row-id="{label}"]')


def cell(opened, label: str, column: str):
    return opened.page.locator(f'[row-id="{label}"] [col-id="{column}"]')


@pytest.fixture
def context(visit):
    """A page with a long in BTC and a short in ETH."""
    opened = visit({}, "64100", account=True)
    scene = opened.scene
    scene.account_reports(
        reading(position(LONG, "0.5", "64000", of=BTC), position(SHORT, "2", "3100", of=ETH))
    )
    scene.price("64100")
    eth_ticks(scene, "3000")
    return opened


def test_each_open_position_has_a_row(context):
    expect(cell(context, BTC.symbol, "pnl")).to_have_text("+50.00")
    expect(cell(context, ETH.symbol, "pnl")).to_have_text("+200.00")
    expect(cell(context, ETH.symbol, "side")).to_have_text("Short 10×")
    expect(context.shown("sum-unrealized")).to_have_text("+250.00")
    assert not context.complaints


def test_rows_come_and_go_with_fills(context):
    expect(row(context, ETH.symbol).first).to_be_visible()
    context.scene.account_reports(FillsReceived((fill("buy 2 @ 3000", 2_000, of=ETH),)))
    expect(row(context, ETH.symbol)).to_have_count(0)
    expect(context.page.locator("#events li").first).to_contain_text("realised +200.00 USDT")
    context.scene.account_reports(FillsReceived((fill("buy 1 @ 3000", 3_000, of=ETH),)))
    expect(cell(context, ETH.symbol, "side")).to_contain_text("Long")


def test_a_click_puts_a_position_into_the_focus_of_this_page(context):
    cell(context, ETH.symbol, "symbol").click()
    expect(context.shown("pair")).to_have_text("ETH/USDT")
    expect(context.shown("pnl")).to_have_text("+200.00")
    expect(context.page.locator("#open-form")).to_be_hidden()
    context.page.reload()
    expect(context.shown("pair")).to_have_text("ETH/USDT")
    cell(context, BTC.symbol, "symbol").click()
    expect(context.shown("pair")).to_have_text("BTC/USDT")
    context.page.evaluate("sessionStorage.clear()")


def test_the_keyboard_reaches_it_too(context):
    cell(context, ETH.symbol, "symbol").focus()
    context.page.keyboard.press("Enter")
    expect(context.shown("pair")).to_have_text("ETH/USDT")
    context.page.evaluate("sessionStorage.clear()")


def test_an_old_price_leaves_no_figure_in_its_row(context):
    expect(cell(context, BTC.symbol, "pnl")).to_have_text("+50.00")
    context.scene.hush()
    expect(cell(context, BTC.symbol, "pnl")).to_have_text("—")
    expect(cell(context, BTC.symbol, "risk")).to_have_text("UNKNOWN")


def test_a_server_that_is_gone_leaves_none_at_all(context):
    expect(cell(context, ETH.symbol, "pnl")).to_have_text("+200.00")
    context.server.stop()
    expect(cell(context, ETH.symbol, "pnl")).to_have_text("—")
    expect(cell(context, ETH.symbol, "risk")).to_have_text("UNKNOWN")
    expect(context.shown("sum-unrealized")).to_have_text("—")
    expect(context.shown("sum-exposure")).to_have_text("—")
    context.server.start()
    eth_ticks(context.scene, "3000")
    expect(cell(context, ETH.symbol, "risk")).to_have_text("PROFIT")


def test_the_columns_are_remembered(context):
    context.page.locator('.ag-header-cell[col-id="pnl"]').click()
    expect(context.page.locator('.ag-header-cell[col-id="pnl"]')).to_have_attribute("aria-sort", "ascending")
    context.page.reload()
    expect(context.page.locator('.ag-header-cell[col-id="pnl"]')).to_have_attribute("aria-sort", "ascending")


def test_what_the_exchange_tells_differently_is_marked(context):
    context.scene.account_reports(reading(position(SHORT, "2", "3100", of=ETH)))
    expect(cell(context, BTC.symbol, "symbol").locator(".position-note")).to_have_attribute(
        "aria-label", "BTC/USDT:USDT missing there: long 0.5 at 64000 by fills, none on the exchange"
    )


def test_an_account_that_was_not_read_is_not_flat(visit):
    opened = visit({}, "64100", account=True)
    expect(opened.shown("no-rows")).to_contain_text("unknown")
    opened.scene.account_reports(reading())
    expect(opened.shown("no-rows")).to_have_text("No open position.")


def test_reconcile_asks_for_a_reading(context):
    context.page.locator("#reconcile").click()
    context.until("1", lambda _: context.scene.reconciled == 1)


def test_without_an_account_there_is_no_table(visit):
    opened = visit()
    expect(opened.page.locator(".positions-card")).to_be_hidden()
