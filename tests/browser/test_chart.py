"""The chart: drawing, updates with the price, and the message without a history."""

from playwright.sync_api import expect

from dashboard.errors import ExchangeUnavailable
from tests.web.scenes import LONG

COLOUR = """
    (() => {
        const probe = document.body.appendChild(document.createElement("i"));
        probe.style.color = "var(%s)";
        const colour = getComputedStyle(probe).color;
        probe.remove();
        return colour;
    })()
"""
PLOT = "document.querySelector('#chart .js-plotly-plot')"


def wait_until_drawn(opened):
    """Waits for forty candles; there is one more where the next five minutes have just begun."""
    expect(opened.page.locator("#chart .boxlayer path.box").nth(39)).to_be_attached()


def test_candles_and_levels_are_drawn_under_the_security_policy(visit):
    opened = visit(chart=True)
    wait_until_drawn(opened)
    labels = opened.page.locator("#chart .annotation-text")
    expect(labels.filter(has_text="Take profit 67,950.0")).to_have_count(1)
    expect(opened.page.locator("#chart .shapelayer path").first).to_be_attached()
    assert opened.evaluate(f"{PLOT}._fullLayout.xaxis.type") == "date"
    assert opened.errors == []


def test_last_candle_follows_the_price(visit):
    opened = visit(chart=True)
    wait_until_drawn(opened)
    opened.scene.price("67411.5")
    opened.wait_for(f"{PLOT}.data[0].close.at(-1)", lambda close: close == 67411.5)
    expect(opened.page.locator("#chart .annotation-text").first).to_have_text("67,411.5")
    opened.scene.price("69000")
    opened.wait_for(f"{PLOT}._fullLayout.yaxis.range[1]", lambda top: top > 69000)
    assert opened.evaluate(f"{PLOT}._fullLayout.xaxis.type") == "date"


def test_mark_price_moves_the_line_but_no_candle(visit):
    opened = visit(chart=True)
    wait_until_drawn(opened)
    opened.wait_for(f"{PLOT}.data[0].close.at(-1)", lambda close: close == 67482.1)
    opened.scene.price("67450", age=10_000)
    opened.scene.price("67444.4", last=None)
    opened.wait_for(f"{PLOT}.layout.shapes[0].y0", lambda line: line == 67444.4)
    expect(opened.page.locator("#chart .annotation-text").first).to_have_text("67,444.4")
    opened.scene.price("67433.3", last=None)
    opened.wait_for(f"{PLOT}.layout.shapes[0].y0", lambda line: line == 67433.3)
    last = opened.evaluate(f"['high', 'low', 'close'].map(part => {PLOT}.data[0][part].at(-1))")
    assert not {67444.4, 67433.3} & set(last)
    opened.scene.price("67466.6")
    opened.wait_for(f"{PLOT}.data[0].close.at(-1)", lambda close: close == 67466.6)


def test_stale_price_is_grey_in_the_chart(visit):
    opened = visit(chart=True)
    wait_until_drawn(opened)
    tag = opened.page.locator("#chart .annotation .bg").first
    line = opened.page.locator("#chart .shapelayer path[data-index='0']")
    raised, dim = (opened.evaluate(COLOUR % name) for name in ("--raised", "--dim"))
    expect(tag).not_to_have_css("fill", raised)
    expect(line).not_to_have_css("stroke", dim)
    opened.scene.price("67400", age=6_000)
    expect(opened.shown("state")).to_have_text("STALE")
    expect(tag).to_have_css("fill", raised)
    expect(opened.page.locator("#chart .annotation-text").first).to_have_css("fill", dim)
    expect(line).to_have_css("stroke", dim)
    opened.scene.price("67400")
    expect(tag).not_to_have_css("fill", raised)


def test_arrow_keys_change_the_timeframe_within_one_tab_stop(visit):
    opened = visit(chart=True)
    wait_until_drawn(opened)
    group = opened.page.get_by_role("group", name="Timeframe")
    group.locator("input[value='5m']").focus()
    opened.page.keyboard.press("ArrowRight")
    expect(group.locator("input[value='15m']")).to_be_focused()
    expect(group.locator("input[value='15m']")).to_be_checked()
    opened.page.keyboard.press("Tab")
    expect(group.locator("input:focus")).to_have_count(0)
    opened.page.keyboard.press("Shift+Tab")
    expect(group.locator("input[value='15m']")).to_be_focused()


def test_redraws_are_limited_to_three_a_second(visit):
    opened = visit(chart=True)
    wait_until_drawn(opened)
    started, before = opened.evaluate("performance.now()"), opened.evaluate("dashboard.redraws ?? 0")
    for cents in range(300):
        opened.scene.price(f"674{cents / 10:04.1f}")
        if cents % 30 == 0:
            opened.page.wait_for_timeout(100)
    opened.wait_for(f"{PLOT}.data[0].close.at(-1)", lambda close: close == 67429.9)
    seconds = (opened.evaluate("performance.now()") - started) / 1000
    assert opened.evaluate("dashboard.redraws") - before <= 3 * seconds + 1


def test_hidden_tab_draws_nothing_until_it_is_visible(page, visit):
    page.add_init_script(
        "window.away = false; Object.defineProperty(document, 'hidden', { get: () => away });"
    )
    opened = visit(chart=True)
    wait_until_drawn(opened)
    opened.evaluate("window.away = true; document.dispatchEvent(new Event('visibilitychange'))")
    before = opened.evaluate("dashboard.redraws ?? 0")
    opened.scene.price("67433.3")
    expect(opened.shown("price")).to_have_text("67,433.3")
    page.wait_for_timeout(500)
    assert opened.evaluate("dashboard.redraws ?? 0") == before
    opened.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
    opened.wait_for(f"{PLOT}.data[0].close.at(-1)", lambda close: close == 67433.3)


def test_new_level_is_drawn(visit):
    opened = visit(chart=True)
    wait_until_drawn(opened)
    opened.scene.enter(LONG | {"take_profit": "67500"})
    expect(opened.page.locator("#chart .annotation-text", has_text="Take profit 67,500.0")).to_have_count(1)


def test_theme_change_recolours_the_chart(visit):
    opened = visit(chart=True)
    wait_until_drawn(opened)
    dark = opened.evaluate(f"{PLOT}.data[0].increasing.line.color")
    opened.page.locator("#theme-toggle").click()
    opened.wait_for(f"{PLOT}.data[0].increasing.line.color", lambda light: light not in (dark, ""))


def test_timeframe_change_loads_its_history(visit):
    opened = visit(chart=True)
    wait_until_drawn(opened)
    opened.scene.history = opened.scene.history[-7:]
    opened.page.get_by_text("1h", exact=True).click()
    opened.wait_for(f"{PLOT}.layout.meta.period", lambda period: period == 3_600_000)


def test_missing_history_shows_the_reason(visit):
    opened = visit(chart=True, history=ExchangeUnavailable("Bitget does not answer"))
    message = opened.page.locator("#chart-message")
    expect(message).to_have_text("No price history: Bitget does not answer")
    opened.scene.history = []
    opened.page.get_by_text("15m", exact=True).click()
    expect(message).to_have_text("Bitget has no price history for 15m.")
