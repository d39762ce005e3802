"""An open page reloads after the server shows another exchange or environment."""

import pytest
from playwright.sync_api import expect

from dashboard.domain.environment import Environment


def test_demo_badge_disappears_when_the_environment_becomes_live(visit):
    opened = visit(environment=Environment.DEMO)
    expect(opened.page.locator(".badge-environment")).to_be_visible()
    opened.scene.environment = Environment.LIVE
    expect(opened.page.locator(".badge-environment")).to_have_count(0)
    expect(opened.shown("price")).to_have_text("67,482.1")


@pytest.mark.parametrize("pause", [10_000, 40_000])
def test_pause_between_reloads_doubles(visit, pause: int):
    """For example while two web workers show different exchanges."""
    opened = visit()
    last = opened.evaluate(f"Date.now() - {pause - 2_000}")
    opened.evaluate(f"sessionStorage.setItem('dashboard-replaced-at', '{last} {pause}')")
    opened.scene.environment = Environment.TESTNET
    expect(opened.page.locator(".badge-environment")).to_have_text("Testnet · not real money")
    assert (
        opened.evaluate("performance.timeOrigin") - last >= pause - 100
    )  # the browser's two clocks differ slightly
    assert opened.evaluate("sessionStorage.getItem('dashboard-replaced-at')").split()[1] == str(2 * pause)


def test_open_form_delays_the_reload(visit):
    opened = visit()
    opened.page.get_by_role("button", name="Position", exact=True).click()
    expect(opened.page.locator(".offcanvas.show")).to_be_visible()
    opened.evaluate("window.notReloaded = true")
    opened.scene.environment = Environment.TESTNET
    opened.wait_for("dashboard.view.title.startsWith('TESTNET')")
    assert opened.evaluate("window.notReloaded")
    opened.page.keyboard.press("Escape")
    expect(opened.page.locator(".badge-environment")).to_have_text("Testnet · not real money")
