"""A position is entered, corrected and taken away."""

from playwright.sync_api import expect

from dashboard.errors import DashboardError
from tests.web.scenes import LONG


def open_form(desk):
    desk.page.get_by_role("button", name="Position", exact=True).click()
    expect(desk.page.locator("#field-entry-price")).to_be_focused()


def test_the_form_shows_what_is_entered(visit):
    desk = visit()
    open_form(desk)
    for name in ("entry_price", "leverage", "trap_low", "take_profit"):
        expect(desk.page.locator(f"#field-{name.replace('_', '-')}")).to_have_value(LONG[name])
    expect(desk.page.locator("#field-amount")).to_have_value("0.5")


def test_an_error_stands_at_its_field_which_gets_the_focus(visit):
    desk = visit()
    open_form(desk)
    desk.page.fill("#field-take-profit", "5")
    desk.page.get_by_role("button", name="Save").click()
    message = "Take profit 5 of a long must be above the entry price 66840"
    expect(desk.page.locator("#error-take-profit")).to_have_text(message)
    expect(desk.page.locator("#field-take-profit")).to_be_focused()
    expect(desk.page.locator("#field-take-profit")).to_have_attribute("aria-invalid", "true")
    desk.page.fill("#field-take-profit", "68000")
    desk.page.fill("#field-amount", "")
    desk.page.get_by_role("button", name="Save").click()
    expect(desk.page.locator("#error-amount")).to_contain_text("needs a quantity or a size")
    expect(desk.page.locator("#error-take-profit")).to_be_empty()


def test_saving_changes_the_page_at_once(visit):
    desk = visit()
    open_form(desk)
    desk.page.get_by_text("before leverage").click()
    desk.page.fill("#field-amount", "0.1")
    desk.page.fill("#field-take-profit", "70000")
    desk.page.get_by_role("button", name="Save").click()
    expect(desk.page.get_by_role("dialog")).to_be_hidden()
    expect(desk.shown("size")).to_have_text("2 BTC")
    expect(desk.shown("target-price")).to_have_text("70,000.0")
    expect(desk.page.get_by_role("button", name="Position", exact=True)).to_be_focused()


def test_what_is_shown_but_not_kept_is_said(visit):
    desk = visit()
    desk.scene.kept = DashboardError("shown, but not kept for the next start: the disk is full")
    open_form(desk)
    desk.page.fill("#field-take-profit", "70000")
    desk.page.get_by_role("button", name="Save").click()
    expect(desk.page.locator("#error-form")).to_have_text(
        "Shown, but not kept for the next start: the disk is full"
    )
    expect(desk.shown("target-price")).to_have_text("70,000.0")


def test_a_choice_is_one_stop_of_the_keyboard(visit):
    desk = visit()
    open_form(desk)
    keyboard = desk.page.keyboard
    for name, chosen, neighbour in (("side", "long", "short"), ("amount-is", "size", "quantity")):
        desk.page.locator(f"#field-{name} input[value={chosen}]").focus()
        keyboard.press("ArrowRight")
        expect(desk.page.locator(f"#field-{name} input[value={neighbour}]")).to_be_focused()
        expect(desk.page.locator(f"#field-{name} input[value={neighbour}]")).to_be_checked()
        keyboard.press("Tab")
        expect(desk.page.locator(f"#field-{name} input:focus")).to_have_count(0)


def test_clearing_takes_the_position_away(visit):
    desk = visit()
    open_form(desk)
    desk.page.get_by_role("button", name="Clear").click()
    expect(desk.shown("risk")).to_have_text("NO POSITION")
    open_form(desk)
    expect(desk.page.locator("#field-entry-price")).to_have_value("")


def test_everything_works_by_keyboard(visit):
    desk = visit({})
    keyboard = desk.page.keyboard
    keyboard.press("Tab")
    expect(desk.page.get_by_role("link", name="Skip to the figures")).to_be_focused()
    keyboard.press("Tab")
    expect(desk.page.locator("#theme-toggle")).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(desk.page.locator("#field-entry-price")).to_be_focused()
    keyboard.press("Escape")
    expect(desk.page.get_by_role("dialog")).to_be_hidden()
    expect(desk.page.locator("#open-form")).to_be_focused()
    keyboard.press("Enter")
    expect(desk.page.locator("#field-entry-price")).to_be_focused()
    keyboard.type("67000")
    keyboard.press("Tab")
    keyboard.type("10")
    keyboard.press("Tab")
    keyboard.type("1")
    keyboard.press("Enter")
    expect(desk.page.get_by_role("dialog")).to_be_hidden()
    expect(desk.shown("side")).to_have_text("Long 10×")
    expect(desk.shown("pnl")).to_have_text("+482.10")
