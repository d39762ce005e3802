"""A position is entered, corrected and taken away."""

from playwright.sync_api import expect

from dashboard.errors import DashboardError
from tests.web.scenes import LONG


def open_form(context):
    context.page.get_by_role("button", name="Position", exact=True).click()
    expect(context.page.locator("#field-entry-price")).to_be_focused()


def test_the_form_shows_what_is_entered(visit):
    context = visit()
    open_form(context)
    for name in ("entry_price", "leverage", "trap_low", "take_profit"):
        expect(context.page.locator(f"#field-{name.replace('_', '-')}")).to_have_value(LONG[name])
    expect(context.page.locator("#field-amount")).to_have_value("0.5")


def test_an_error_stands_at_its_field_which_gets_the_focus(visit):
    context = visit()
    open_form(context)
    context.page.fill("#field-take-profit", "5")
    context.page.get_by_role("button", name="Save").click()
    message = "Take profit 5 of a long must be above the entry price 66840"
    expect(context.page.locator("#error-take-profit")).to_have_text(message)
    expect(context.page.locator("#field-take-profit")).to_be_focused()
    expect(context.page.locator("#field-take-profit")).to_have_attribute("aria-invalid", "true")
    context.page.fill("#field-take-profit", "68000")
    context.page.fill("#field-amount", "")
    context.page.get_by_role("button", name="Save").click()
    expect(context.page.locator("#error-amount")).to_contain_text("needs a quantity or a size")
    expect(context.page.locator("#error-take-profit")).to_be_empty()


def test_saving_changes_the_page_at_once(visit):
    context = visit()
    open_form(context)
    context.page.get_by_text("before leverage").click()
    context.page.fill("#field-amount", "0.1")
    context.page.fill("#field-take-profit", "70000")
    context.page.get_by_role("button", name="Save").click()
    expect(context.page.get_by_role("dialog")).to_be_hidden()
    expect(context.shown("size")).to_have_text("2 BTC")
    expect(context.shown("target-price")).to_have_text("70,000.0")
    expect(context.page.get_by_role("button", name="Position", exact=True)).to_be_focused()


def test_what_is_shown_but_not_kept_is_said(visit):
    context = visit()
    context.scene.kept = DashboardError("shown, but not kept for the next start: the disk is full")
    open_form(context)
    context.page.fill("#field-take-profit", "70000")
    context.page.get_by_role("button", name="Save").click()
    expect(context.page.locator("#error-form")).to_have_text(
        "Shown, but not kept for the next start: the disk is full"
    )
    expect(context.shown("target-price")).to_have_text("70,000.0")


def test_a_choice_is_one_stop_of_the_keyboard(visit):
    context = visit()
    open_form(context)
    keyboard = context.page.keyboard
    for name, chosen, neighbour in (("side", "long", "short"), ("amount-is", "size", "quantity")):
        context.page.locator(f"#field-{name} input[value={chosen}]").focus()
        keyboard.press("ArrowRight")
        expect(context.page.locator(f"#field-{name} input[value={neighbour}]")).to_be_focused()
        expect(context.page.locator(f"#field-{name} input[value={neighbour}]")).to_be_checked()
        keyboard.press("Tab")
        expect(context.page.locator(f"#field-{name} input:focus")).to_have_count(0)


def test_clearing_takes_the_position_away(visit):
    context = visit()
    open_form(context)
    context.page.get_by_role("button", name="Clear").click()
    expect(context.shown("risk")).to_have_text("NO POSITION")
    open_form(context)
    expect(context.page.locator("#field-entry-price")).to_have_value("")


def test_everything_works_by_keyboard(visit):
    context = visit({})
    keyboard = context.page.keyboard
    keyboard.press("Tab")
    expect(context.page.get_by_role("link", name="Skip to the figures")).to_be_focused()
    keyboard.press("Tab")
    expect(context.page.locator("#theme-toggle")).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(context.page.locator("#field-entry-price")).to_be_focused()
    keyboard.press("Escape")
    expect(context.page.get_by_role("dialog")).to_be_hidden()
    expect(context.page.locator("#open-form")).to_be_focused()
    keyboard.press("Enter")
    expect(context.page.locator("#field-entry-price")).to_be_focused()
    keyboard.type("67000")
    keyboard.press("Tab")
    keyboard.type("10")
    keyboard.press("Tab")
    keyboard.type("1")
    keyboard.press("Enter")
    expect(context.page.get_by_role("dialog")).to_be_hidden()
    expect(context.shown("side")).to_have_text("Long 10×")
    expect(context.shown("pnl")).to_have_text("+482.10")
