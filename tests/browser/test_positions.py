"""The table of positions in a real browser: rows come and go, figures age, a click moves the focus."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from dashboard.clock import now_ms
from dashboard.domain.events import (
    AccountSnapshot,
    FillsReceived,
    InstrumentResolved,
    PositionsRead,
    PriceReceived,
    Route,
)
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
    scene.desk.markets.apply(ETH.symbol, InstrumentResolved(ETH))
    scene.desk.markets.apply(ETH.symbol, PriceReceived(Route.STREAM, now_ms(), ticker))
    legs = scene.tracker.positions_of(ETH.symbol)
    scene.desk.markets.apply(ETH.symbol, PositionsRead(now_ms(), legs))
    scene.tracker.priced(ETH.symbol, ticker, 60_000)


def row(opened, label: str):
    return opened.page.locator(f'[row-id="{label}"]')


def cell(opened, label: str, column: str):
    return opened.page.locator(f'[row-id="{label}"] [col-id="{column}"]')


@pytest.fixture
def desk(visit):
    """A page with a long in BTC and a short in ETH."""
    opened = visit({}, "64100", account=True)
    scene = opened.scene
    scene.account_tells(reading(position(LONG, "0.5", "64000", of=BTC), position(SHORT, "2", "3100", of=ETH)))
    scene.price("64100")
    eth_ticks(scene, "3000")
    return opened


def test_each_open_position_has_a_row(desk):
    expect(cell(desk, BTC.symbol, "pnl")).to_have_text("+50.00")
    expect(cell(desk, ETH.symbol, "pnl")).to_have_text("+200.00")
    expect(cell(desk, ETH.symbol, "side")).to_have_text("Short 10×")
    expect(desk.shown("sum-unrealized")).to_have_text("+250.00")
    assert not desk.complaints


def test_rows_come_and_go_with_fills(desk):
    expect(row(desk, ETH.symbol).first).to_be_visible()
    desk.scene.account_tells(FillsReceived((fill("buy 2 @ 3000", 2_000, of=ETH),)))
    expect(row(desk, ETH.symbol)).to_have_count(0)
    expect(desk.page.locator("#events li").first).to_contain_text("realised +200.00 USDT")
    desk.scene.account_tells(FillsReceived((fill("buy 1 @ 3000", 3_000, of=ETH),)))
    expect(cell(desk, ETH.symbol, "side")).to_contain_text("Long")


def test_a_click_puts_a_position_into_the_focus_of_this_page(desk):
    cell(desk, ETH.symbol, "symbol").click()
    expect(desk.shown("pair")).to_have_text("ETH/USDT")
    expect(desk.shown("pnl")).to_have_text("+200.00")
    expect(desk.page.locator("#open-form")).to_be_hidden()
    desk.page.reload()
    expect(desk.shown("pair")).to_have_text("ETH/USDT")
    cell(desk, BTC.symbol, "symbol").click()
    expect(desk.shown("pair")).to_have_text("BTC/USDT")
    desk.page.evaluate("sessionStorage.clear()")


def test_the_keyboard_reaches_it_too(desk):
    cell(desk, ETH.symbol, "symbol").focus()
    desk.page.keyboard.press("Enter")
    expect(desk.shown("pair")).to_have_text("ETH/USDT")
    desk.page.evaluate("sessionStorage.clear()")


def test_an_old_price_leaves_no_figure_in_its_row(desk):
    expect(cell(desk, BTC.symbol, "pnl")).to_have_text("+50.00")
    desk.scene.hush()
    expect(cell(desk, BTC.symbol, "pnl")).to_have_text("—")
    expect(cell(desk, BTC.symbol, "risk")).to_have_text("UNKNOWN")


def test_a_server_that_is_gone_leaves_none_at_all(desk):
    expect(cell(desk, ETH.symbol, "pnl")).to_have_text("+200.00")
    desk.server.stop()
    expect(cell(desk, ETH.symbol, "pnl")).to_have_text("—")
    expect(cell(desk, ETH.symbol, "risk")).to_have_text("UNKNOWN")
    expect(desk.shown("sum-unrealized")).to_have_text("—")
    expect(desk.shown("sum-exposure")).to_have_text("—")
    desk.server.start()
    eth_ticks(desk.scene, "3000")
    expect(cell(desk, ETH.symbol, "risk")).to_have_text("PROFIT")


def test_the_columns_are_remembered(desk):
    desk.page.locator('.ag-header-cell[col-id="pnl"]').click()
    expect(desk.page.locator('.ag-header-cell[col-id="pnl"]')).to_have_attribute("aria-sort", "ascending")
    desk.page.reload()
    expect(desk.page.locator('.ag-header-cell[col-id="pnl"]')).to_have_attribute("aria-sort", "ascending")


def test_what_the_exchange_tells_differently_is_marked(desk):
    desk.scene.account_tells(reading(position(SHORT, "2", "3100", of=ETH)))
    expect(cell(desk, BTC.symbol, "symbol").locator(".position-note")).to_have_attribute(
        "aria-label", "BTC/USDT:USDT missing there: long 0.5 at 64000 by fills, none on the exchange"
    )


def test_an_account_that_was_not_read_is_not_flat(visit):
    opened = visit({}, "64100", account=True)
    expect(opened.shown("no-rows")).to_contain_text("unknown")
    opened.scene.account_tells(reading())
    expect(opened.shown("no-rows")).to_have_text("No open position.")


def test_reconcile_asks_for_a_reading(desk):
    desk.page.locator("#reconcile").click()
    desk.until("1", lambda _: desk.scene.reconciled == 1)


def test_without_an_account_there_is_no_table(visit):
    opened = visit()
    expect(opened.page.locator(".positions-card")).to_be_hidden()
