"""The items of a checkpoint contain every field, and give the same accounts back."""

import json
from dataclasses import fields, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.audit.records import to_json
from dashboard.domain.disagreement import ComparedFigure, Disagreement
from dashboard.domain.keys import PositionKey
from dashboard.domain.market_history import MarketHistory
from dashboard.domain.market_positions import MarketPositions
from dashboard.domain.mode_change import ModeChange
from dashboard.domain.position import Side
from dashboard.domain.position_state import ClosedPosition, PositionState
from dashboard.domain.totals import PositionTotals
from dashboard.positions.account_history import AccountHistory, InvalidCheckpoint, decode, encode
from dashboard.positions.account_owner import AccountOwner
from dashboard.positions.position_fields import market_fields
from tests.domain.fill_histories import ACCOUNT, adopted, after, fill, fills, funding, histories, journal

WRONG = {
    PositionKey(ACCOUNT, "BTC/USDT:USDT", side): Disagreement(
        (ComparedFigure("notional", Decimal("220"), Decimal("22.0"), "USDT", is_severe=True),)
    )
    for side in (None, Side.SHORT)
}


def read_back(*accounts):
    """The accounts after a way through the trail."""
    return decode(json.loads(to_json(list(encode(accounts)))))


@given(histories(legs=tuple(Side)) | histories(), st.integers(0, 9), st.none() | st.integers(0, 10**13))
def test_accounts_are_read_back_unchanged(history, pruned, complete_until):
    of = history[0].instrument
    markets = journal([*history, funding("-0.1", 2, of=of), ModeChange(of, hedged=True, as_of=3)]).histories
    shorter = tuple(
        each.pruned_to(each.events[pruned].sort_key) if pruned < len(each.events) else each
        for each in markets
    )
    owners = AccountOwner("0a", "1b"), AccountOwner("2c", "1b")
    accounts = AccountHistory(ACCOUNT, shorter, complete_until, WRONG, owners), AccountHistory("empty")
    assert read_back(*accounts) == accounts


@pytest.mark.parametrize(
    "state",
    [
        pytest.param(after([]), id="flat"),
        pytest.param(after("buy 3 @ 100, sell 5 @ 110"), id="flipped"),
        pytest.param(
            after([adopted("2", "100", 5), fill("sell 2 @ 90", 6, "1E-8")]), id="adopted and closed"
        ),
        pytest.param(after(fills("sell 1 @ 3, buy 0.3 @ 7", leg=Side.SHORT), leg=Side.SHORT), id="short leg"),
        pytest.param(replace(after("buy 1 @ 1"), entry_value=Decimal("0.1") ** 30), id="30 decimals"),
    ],
)
def test_state_is_read_back_unchanged(state):
    market = MarketPositions(ACCOUNT, state.instrument, state.key.side is not None).with_positions(state)
    history = MarketHistory(market, (), (5, 0, 1, "5", "buy"))
    (account,) = read_back(AccountHistory(ACCOUNT, (history,)))
    assert account.markets == (history,)


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (PositionState, lambda market: market["positions"][0]),
        (ClosedPosition, lambda market: market["positions"][0]["closed"]),
        (PositionTotals, lambda market: market["positions"][0]["totals"]),
    ],
)
def test_every_field_is_in_the_checkpoint(kind, found):
    """A field that is added to the class has to be added to its record, too."""
    (history,) = journal(fills("buy 3 @ 100, sell 3 @ 110")).histories
    names = {each.name for each in fields(kind)} - {"key"}
    assert names <= set(found(market_fields(history.state, lambda _instrument: 0)))


def test_instrument_is_written_once():
    history = journal(fills("buy 1 @ 100, buy 2 @ 100, sell 1 @ 90")).histories
    kinds = [item[0] for item in encode([AccountHistory(ACCOUNT, history)])]
    assert kinds == ["account", "instrument", "market", "fill", "fill", "fill"]


@pytest.mark.parametrize(
    "items",
    [
        [["fill", 0, {}]],
        [["unknown"]],
        [["account", 7, None]],
        [["account", "main", "late"]],
        [["account", "main", None], ["market", {}, None]],
        [["account", "main", None], ["instrument", {"contract_size": "0"}]],
        [[]],
        [None],
    ],
    ids=str,
)
def test_invalid_items_raise(items):
    with pytest.raises(InvalidCheckpoint):
        decode(items)


def test_pruned_history_keeps_its_state():
    (history,) = journal([fill("buy 2 @ 100", 1), adopted("3", "100", 2), fill("sell 1 @ 9", 3)]).histories
    pruned = history.pruned_to(history.events[1].sort_key)
    assert (len(pruned.events), pruned.state) == (1, history.state)
    assert pruned.may_be_adjusted
    assert history.pruned_to(None) is history.pruned_to((0, 0, 0, "", "")) is history
