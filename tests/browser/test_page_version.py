"""A page that stays open while the server becomes another one."""

import pytest
from playwright.sync_api import expect

from dashboard.domain.environment import Environment


def test_real_money_is_never_under_a_demos_badge(visit):
    desk = visit(environment=Environment.DEMO)
    expect(desk.page.locator(".badge-environment")).to_be_visible()
    desk.scene.environment = Environment.LIVE
    expect(desk.page.locator(".badge-environment")).to_have_count(0)
    expect(desk.shown("price")).to_have_text("67,482.1")


@pytest.mark.parametrize("pause", [10_000, 40_000])
def test_it_is_not_loaded_over_and_over(visit, pause: int):
    """As while two web workers show different exchanges: each time the pause is longer."""
    desk = visit()
    last = desk.ask(f"Date.now() - {pause - 2_000}")
    desk.ask(f"sessionStorage.setItem('dashboard-replaced-at', '{last} {pause}')")
    desk.scene.environment = Environment.TESTNET
    expect(desk.page.locator(".badge-environment")).to_have_text("Testnet · not real money")
    assert desk.ask("performance.timeOrigin") - last >= pause - 100  # a browser's two clocks differ a little
    assert desk.ask("sessionStorage.getItem('dashboard-replaced-at')").split()[1] == str(2 * pause)


def test_nobody_is_interrupted_while_typing(visit):
    desk = visit()
    desk.page.get_by_role("button", name="Position", exact=True).click()
    expect(desk.page.locator(".offcanvas.show")).to_be_visible()
    desk.ask("window.same = true")
    desk.scene.environment = Environment.TESTNET
    desk.until("dashboard.view.title.startsWith('TESTNET')")
    assert desk.ask("window.same")
    desk.page.keyboard.press("Escape")
    expect(desk.page.locator(".badge-environment")).to_have_text("Testnet · not real money")
