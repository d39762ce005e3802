"""The view of a market, for each risk status and each state of the feed."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest

from dashboard import formatting
from dashboard.domain.environment import Environment
from dashboard.domain.events import AccountFailed, AccountSnapshot, FeedFailed, FillsReceived, Transport
from dashboard.domain.position import Side, Source
from dashboard.domain.unread_part import UnreadPart
from dashboard.web.views.market_view import changed
from tests.domain.builders import position
from tests.domain.fill_histories import fill
from tests.web.scenes import BTC, LONG, SHORT, Scene, live


def assert_shows(scene, **expected):
    view = scene.view
    found = {key: view[key.replace("__", ":").replace("_", "-")] for key in expected}
    assert found == expected


# --- Risk


@pytest.mark.parametrize(
    ("price", "status", "tone", "why"),
    [
        ("67482.1", "PROFIT", "up", "Price above the entry."),
        ("66840", "PROFIT", "up", "Price at the entry."),
        ("66700", "UNDERWATER", "caution", "Price below the entry."),
        ("66480", "TRAP ZONE", "caution", "Inside the trap zone, 66,250.0 to 66,480.0."),
        ("66249.9", "UNDERWATER", "caution", "Price below the entry."),
        ("64900", "EMERGENCY", "emergency", "Price at or below the alert of 64,900.0."),
        ("63612.4", "LIQUIDATED", "emergency", "Liquidation price reached."),
    ],
)
def test_risk_of_a_long(price, status, tone, why):
    assert_shows(live(price), risk=status, risk__tone=tone, risk_why=why)


@pytest.mark.parametrize(
    ("price", "status", "why"),
    [
        ("66000", "PROFIT", "Price below the entry."),
        ("67000", "UNDERWATER", "Price above the entry."),
        ("67500", "TRAP ZONE", "Inside the trap zone, 67,500.0 to 67,900.0."),
        ("69210", "EMERGENCY", "Three quarters of the way to liquidation, or further."),
        ("70000", "LIQUIDATED", "Liquidation price reached."),
    ],
)
def test_risk_of_a_short(price, status, why):
    assert_shows(live(price, SHORT), risk=status, risk_why=why)


def test_estimated_liquidation_price_is_marked_and_never_shown_as_reached():
    estimated = {key: value for key, value in LONG.items() if key != "liquidation_price"}
    assert_shows(
        live("63000", estimated),
        risk="EMERGENCY",
        risk_why="Estimated liquidation price reached: check the exchange.",
        liquidation_source="estimate",
        liq_price="≈ 63,817.1",
    )


def test_unknown_liquidation_price_is_stated():
    scene = Scene({"stop_loss": "65800"}, account=True).resolve().price("67482.1")
    scene.account_holds(position(entry="66840", margin_mode="cross"))
    assert_shows(
        scene,
        risk="PROFIT",
        risk_why="Price above the entry. Liquidation price unknown.",
        liquidation="—",
        liquidation_source="unknown",
        rung_liq__hidden="1",
    )


def test_position_without_leverage_has_no_liquidation_price():
    plain = {"side": "long", "entry_price": "66840", "size": "0.5"}
    assert_shows(
        live("67482.1", plain),
        risk_why="Price above the entry.",
        liquidation="none",
        liquidation_source="",
        levels__hidden="1",
    )


# --- Price and PnL


def test_price_and_pnl_use_the_mark_price():
    assert_shows(
        live().price("67482.1", last="67480.0"),
        price="67,482.1",
        price_label="Mark price",
        price__value="67482.1",
        last="67,480.0",
        pnl="+321.05",
        pnl__tone="up",
        pnl_currency="USDT",
        pnl_basis="on mark",
        roe="+19.21\u2009%",
        moved="+0.96\u2009%",
        change="+1.82\u2009%",
        change__tone="up",
        title="67,482.1 +321.05 BTC/USDT",
    )


def test_price_and_pnl_use_the_last_price_without_a_mark():
    scene = Scene(LONG).resolve().price("67482.1", mark=None)
    assert_shows(scene, price_label="Last price", pnl_basis="on last", mark="—", mark__tone="unknown")


def test_loss_has_sign_and_tone():
    assert_shows(live("66000"), pnl="−420.00", pnl__tone="down", roe="−25.13\u2009%", roe__tone="down")


def test_position_card_shows_the_position():
    assert_shows(
        live(),
        side="Long 20×",
        side__tone="up",
        size="0.5 BTC",
        notional="33,741.05 USDT",
        margin="1,671.00 USDT",
        entry="66,840.0",
        mark="67,482.1",
        liquidation="63,612.4",
        liquidation_source="entered",
        source="entered",
        position__hidden="",
        no_position__hidden="1",
    )


def test_levels_have_distance_and_pnl():
    assert_shows(
        live(),
        liq_away="−5.73\u2009%",
        liq_pnl="−1,613.80",
        trap_away="−1.48\u2009%",
        trap_price="66,250.0 – 66,480.0",
        alert_away="−3.83\u2009%",
        target_away="+0.69\u2009%",
        target_pnl="+555.00",
        stop_away="−2.49\u2009%",
        stop_pnl__tone="down",
    )


def test_levels_at_the_same_price_share_a_rung():
    view = live("67482.1", LONG | {"stop_loss": "64900"}).view
    assert view["alert-name"] == "Alert, stop loss"
    assert view["rung-stop:hidden"] == "1"
    assert view["rung-alert:hidden"] == ""
    assert view["stop-row:hidden"] == ""


def test_other_side_of_a_hedge_is_listed():
    scene = Scene(account=True).resolve().price("67482.1")
    legs = (
        position(Side.LONG, "0.5", "66840", of=BTC, liquidation="61260", margin_mode="isolated"),
        position(Side.SHORT, "0.2", "68000", of=BTC, source=Source.EXCHANGE),
    )
    scene.account_holds(*legs)
    assert_shows(
        scene,
        side="Long 10×",
        source="Bitget account",
        liquidation_source="exchange",
        margin_mode="isolated",
        legs="short 0.2 BTC at 68,000.0",
        legs_line__hidden="",
    )


# --- Unknown values


def test_view_before_the_market_is_known():
    assert_shows(
        Scene(),
        pair="BTCUSDT",
        market="Bitget · connecting…",
        state="CONNECTING",
        price="—",
        pnl="—",
        risk="UNKNOWN",
        risk_why="Looking for BTCUSDT on Bitget…",
        title="CONNECTING · BTCUSDT",
        age__ms="",
        chart__key="",
    )


def test_view_without_a_position():
    assert_shows(
        Scene().resolve().price("67482.1"),
        risk="NO POSITION",
        risk__tone="neutral",
        pnl="—",
        no_position__hidden="",
        ladder__hidden="1",
        price="67,482.1",
        title="67,482.1 BTC/USDT",
    )


def test_unread_positions_are_not_shown_as_flat():
    scene = Scene(account=True).resolve().price("67482.1")
    assert_shows(
        scene, risk="UNKNOWN", risk_why="Reading positions…", invitation="Reading positions…", pnl="—"
    )
    scene.account_holds()
    assert_shows(scene, risk="NO POSITION")


def test_failing_account_is_shown_with_reason_and_age():
    scene = Scene(account=True).resolve().price("67482.1")
    scene.account_reports(AccountFailed("the key is wrong"))
    assert_shows(
        scene,
        account_notice="The account cannot be read: the key is wrong. No positions were read so far.",
        risk_why="Positions here are unknown: the key is wrong.",
    )
    scene.account_holds()
    assert_shows(scene, account_notice__hidden="1")
    scene.after(180_500).account_reports(AccountFailed("timeout"))
    assert_shows(scene, account_notice="The account cannot be read: timeout. Positions are as of 3 min ago.")


def test_market_of_an_unread_part_is_not_shown_as_flat():
    scene = Scene(account=True).resolve().price("67482.1")
    part = UnreadPart("USDT futures", "no answer in time", frozenset({BTC.symbol}))
    scene.account_reports(AccountSnapshot(0, 1, (), unread=(part,)))
    assert_shows(
        scene,
        risk="UNKNOWN",
        risk_why="Positions here are unknown: USDT futures: no answer in time.",
        invitation="Positions here are unknown: USDT futures: no answer in time.",
        account_notice="A part of the account cannot be read: USDT futures: no answer in time.",
    )
    assert scene.page["no-rows"] == "No open position is known."
    assert scene.page["sum-note"] == "Not included: not read: USDT futures: no answer in time"
    scene.account_holds()
    assert_shows(scene, risk="NO POSITION")
    assert (scene.page["no-rows"], scene.page["sum-note-line:hidden"]) == ("No open position.", "1")


def test_contradictory_leg_is_not_shown_as_flat():
    scene = Scene(account=True).resolve().price("67482.1").account_holds()
    scene.account_reports(FillsReceived((fill("sell 1 @ 100", 9_000, of=BTC, leg=Side.LONG),)))
    assert_shows(
        scene,
        risk="UNKNOWN",
        risk_why="Positions here are unknown: more was closed than opened, so fills are missing.",
    )
    assert scene.page["sum-note"] == (
        f"Not included: {BTC.symbol}:long: more was closed than opened; 1 closed in USDT with unknown PnL"
    )


def test_stale_price_is_grey_and_dependent_figures_are_unknown():
    assert_shows(
        live().after(5_001),
        state="STALE",
        state__tone="caution",
        price="67,482.1",
        price__tone="unknown",
        price_age__hidden="",
        age__ms="5001",
        bid="67,482.1",
        bid__tone="unknown",
        pnl="—",
        pnl__tone="unknown",
        roe="—",
        notional="—",
        risk="UNKNOWN",
        risk__tone="unknown",
        risk_why="No live price.",
        liq_away="—",
        marker__tone="unknown",
        entry="66,840.0",
        liquidation="63,612.4",
        feed_notice="Bitget sends no prices.",
        title="STALE · BTC/USDT",
    )


def test_price_is_live_up_to_its_age_limit():
    assert_shows(live().after(5_000), state="STREAMING", price__tone="neutral", pnl="+321.05")


def test_stale_mark_is_replaced_by_the_last_price():
    scene = live().after(5_001).price("67000", mark=None)
    assert_shows(
        scene,
        price="67,000.0",
        price_label="Last price",
        pnl_basis="on last, mark late",
        mark__tone="unknown",
    )


@pytest.mark.parametrize("route", Transport)
@pytest.mark.parametrize(
    ("quotes", "notice"),
    [
        ({}, "Bitget sends no price, only bid and ask."),
        ({"bid": None, "ask": None}, "Bitget sends no prices."),
    ],
)
def test_connected_feed_without_a_price_is_stale(route, quotes, notice):
    scene = live().after(10_000).price("67000", route, last=None, mark=None, **quotes)
    assert_shows(
        scene,
        state="STALE",
        state__tone="caution",
        state__icon="stale",
        feed_notice=notice,
        feed_notice__hidden="",
        price="67,482.1",
        price__tone="unknown",
        age__ms="10000",
        pnl="—",
        title="STALE · BTC/USDT",
    )
    back = {Transport.STREAM: "STREAMING", Transport.POLL: "POLLING"}[route]
    assert_shows(scene.price("67000", route), state=back, price="67,000.0")


def test_feed_that_never_delivered_a_price_is_stale():
    scene = Scene(LONG).resolve().price("67482.1", last=None, mark=None)
    assert_shows(
        scene,
        state="STALE",
        feed_notice="Bitget sends no price, only bid and ask.",
        price="—",
        bid="67,482.1",
        title="STALE · BTC/USDT",
    )


def test_stale_last_price_is_not_passed_to_the_chart():
    scene = live()
    assert_shows(scene, last__value="67482.1")
    assert_shows(scene.after(5_001).price("67500", last=None), last__value="", price__value="67500")


@pytest.mark.parametrize("price", ["1e27", "1e30", "9.87654321e33", "1e-27", "1e-33"])
@pytest.mark.parametrize("entered", [LONG, SHORT, {}])
def test_extreme_price_has_a_view(price, entered):
    for step in (BTC.price_step, None):
        scene = Scene(entered).resolve(replace(BTC, price_step=step)).price(price, change_24h=price)
        assert_shows(scene, state="STREAMING", price=formatting.price(Decimal(price), step))


def test_feed_failure_is_shown_with_its_reason():
    scene = live()
    scene.apply(FeedFailed(Transport.STREAM, "code 1006"))
    scene.price("67482.1", Transport.POLL)
    assert_shows(scene, state="POLLING", feed_notice="Streaming is off, prices are polled: code 1006.")
    scene.apply(FeedFailed(Transport.POLL, "timeout"))
    scene.apply(FeedFailed(Transport.POLL, "timeout"))
    assert_shows(scene, state="DISCONNECTED", state__tone="emergency", feed_notice="timeout. 2 failures.")


@pytest.mark.parametrize(
    ("environment", "prefix"), [(Environment.DEMO, "DEMO · "), (Environment.TESTNET, "TESTNET · ")]
)
def test_title_names_demo_and_testnet(environment, prefix):
    assert Scene(LONG, environment=environment).resolve().price("67482.1").view["title"].startswith(prefix)


# --- The view as a whole


def without_stale_values(view):
    return {key: text for key, text in view.items() if not key.startswith("~")}


def all_scenes():
    broken = live()
    broken.apply(FeedFailed(Transport.POLL, "timeout"))
    return [Scene(), Scene(account=True).resolve(), live(), live("63000", SHORT), live().after(9_000), broken]


def test_every_view_has_the_same_keys_and_only_texts():
    keys = {frozenset(scene.view) for scene in all_scenes()}
    assert len(keys) == 1
    assert all(isinstance(text, str) for scene in all_scenes() for text in scene.view.values())


def test_changed_entries_turn_one_view_into_the_other():
    views = [scene.view for scene in all_scenes()]
    for old, new in pairwise(views):
        difference = changed(old, new)
        assert old | difference == new
        assert all(old[key] != text for key, text in difference.items())
    assert changed(views[0], views[0]) == {}


@pytest.mark.parametrize("entered", [LONG, SHORT, {}])
def test_prepared_stale_values_equal_the_stale_view(entered):
    scene = live(entered=entered)
    view = scene.view
    stale = {key[1:]: text for key, text in view.items() if key.startswith("~")}
    shown = without_stale_values(view) | stale | {"age:ms": "60000"}
    assert shown == without_stale_values(scene.after(60_000).view)


def test_stale_values_do_not_change_with_the_price():
    scene = live()
    before = scene.view
    after = scene.price("67000").view
    assert not [key for key in changed(before, after) if key.startswith("~")]


def test_chart_is_redrawn_when_the_levels_change_but_not_with_the_price():
    scene = live()
    before = scene.view["chart:key"]
    assert scene.price("60000").view["chart:key"] == before
    assert live(entered=LONG | {"take_profit": "68000"}).view["chart:key"] != before
