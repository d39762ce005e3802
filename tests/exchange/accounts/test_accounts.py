"""Accounts of each exchange in all modes, from the exchange's rows to the API's figures."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from dashboard.api.serializers import text
from dashboard.domain.contract_math import initial_margin
from dashboard.domain.cross_check import cross_check, failed
from dashboard.domain.fill import Fill
from dashboard.domain.merged_position import merged
from dashboard.domain.position import Position
from dashboard.positions.models import LivePosition
from tests.exchange.accounts.account_case import (
    AccountCase,
    Derived,
    ExchangeAccounts,
    ExpectedFill,
    ExpectedPosition,
    Figure,
    Missing,
    Mode,
    ReportedRow,
)
from tests.exchange.accounts.account_reading import read_account
from tests.exchange.accounts.account_table import CELLS, all_accounts, filled_cells, reason

CASES = [
    pytest.param(accounts, case, id=f"{accounts.exchange} {case.name}")
    for accounts in all_accounts()
    for case in accounts.cases
]
MODES: dict[Mode, set[bool]] = {"one-way": {False}, "hedge": {True}, "mixed": {False, True}}


@pytest.mark.parametrize(("accounts", "case"), CASES)
async def test_account_is_read_as_calculated_by_hand(accounts: ExchangeAccounts, case: AccountCase) -> None:
    reading = await read_account(accounts, case)
    assert reading.unanswered == ()
    assert (reading.unread, reading.history) == (case.unread, None)
    assert reading.modes <= MODES[case.mode]
    fills = sorted(reading.fills, key=lambda each: each.sort_key)
    assert [_fill(fill, case) for fill in fills] == [_expected_fill(fill) for fill in case.fills]
    expected = {(each.symbol, each.side): each for each in case.positions}
    assert {(each["symbol"], each["side"]) for each in reading.messages} == expected.keys()
    for live, message in zip(reading.positions, reading.messages, strict=True):
        wanted = _expected_figures(expected[message["symbol"], message["side"]])
        assert _figures(live, message, wanted) == wanted
    parts: dict[tuple[str, str], list[Position]] = {}
    for each in reading.reported:
        parts.setdefault((each.instrument.symbol, each.side), []).append(each)
    for key, held in parts.items():
        assert _reported(merged(held)) == expected[key].reported
        assert _would_find_a_wrong_unit(merged(held), expected[key].mark)


def _expected_figures(expected: ExpectedPosition) -> dict[str, Any]:
    figures: dict[str, Figure | Any] = {
        "current_price": expected.mark,
        "contracts": expected.contracts,
        "quantity": expected.quantity,
        "entry_price": expected.entry_price,
        "notional_value": expected.notional,
        "unrealized_pnl": expected.unrealized_pnl,
        "leverage": expected.leverage,
        "margin_mode": expected.margin_mode,
        "initial_margin": expected.initial_margin,
        "roe": expected.roe,
        "liquidation_price": expected.liquidation_price,
        "realized_pnl": expected.realized_pnl,
        "fees": dict(expected.fees),
        "funding": {} if isinstance(expected.funding, Missing) else dict(expected.funding),
        "adopted": expected.adopted,
        "difference": None,
        "disagreement": None,
    }
    return {name: _plain(figure) for name, figure in figures.items()}


def _plain(figure: Figure | Any) -> Any:
    if isinstance(figure, Missing):
        return None
    return figure.figure if isinstance(figure, Derived) else figure


def _figures(live: LivePosition, message: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """Returns the figures of the API, cut where the expected ones end with an ellipsis."""
    assert live.position is not None
    shown = message | {"initial_margin": text(initial_margin(live.position))}
    if message["liquidation_is_estimate"]:
        shown["liquidation_price"] = None  # ours, not the exchange's
    return {name: _cut(shown[name], figure) for name, figure in wanted.items()}


def _cut(shown: Any, wanted: Any) -> Any:
    if isinstance(wanted, str) and wanted.endswith("…") and isinstance(shown, str):
        return shown[: len(wanted) - 1] + "…"
    return shown


def _reported(held: Position) -> ReportedRow:
    assert held.reported is not None
    return ReportedRow(**{name: text(getattr(held.reported, name)) for name in ReportedRow.__slots__})


def _would_find_a_wrong_unit(held: Position, mark: str) -> bool:
    """True if the figures of its row contradict a contract size ten times as large, or are too few."""
    assert held.reported is not None
    if held.reported.notional is None and not held.reported.unrealized_pnl:
        return True
    size = held.instrument.contract_size * 10
    wrong = replace(held, instrument=replace(held.instrument, contract_size=size))
    return bool(failed(cross_check(wrong, Decimal(mark))))


def _fill(fill: Fill, case: AccountCase) -> dict[str, str | None]:
    fees = [f"{text(fee.amount)} {fee.currency}" for fee in fill.fees]
    return {
        "symbol": fill.instrument.symbol,
        "side": fill.trade_side,
        "contracts": text(fill.contracts),
        "price": text(fill.price),
        "fee": " ".join(fees) or None,
        "realized_pnl": text(fill.realized_pnl),
        "position_side": fill.position_side if case.mode == "hedge" else None,
    }


def _expected_fill(fill: ExpectedFill) -> dict[str, str | None]:
    return {name: _plain(getattr(fill, name)) for name in ExpectedFill.__slots__}


@pytest.mark.parametrize("accounts", all_accounts(), ids=lambda accounts: accounts.exchange)
class TestTable:
    def test_each_cell_is_filled_or_gives_the_reason(self, accounts: ExchangeAccounts) -> None:
        filled = filled_cells(accounts)
        assert [cell for cell in CELLS if not filled[cell] and not reason(accounts, cell)] == []

    def test_reasons_are_of_empty_cells(self, accounts: ExchangeAccounts) -> None:
        filled = filled_cells(accounts)
        assert [cell for cell in CELLS if filled[cell] and reason(accounts, cell)] == []

    def test_names_of_cases_are_distinct(self, accounts: ExchangeAccounts) -> None:
        names = [case.name for case in accounts.cases]
        assert len(names) == len(set(names))

    def test_rows_have_a_source(self, accounts: ExchangeAccounts) -> None:
        answers = [answer for case in accounts.cases for answer in case.answers]
        assert [answer.path for answer in answers if "://" not in answer.source] == []
