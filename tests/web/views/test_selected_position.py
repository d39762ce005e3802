"""The label alone selects the position of a page; an unknown label selects the main market."""

from dataclasses import replace

import pytest

from dashboard.domain.events import AccountFailed, FillsReceived, InstrumentResolved
from dashboard.domain.keys import MarketKey
from dashboard.domain.position import Side, Source
from dashboard.domain.risk import RiskStatus
from dashboard.domain.unread_part import UnreadPart
from dashboard.web.views.notices import no_position_text
from tests.domain.builders import LONG, SHORT, position
from tests.domain.fill_histories import fill
from tests.web.scenes import BTC, Scene
from tests.web.scenes import LONG as LONG_FIELDS

ETH = MarketKey("bitget", "ETH/USDT:USDT")


@pytest.fixture
def hedged() -> Scene:
    """A long of three and a short of one in the main market."""
    scene = Scene(account=True).resolve().price("100")
    return scene.account_holds(position(LONG, "3", "100", of=BTC), position(SHORT, "1", "110", of=BTC))


@pytest.mark.parametrize(
    ("label", "side"),
    [
        (None, LONG),
        ("", LONG),
        (BTC.symbol, LONG),
        (f"{BTC.symbol}:long", LONG),
        (f"{BTC.symbol}:short", SHORT),
        ("GONE/USDT:USDT", LONG),
        ("GONE/USDT:USDT:short", LONG),
        (f"{BTC.symbol}:short@stranger", SHORT),
        ("<script>", LONG),
    ],
)
def test_label_selects_a_position(hedged: Scene, label: str | None, side: Side):
    selected = hedged.select(label)
    assert selected.position.side is side
    assert selected.label == f"{BTC.symbol}:{side}"
    assert [leg.position.side for leg in selected.others] == [side.SHORT if side is LONG else side.LONG]


def test_each_side_has_its_own_levels_and_pnl(hedged: Scene):
    short = hedged.select(f"{BTC.symbol}:short")
    assert short.levels.side is SHORT
    assert short.valuation.unrealized_pnl == 10
    assert hedged.select().valuation.unrealized_pnl == 0


def test_symbol_of_a_watched_market_selects_that_market(hedged: Scene):
    hedged.apply(InstrumentResolved(replace(BTC, symbol=ETH.symbol)), ETH)
    assert hedged.select(ETH.symbol).market.key == ETH
    assert hedged.select("GONE/USDT:USDT").market.key == hedged.markets.main_key


@pytest.mark.parametrize(
    ("entered", "is_restored", "source"),
    [
        pytest.param(LONG_FIELDS, False, Source.MANUAL, id="entered now"),
        pytest.param(LONG_FIELDS, True, Source.EXCHANGE, id="restored: the account takes precedence"),
        pytest.param({"side": "long"}, False, Source.EXCHANGE, id="only a side"),
    ],
)
def test_manual_position_takes_precedence_unless_restored(hedged: Scene, entered, is_restored, source):
    hedged.enter(entered, is_restored=is_restored)
    assert hedged.select().position.source is source
    short = hedged.select(f"{BTC.symbol}:short").position
    assert (short.side, short.source) == (SHORT, Source.EXCHANGE)


@pytest.mark.parametrize("side", Side)
def test_manual_side_selects_that_side_of_a_hedge(hedged: Scene, side: Side):
    assert hedged.enter({"side": str(side)}).select().position.side is side


def test_both_sides_of_a_hedge_are_listed_with_a_manual_position(hedged: Scene):
    hedged.enter(LONG_FIELDS)
    assert {leg.position.side for leg in hedged.select().others} == {LONG, SHORT}


@pytest.mark.parametrize(
    ("entered", "is_restored", "account", "known"),
    [
        pytest.param({}, False, True, False, id="an account that was not read yet"),
        pytest.param({"side": "long"}, False, True, False, id="a side is no position"),
        pytest.param(LONG_FIELDS, False, True, True, id="entered"),
        pytest.param(LONG_FIELDS, True, True, False, id="a restored one is not known to be held"),
        pytest.param(LONG_FIELDS, True, False, True, id="a restored one, no account to read"),
        pytest.param({}, False, False, True, id="no account to read"),
    ],
)
def test_unknown_position_is_not_shown_as_flat(entered, is_restored: bool, account: bool, known: bool):
    scene = Scene(account=account).resolve().price("100").enter(entered, is_restored=is_restored)
    selected = scene.select()
    assert selected.is_known is known
    if selected.position is None:
        assert selected.valuation.status is (RiskStatus.NO_POSITION if known else RiskStatus.UNKNOWN)


def test_failed_snapshot_keeps_positions_and_is_reported(hedged: Scene):
    hedged.account_reports(AccountFailed("no answer in time"))
    selected = hedged.select()
    assert selected.position is not None
    assert [account.problem for account in selected.accounts] == ["no answer in time"]


def test_position_is_unknown_before_the_market_is_resolved():
    selected = Scene().select()
    assert (selected.is_known, selected.valuation.status) == (False, RiskStatus.UNKNOWN)


def test_a_restored_position_is_unknown_until_its_account_was_read(hedged: Scene):
    health = hedged.book.accounts["test"]
    hedged.book.accounts["test"] = replace(health, read_at=None)
    selected = hedged.select()
    assert (selected.position, selected.is_known) == (None, False)
    assert selected.valuation.status is RiskStatus.UNKNOWN


def test_a_restored_position_is_unknown_until_its_part_of_the_account_was_read(hedged: Scene):
    part = UnreadPart("USDT futures", "no answer in time", frozenset({BTC.symbol}))
    health = hedged.book.accounts["test"]
    hedged.book.accounts["test"] = replace(health, unread=(part,), never_read=part.symbols)
    selected = hedged.select()
    assert (selected.position, selected.is_known) == (None, False)
    assert selected.reason_unknown == "USDT futures: no answer in time"
    hedged.book.accounts["test"] = replace(health, unread=(part,))
    assert hedged.select().position is not None, "it was read before"


def test_a_closed_side_is_named_while_the_other_one_is_open(hedged: Scene):
    hedged.account_reports(FillsReceived((fill("buy 1 @ 100", 5_000, of=BTC, leg=SHORT),)))
    selected = hedged.select(f"{BTC.symbol}:short")
    assert (selected.position, selected.chosen_side) == (None, SHORT)
    assert "holds no short here" in no_position_text(selected, hedged.context.info())
