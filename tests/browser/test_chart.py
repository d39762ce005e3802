"""The chart draws, goes on with the price, and says why it cannot."""

from playwright.sync_api import expect

from dashboard.errors import ExchangeUnavailable
from tests.web.scenes import LONG

COLOUR = """
    (() => {
        const one = document.body.appendChild(document.createElement("i"));
        one.style.color = "var(%s)";
        const colour = getComputedStyle(one).color;
        one.remove();
        return colour;
    })()
"""
DRAWN = "document.querySelector('#chart .js-plotly-plot')"


def until_drawn(context):
    """Forty candles, or one more where another five minutes have just begun."""
    expect(context.page.locator("#chart .boxlayer path.box").nth(39)).to_be_attached()


def test_candles_and_levels_are_drawn_under_the_policy(visit):
    context = visit(chart=True)
    until_drawn(context)
    labels = context.page.locator("#chart .annotation-text")
    expect(labels.filter(has_text="Take profit 67,950.0")).to_have_count(1)
    expect(context.page.locator("#chart .shapelayer path").first).to_be_attached()
    assert context.ask(f"{DRAWN}._fullLayout.xaxis.type") == "date"
    assert context.complaints == []


def test_the_last_candle_goes_on_with_the_price(visit):
    context = visit(chart=True)
    until_drawn(context)
    context.scene.price("67411.5")
    context.until(f"{DRAWN}.data[0].close.at(-1)", lambda close: close == 67411.5)
    expect(context.page.locator("#chart .annotation-text").first).to_have_text("67,411.5")
    context.scene.price("69000")
    context.until(f"{DRAWN}._fullLayout.yaxis.range[1]", lambda top: top > 69000)
    assert context.ask(f"{DRAWN}._fullLayout.xaxis.type") == "date"


def test_without_a_trade_the_mark_moves_the_line_but_no_candle(visit):
    context = visit(chart=True)
    until_drawn(context)
    context.until(f"{DRAWN}.data[0].close.at(-1)", lambda close: close == 67482.1)
    context.scene.price("67450", age=10_000)
    context.scene.price("67444.4", last=None)
    context.until(f"{DRAWN}.layout.shapes[0].y0", lambda line: line == 67444.4)
    expect(context.page.locator("#chart .annotation-text").first).to_have_text("67,444.4")
    context.scene.price("67433.3", last=None)
    context.until(f"{DRAWN}.layout.shapes[0].y0", lambda line: line == 67433.3)
    last = context.ask(f"['high', 'low', 'close'].map(part => {DRAWN}.data[0][part].at(-1))")
    assert not {67444.4, 67433.3} & set(last)
    context.scene.price("67466.6")
    context.until(f"{DRAWN}.data[0].close.at(-1)", lambda close: close == 67466.6)


def test_an_old_price_is_grey_in_the_chart_too(visit):
    context = visit(chart=True)
    until_drawn(context)
    tag = context.page.locator("#chart .annotation .bg").first
    line = context.page.locator("#chart .shapelayer path[data-index='0']")
    raised, dim = (context.ask(COLOUR % name) for name in ("--raised", "--dim"))
    expect(tag).not_to_have_css("fill", raised)
    expect(line).not_to_have_css("stroke", dim)
    context.scene.price("67400", age=6_000)
    expect(context.shown("state")).to_have_text("STALE")
    expect(tag).to_have_css("fill", raised)
    expect(context.page.locator("#chart .annotation-text").first).to_have_css("fill", dim)
    expect(line).to_have_css("stroke", dim)
    context.scene.price("67400")
    expect(tag).not_to_have_css("fill", raised)


def test_the_timeframe_is_one_group_that_arrows_move_in(visit):
    context = visit(chart=True)
    until_drawn(context)
    group = context.page.get_by_role("group", name="Timeframe")
    group.locator("input[value='5m']").focus()
    context.page.keyboard.press("ArrowRight")
    expect(group.locator("input[value='15m']")).to_be_focused()
    expect(group.locator("input[value='15m']")).to_be_checked()
    context.page.keyboard.press("Tab")
    expect(group.locator("input:focus")).to_have_count(0)
    context.page.keyboard.press("Shift+Tab")
    expect(group.locator("input[value='15m']")).to_be_focused()


def test_redraws_are_few_however_many_prices_come(visit):
    context = visit(chart=True)
    until_drawn(context)
    started, before = context.ask("performance.now()"), context.ask("dashboard.redraws ?? 0")
    for cents in range(300):
        context.scene.price(f"674{cents / 10:04.1f}")
        if cents % 30 == 0:
            context.page.wait_for_timeout(100)
    context.until(f"{DRAWN}.data[0].close.at(-1)", lambda close: close == 67429.9)
    seconds = (context.ask("performance.now()") - started) / 1000
    assert context.ask("dashboard.redraws") - before <= 3 * seconds + 1


def test_a_hidden_tab_draws_nothing_and_catches_up(page, visit):
    page.add_init_script(
        "window.away = false; Object.defineProperty(document, 'hidden', { get: () => away });"
    )
    context = visit(chart=True)
    until_drawn(context)
    context.ask("window.away = true; document.dispatchEvent(new Event('visibilitychange'))")
    before = context.ask("dashboard.redraws ?? 0")
    context.scene.price("67433.3")
    expect(context.shown("price")).to_have_text("67,433.3")
    page.wait_for_timeout(500)
    assert context.ask("dashboard.redraws ?? 0") == before
    context.ask("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
    context.until(f"{DRAWN}.data[0].close.at(-1)", lambda close: close == 67433.3)


def test_a_new_level_is_drawn(visit):
    context = visit(chart=True)
    until_drawn(context)
    context.scene.enter(LONG | {"take_profit": "67500"})
    expect(context.page.locator("#chart .annotation-text", has_text="Take profit 67,500.0")).to_have_count(1)


def test_the_theme_recolours_the_chart(visit):
    context = visit(chart=True)
    until_drawn(context)
    dark = context.ask(f"{DRAWN}.data[0].increasing.line.color")
    context.page.locator("#theme-toggle").click()
    context.until(f"{DRAWN}.data[0].increasing.line.color", lambda light: light not in (dark, ""))


def test_other_timeframes_are_asked_for(visit):
    context = visit(chart=True)
    until_drawn(context)
    context.scene.history = context.scene.history[-7:]
    context.page.get_by_text("1h", exact=True).click()
    context.until(f"{DRAWN}.layout.meta.period", lambda period: period == 3_600_000)


def test_a_missing_history_is_explained(visit):
    context = visit(chart=True, history=ExchangeUnavailable("Bitget does not answer"))
    message = context.page.locator("#chart-message")
    expect(message).to_have_text("No price history: Bitget does not answer")
    context.scene.history = []
    context.page.get_by_text("15m", exact=True).click()
    expect(message).to_have_text("Bitget has no price history for 15m.")
