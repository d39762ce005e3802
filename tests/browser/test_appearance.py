"""Layout, themes and accessibility of the page, and that updates shift nothing."""

from itertools import pairwise

import pytest
from playwright.sync_api import expect

HUGE = {"side": "long", "entry_price": "176840", "size": "131.9309", "leverage": "5"}
SHIFTS = """
    window.shifts = [];
    new PerformanceObserver((list) => shifts.push(...list.getEntries().map((shift) => ({
        value: shift.value,
        elements: shift.sources.map((source) => source.node).filter((node) => node?.nodeType === 1)
            .map((node) => node.className),
    })))).observe({ type: "layout-shift" });
"""


@pytest.mark.parametrize(("entered", "price"), [(HUGE, "167482.1"), ({}, "0.163312")])
def test_no_screen_width_scrolls_sideways(page, visit, entered, price):
    opened = visit(entered, price, chart=True)
    expect(page.locator("#chart .boxlayer path.box").first).to_be_attached()
    for width in (1440, 1024, 768, 390, 360):
        page.set_viewport_size({"width": width, "height": 740})
        assert opened.evaluate("document.documentElement.scrollWidth") == width


def test_phone_shows_the_cards_by_importance(page, visit):
    page.set_viewport_size({"width": 360, "height": 740})
    visit()
    cards = ["#price-card", "#pnl-card", "#risk-card", ".position-card", "#ladder-card", "#chart-card"]
    tops = [page.locator(card).bounding_box()["y"] for card in cards]
    assert tops == sorted(tops)


@pytest.mark.parametrize("width", [360, 1440])
def test_updates_shift_no_element(page, visit, width):
    page.set_viewport_size({"width": width, "height": 900})
    opened = visit(chart=True)
    expect(page.locator("#chart .boxlayer path.box").first).to_be_attached()
    opened.evaluate(SHIFTS)
    for price in ("67482.2", "67300", "66300", "63000", "64000.5"):
        opened.scene.price(price)
        expect(opened.shown("price")).to_have_text(f"{float(price):,.1f}")
    assert opened.evaluate("shifts") == []
    opened.scene.price("9999.9")
    expect(opened.shown("price")).to_have_text("9,999.9")
    opened.scene.price("67482.1", age=6_000)
    expect(opened.shown("state")).to_have_text("STALE")
    opened.scene.price("67482.1")
    expect(opened.shown("state")).to_have_text("STREAMING")
    # A right-aligned text starts further left when it gets longer, but moves no element.
    assert [shift for shift in opened.evaluate("shifts") if shift["elements"]] == []


def test_theme_is_dark_until_light_is_chosen_and_stored(page, visit):
    page.emulate_media(color_scheme="light")  # browsers report this when the user never chose
    opened = visit()
    root = page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.locator("#theme-toggle").click()
    expect(root).to_have_attribute("data-bs-theme", "light")
    page.reload()
    expect(root).to_have_attribute("data-bs-theme", "light")
    expect(opened.shown("price")).to_have_text("67,482.1")


def test_level_labels_do_not_overlap(visit):
    opened = visit()
    expect(opened.shown("target-price")).to_be_visible()
    boxes = [rung.bounding_box() for rung in opened.page.locator(".rung-price:visible").all()]
    middles = sorted(box["y"] + box["height"] / 2 for box in boxes)
    assert len(middles) == 6
    assert all(low - high >= 34 for high, low in pairwise(middles))


def test_only_state_risk_and_notices_are_live_regions(visit):
    opened = visit()
    live = opened.page.locator("[aria-live], [role=status], [role=alert]")
    announced = live.evaluate_all(
        "regions => regions.flatMap(region => [region, ...region.querySelectorAll('[data-bind]')])"
        ".map(element => element.dataset?.bind).filter(Boolean)"
    )
    assert set(announced) == {"state", "risk", "feed-notice", "account-notice", "withheld-notice"}
