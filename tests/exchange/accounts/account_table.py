"""The table of accounts: every exchange's accounts, and the cells that each of them has to fill."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

from tests.exchange.accounts.account_case import AccountCase, ExchangeAccounts, Missing

_FOLDER = Path(__file__).parent

CELLS = (
    *(
        f"{mode} {payoff} {margin}"
        for mode in ("one-way", "hedge")
        for payoff in ("linear", "inverse")
        for margin in ("isolated", "cross")
    ),
    "mixed",
    "flat",
    *(f"fills {mode} {payoff}" for mode in ("one-way", "hedge") for payoff in ("linear", "inverse")),
)
"""Kinds of accounts. A symbol such as BTC/USD:BTC, settled in its base, is inverse."""


@cache
def all_accounts() -> tuple[ExchangeAccounts, ...]:
    """Returns the accounts of each module `*_accounts`, by name."""
    paths = (path.relative_to(_FOLDER).with_suffix("") for path in _FOLDER.rglob("*_accounts.py"))
    names = (".".join(path.parts) for path in paths if not path.stem.startswith("test_"))
    modules = (import_module(f"tests.exchange.accounts.{name}") for name in names)
    return tuple(sorted((module.ACCOUNTS for module in modules), key=lambda each: each.name.lower()))


def filled_cells(accounts: ExchangeAccounts) -> dict[str, tuple[str, ...]]:
    """Returns the names of the cases that fill each cell."""
    filled: dict[str, list[str]] = {cell: [] for cell in CELLS}
    for case in accounts.cases:
        for cell in sorted(set(_cells(case))):
            filled[cell].append(case.name)
    return {cell: tuple(cases) for cell, cases in filled.items()}


def reason(accounts: ExchangeAccounts, cell: str) -> str | None:
    """Returns the reason why a cell is empty: that of the entry whose words it has; None without one."""
    words = set(cell.split())
    return next((text for key, text in accounts.missing.items() if set(key.split()) <= words), None)


def _cells(case: AccountCase) -> Iterator[str]:
    if case.mode == "mixed":
        yield "mixed"
        return
    if not case.positions and not case.fills and not case.unread:
        yield "flat"
    for position in case.positions:
        if not isinstance(position.margin_mode, Missing):
            margin = getattr(position.margin_mode, "figure", position.margin_mode)
            yield f"{case.mode} {payoff(position.symbol)} {margin}"
    for fill in case.fills:
        yield f"fills {case.mode} {payoff(fill.symbol)}"


def payoff(symbol: str) -> str:
    """Returns linear or inverse, by a unified symbol."""
    base, settle = symbol.partition("/")[0], symbol.partition(":")[2].partition("-")[0]
    return "inverse" if settle == base else "linear"
