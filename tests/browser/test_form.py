"""The position form: entering, correcting and clearing a position."""

from playwright.sync_api import expect

from dashboard.errors import DashboardError
from tests.web.scenes import LONG


def open_form(opened):
    opened.page.get_by_role("button", name="Position", exact=True).click()
    expect(opened.page.locator("#field-entry-price")).to_be_focused()


def test_form_shows_the_entered_position(visit):
    opened = visit()
    open_form(opened)
    for name in ("entry_price", "leverage", "trap_low", "take_profit"):
        expect(opened.page.locator(f"#field-{name.replace('_', '-')}")).to_have_value(LONG[name])
    expect(opened.page.locator("#field-amount")).to_have_value("0.5")


def test_error_is_shown_at_its_field_which_gets_the_focus(visit):
    opened = visit()
    open_form(opened)
    opened.page.fill("#field-take-profit", "5")
    opened.page.get_by_role("button", name="Save").click()
    message = "Take profit 5 of a long must be above the entry price 66840"
    expect(opened.page.locator("#error-take-profit")).to_have_text(message)
    expect(opened.page.locator("#field-take-profit")).to_be_focused()
    expect(opened.page.locator("#field-take-profit")).to_have_attribute("aria-invalid", "true")
    opened.page.fill("#field-take-profit", "68000")
    opened.page.fill("#field-amount", "")
    opened.page.get_by_role("button", name="Save").click()
    expect(opened.page.locator("#error-amount")).to_contain_text("needs a quantity or a size")
    expect(opened.page.locator("#error-take-profit")).to_be_empty()


def test_saving_updates_the_page(visit):
    opened = visit()
    open_form(opened)
    opened.page.get_by_text("before leverage").click()
    opened.page.fill("#field-amount", "0.1")
    opened.page.fill("#field-take-profit", "70000")
    opened.page.get_by_role("button", name="Save").click()
    expect(opened.page.get_by_role("dialog")).to_be_hidden()
    expect(opened.shown("size")).to_have_text("2 BTC")
    expect(opened.shown("target-price")).to_have_text("70,000.0")
    expect(opened.page.get_by_role("button", name="Position", exact=True)).to_be_focused()


def test_failed_save_to_disk_is_shown_below_the_form(visit):
    opened = visit()
    opened.scene.save_error = DashboardError("shown, but not kept for the next start: the disk is full")
    open_form(opened)
    opened.page.fill("#field-take-profit", "70000")
    opened.page.get_by_role("button", name="Save").click()
    expect(opened.page.locator("#error-form")).to_have_text(
        "Shown, but not kept for the next start: the disk is full"
    )
    expect(opened.shown("target-price")).to_have_text("70,000.0")


def test_radio_group_is_one_tab_stop(visit):
    opened = visit()
    open_form(opened)
    keyboard = opened.page.keyboard
    for name, chosen, neighbour in (("side", "long", "short"), ("amount-is", "size", "quantity")):
        opened.page.locator(f"#field-{name} input[value={chosen}]").focus()
        keyboard.press("ArrowRight")
        expect(opened.page.locator(f"#field-{name} input[value={neighbour}]")).to_be_focused()
        expect(opened.page.locator(f"#field-{name} input[value={neighbour}]")).to_be_checked()
        keyboard.press("Tab")
        expect(opened.page.locator(f"#field-{name} input:focus")).to_have_count(0)


def test_clear_removes_the_position(visit):
    opened = visit()
    open_form(opened)
    opened.page.get_by_role("button", name="Clear").click()
    expect(opened.shown("risk")).to_have_text("NO POSITION")
    open_form(opened)
    expect(opened.page.locator("#field-entry-price")).to_have_value("")


def test_form_works_by_keyboard_alone(visit):
    opened = visit({})
    keyboard = opened.page.keyboard
    keyboard.press("Tab")
    expect(opened.page.get_by_role("link", name="Skip to the figures")).to_be_focused()
    keyboard.press("Tab")
    expect(opened.page.locator("#theme-toggle")).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(opened.page.locator("#field-entry-price")).to_be_focused()
    keyboard.press("Escape")
    expect(opened.page.get_by_role("dialog")).to_be_hidden()
    expect(opened.page.locator("#open-form")).to_be_focused()
    keyboard.press("Enter")
    expect(opened.page.locator("#field-entry-price")).to_be_focused()
    keyboard.type("67000")
    keyboard.press("Tab")
    keyboard.type("10")
    keyboard.press("Tab")
    keyboard.type("1")
    keyboard.press("Enter")
    expect(opened.page.get_by_role("dialog")).to_be_hidden()
    expect(opened.shown("side")).to_have_text("Long 10×")
    expect(opened.shown("pnl")).to_have_text("+482.10")
