"""What the page looks like: on a phone, in the light, and that nothing on it jumps."""

from itertools import pairwise

import pytest
from playwright.sync_api import expect

HUGE = {"side": "long", "entry_price": "176840", "size": "131.9309", "leverage": "5"}
SHIFTS = """
    window.shifts = [];
    new PerformanceObserver((list) => shifts.push(...list.getEntries().map((one) => ({
        value: one.value,
        elements: one.sources.map((source) => source.node).filter((node) => node?.nodeType === 1)
            .map((node) => node.className),
    })))).observe({ type: "layout-shift" });
"""


@pytest.mark.parametrize(("entered", "price"), [(HUGE, "167482.1"), ({}, "0.163312")])
def test_no_screen_scrolls_sideways(page, visit, entered, price):
    context = visit(entered, price, chart=True)
    expect(page.locator("#chart .boxlayer path.box").first).to_be_attached()
    for width in (1440, 1024, 768, 390, 360):
        page.set_viewport_size({"width": width, "height": 740})
        assert context.ask("document.documentElement.scrollWidth") == width


def test_a_phone_shows_what_matters_first(page, visit):
    page.set_viewport_size({"width": 360, "height": 740})
    visit()
    cards = ["#price-card", "#pnl-card", "#risk-card", ".position-card", "#ladder-card", "#chart-card"]
    tops = [page.locator(card).bounding_box()["y"] for card in cards]
    assert tops == sorted(tops)


@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_jumps_while_numbers_change(page, visit, width):
    page.set_viewport_size({"width": width, "height": 900})
    context = visit(chart=True)
    expect(page.locator("#chart .boxlayer path.box").first).to_be_attached()
    context.ask(SHIFTS)
    for price in ("67482.2", "67300", "66300", "63000", "64000.5"):
        context.scene.price(price)
        expect(context.shown("price")).to_have_text(f"{float(price):,.1f}")
    assert context.ask("shifts") == []
    context.scene.price("9999.9")
    expect(context.shown("price")).to_have_text("9,999.9")
    context.scene.price("67482.1", age=6_000)
    expect(context.shown("state")).to_have_text("STALE")
    context.scene.price("67482.1")
    expect(context.shown("state")).to_have_text("STREAMING")
    # A figure at the right edge begins elsewhere when it gets longer, but moves nothing else.
    assert [shift for shift in context.ask("shifts") if shift["elements"]] == []


def test_the_page_is_dark_until_light_is_chosen_and_remembers_it(page, visit):
    page.emulate_media(color_scheme="light")  # as everybody's system says who never chose
    context = visit()
    root = page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.locator("#theme-toggle").click()
    expect(root).to_have_attribute("data-bs-theme", "light")
    page.reload()
    expect(root).to_have_attribute("data-bs-theme", "light")
    expect(context.shown("price")).to_have_text("67,482.1")


def test_levels_do_not_cover_each_other(visit):
    context = visit()
    expect(context.shown("target-price")).to_be_visible()
    boxes = [rung.bounding_box() for rung in context.page.locator(".rung-price:visible").all()]
    middles = sorted(box["y"] + box["height"] / 2 for box in boxes)
    assert len(middles) == 6
    assert all(low - high >= 34 for high, low in pairwise(middles))


def test_only_state_and_risk_speak_to_a_screen_reader(visit):
    context = visit()
    live = context.page.locator("[aria-live], [role=status], [role=alert]")
    spoken = live.evaluate_all(
        "all => all.flatMap(one => [one, ...one.querySelectorAll('[data-bind]')])"
        ".map(one => one.dataset?.bind).filter(Boolean)"
    )
    assert set(spoken) == {"state", "risk", "feed-notice", "account-notice"}
