"""A page that stays open while the server becomes another one."""

import pytest
from playwright.sync_api import expect

from dashboard.domain.environment import Environment


def test_real_money_is_never_under_a_demos_badge(visit):
    context = visit(environment=Environment.DEMO)
    expect(context.page.locator(".badge-environment")).to_be_visible()
    context.scene.environment = Environment.LIVE
    expect(context.page.locator(".badge-environment")).to_have_count(0)
    expect(context.shown("price")).to_have_text("67,482.1")


@pytest.mark.parametrize("pause", [10_000, 40_000])
def test_it_is_not_loaded_over_and_over(visit, pause: int):
    """As while two web workers show different exchanges: each time the pause is longer."""
    context = visit()
    last = context.ask(f"Date.now() - {pause - 2_000}")
    context.ask(f"sessionStorage.setItem('dashboard-replaced-at', '{last} {pause}')")
    context.scene.environment = Environment.TESTNET
    expect(context.page.locator(".badge-environment")).to_have_text("Testnet · not real money")
    assert (
        context.ask("performance.timeOrigin") - last >= pause - 100
    )  # a browser's two clocks differ a little
    assert context.ask("sessionStorage.getItem('dashboard-replaced-at')").split()[1] == str(2 * pause)


def test_nobody_is_interrupted_while_typing(visit):
    context = visit()
    context.page.get_by_role("button", name="Position", exact=True).click()
    expect(context.page.locator(".offcanvas.show")).to_be_visible()
    context.ask("window.same = true")
    context.scene.environment = Environment.TESTNET
    context.until("dashboard.view.title.startsWith('TESTNET')")
    assert context.ask("window.same")
    context.page.keyboard.press("Escape")
    expect(context.page.locator(".badge-environment")).to_have_text("Testnet · not real money")
