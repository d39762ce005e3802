"""The table of positions in a real browser: rows, stale figures and the selection."""

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
from tests.domain.builders import LONG, SHORT, position, row
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


def snapshot(*positions: Position) -> AccountSnapshot:
    return AccountSnapshot(now_ms(), 1_000, positions)


def eth_price(scene: Scene, price: str) -> None:
    """Publishes a price of the second market."""
    quote = Quote(Decimal(price), now_ms())
    ticker = Ticker(last=quote, mark=quote, bid=quote, ask=quote)
    market = MarketKey(BTC.exchange, ETH.symbol)
    scene.apply(InstrumentResolved(ETH), market)
    # As after a slow request, so that it stays fresh for longer than a slow machine needs for a test.
    scene.apply(PriceReceived(Transport.STREAM, now_ms(), ticker, request_time_ms=60_000), market)


def table_row(opened, label: str):
    return opened.page.locator(f'[row-id="{label}"]')


def cell(opened, label: str, column: str):
    return opened.page.locator(f'[row-id="{label}"] [col-id="{column}"]')


@pytest.fixture
def opened(visit):
    """A page with a long in BTC and a short in ETH."""
    page = visit({}, "64100", account=True)
    scene = page.scene
    scene.account_reports(
        snapshot(position(LONG, "0.5", "64000", of=BTC), position(SHORT, "2", "3100", of=ETH))
    )
    scene.price("64100")
    eth_price(scene, "3000")
    return page


def test_each_open_position_has_a_row(opened):
    expect(cell(opened, BTC.symbol, "pnl")).to_have_text("+50.00")
    expect(cell(opened, ETH.symbol, "pnl")).to_have_text("+200.00")
    expect(cell(opened, ETH.symbol, "side")).to_have_text("Short 10×")
    expect(opened.shown("sum-unrealized")).to_have_text("+250.00")
    assert not opened.errors


def test_fills_remove_and_add_rows(opened):
    expect(table_row(opened, ETH.symbol).first).to_be_visible()
    opened.scene.account_reports(FillsReceived((fill("buy 2 @ 3000", 2_000, of=ETH),)))
    expect(table_row(opened, ETH.symbol)).to_have_count(0)
    expect(opened.page.locator("#events li").first).to_contain_text("realised +200.00 USDT")
    opened.scene.account_reports(FillsReceived((fill("buy 1 @ 3000", 3_000, of=ETH),)))
    expect(cell(opened, ETH.symbol, "side")).to_contain_text("Long")


def test_click_selects_a_position_and_a_reload_keeps_it(opened):
    cell(opened, ETH.symbol, "symbol").click()
    expect(opened.shown("pair")).to_have_text("ETH/USDT")
    expect(opened.shown("pnl")).to_have_text("+200.00")
    expect(opened.page.locator("#open-form")).to_be_hidden()
    opened.page.reload()
    expect(opened.shown("pair")).to_have_text("ETH/USDT")
    cell(opened, BTC.symbol, "symbol").click()
    expect(opened.shown("pair")).to_have_text("BTC/USDT")
    opened.page.evaluate("sessionStorage.clear()")


def test_enter_key_selects_a_position(opened):
    cell(opened, ETH.symbol, "symbol").focus()
    opened.page.keyboard.press("Enter")
    expect(opened.shown("pair")).to_have_text("ETH/USDT")
    opened.page.evaluate("sessionStorage.clear()")


def test_stale_price_empties_the_figures_of_its_row(opened):
    expect(cell(opened, BTC.symbol, "pnl")).to_have_text("+50.00")
    opened.scene.hush()
    expect(cell(opened, BTC.symbol, "pnl")).to_have_text("—")
    expect(cell(opened, BTC.symbol, "risk")).to_have_text("UNKNOWN")


def test_unreachable_server_empties_all_figures(opened):
    expect(cell(opened, ETH.symbol, "pnl")).to_have_text("+200.00")
    opened.server.stop()
    expect(cell(opened, ETH.symbol, "pnl")).to_have_text("—")
    expect(cell(opened, ETH.symbol, "risk")).to_have_text("UNKNOWN")
    expect(opened.shown("sum-unrealized")).to_have_text("—")
    expect(opened.shown("sum-exposure")).to_have_text("—")
    opened.server.start()
    eth_price(opened.scene, "3000")
    expect(cell(opened, ETH.symbol, "risk")).to_have_text("PROFIT")


def test_column_sorting_survives_a_reload(opened):
    opened.page.locator('.ag-header-cell[col-id="pnl"]').click()
    expect(opened.page.locator('.ag-header-cell[col-id="pnl"]')).to_have_attribute("aria-sort", "ascending")
    opened.page.reload()
    expect(opened.page.locator('.ag-header-cell[col-id="pnl"]')).to_have_attribute("aria-sort", "ascending")


def test_difference_to_the_exchange_is_marked(opened):
    expect(cell(opened, BTC.symbol, "symbol").locator(".position-note")).to_be_visible()
    opened.scene.account_reports(snapshot(position(SHORT, "2", "3100", of=ETH)))
    expect(cell(opened, BTC.symbol, "symbol").locator(".position-note")).to_have_attribute(
        "aria-label", "BTC/USDT:USDT missing there: long 0.5 at 64000 by fills, none on the exchange"
    )


def test_position_that_contradicts_the_exchange_is_marked_without_figures(opened):
    wrong = row(LONG, "0.5", "64000", of=BTC, mark="64100", notional="3205")
    opened.scene.account_reports(snapshot(wrong, position(SHORT, "2", "3100", of=ETH)))
    name = cell(opened, BTC.symbol, "symbol")
    expect(name).to_have_text("BTC/USDTDISAGREES")
    word, whole = name.locator(".position-disagrees").bounding_box(), name.bounding_box()
    assert word["y"] + word["height"] <= whole["y"] + whole["height"], "the word is cut off"
    for column in ("size", "pnl", "roe", "realized"):
        expect(cell(opened, BTC.symbol, column)).to_have_text("—")
    expect(cell(opened, BTC.symbol, "mark")).to_have_text("64,100.0")
    expect(cell(opened, BTC.symbol, "risk")).to_have_text("UNKNOWN")
    expect(opened.shown("disagreement").first).to_have_text(
        "Notional 32,050.00 USDT calculated, 3,205.00 stated by the exchange."
    )
    expect(opened.page.locator("#pnl-card .badge-disagrees")).to_be_visible()


def test_positions_are_unknown_before_the_account_is_read(visit):
    opened = visit({}, "64100", account=True)
    expect(opened.shown("no-rows")).to_contain_text("unknown")
    opened.scene.account_reports(snapshot())
    expect(opened.shown("no-rows")).to_have_text("No open position.")


def test_reconcile_button_requests_a_reading(opened):
    opened.page.locator("#reconcile").click()
    opened.wait_for("1", lambda _: opened.scene.reconciled == 1)


def test_table_is_hidden_without_an_account(visit):
    opened = visit()
    expect(opened.page.locator(".positions-card")).to_be_hidden()


def test_position_selected_after_another_was_closed_is_streamed(opened):
    opened.scene.account_reports(FillsReceived((fill("buy 2 @ 3000", 2_000, of=ETH),)))
    expect(table_row(opened, ETH.symbol)).to_have_count(0)
    cell(opened, BTC.symbol, "symbol").click()
    before = opened.evaluate("dashboard.stream.messages")
    opened.wait_for("dashboard.stream.messages", lambda messages: messages > before + 3)
    opened.page.evaluate("sessionStorage.clear()")
