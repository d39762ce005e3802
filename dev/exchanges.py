"""Writes docs/EXCHANGES.md from the table of accounts in tests/exchange/accounts."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from tests.exchange.accounts.account_case import Derived, ExchangeAccounts, Missing
from tests.exchange.accounts.account_table import CELLS, all_accounts, filled_cells, reason

DOCUMENT = Path(__file__).parents[1] / "docs" / "EXCHANGES.md"

HEAD = """\
# Exchanges

Accounts of each exchange, as the tests read them: with rows as the exchange documents them, in each mode,
through ccxt and the whole dashboard up to the API. Every figure is compared with one calculated by hand.
Another exchange of ccxt may work just as well, but is not verified.

PnL, notional and ROE are always calculated here, from size, entry price, leverage and the live price. Size,
entry price, leverage, margin mode, liquidation price, fees and funding are the exchange's own, unless
listed as

- **derived**: not reported, but following from figures that are
- **not reported**: shown as unknown

`make exchanges` writes this file from the [table of accounts](../tests/exchange/accounts/account_case.py).
"""
_NAMES = {"roe": "ROE", "realized_pnl": "realized PnL", "position_side": "side of its position"}
GROUPS = ("one-way", "hedge", "mixed", "fills")
"""Columns of the overview: the first words of the cells."""


def document() -> str:
    """Returns the text of the document."""
    sections = (HEAD, "\n".join(_overview()), *("\n".join(_section(each)) for each in all_accounts()))
    return "\n".join(f"{section.rstrip()}\n" for section in sections)


def _overview() -> Iterator[str]:
    yield "| exchange | one-way mode | hedge mode | modes mixed by market | history of fills |"
    yield "|---|---|---|---|---|"
    for accounts in all_accounts():
        columns = (_summary(accounts, group) for group in GROUPS)
        yield f"| [{accounts.name}](#{accounts.name.lower().replace(' ', '-')}) | {' | '.join(columns)} |"


def _summary(accounts: ExchangeAccounts, group: str) -> str:
    filled = filled_cells(accounts)
    own = [cell for cell in CELLS if cell.startswith(group)]
    verified = [cell for cell in own if filled[cell]]
    if len(verified) == len(own):
        return "yes"
    kinds = {kind for cell in verified for kind in ("linear", "inverse") if kind in cell.split()}
    return " and ".join(sorted(kinds, reverse=True)) or "no"


def _section(accounts: ExchangeAccounts) -> Iterator[str]:
    filled = filled_cells(accounts)
    yield f"## {accounts.name}\n"
    yield from _grid(filled)
    yield from _list("Derived", _figures(accounts, Derived))
    yield from _list("Not reported", _figures(accounts, Missing))
    empty = ((cell, reason(accounts, cell) or "") for cell in CELLS if not filled[cell])
    yield from _list("Not verified", empty)
    sources = sorted({answer.source for case in accounts.cases for answer in case.answers})
    yield "Rows: " + ", ".join(f"<{source}>" for source in sources)


def _grid(filled: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """Yields the verified cells as a table: modes by contracts."""
    columns = [cell.removeprefix("one-way ") for cell in CELLS if cell.startswith("one-way ")]
    yield f"| | {' | '.join(columns)} | linear fills | inverse fills |"
    yield "|---" * (len(columns) + 3) + "|"
    for mode in ("one-way", "hedge"):
        cells = [f"{mode} {column}" for column in columns]
        cells += [f"fills {mode} {payoff}" for payoff in ("linear", "inverse")]
        yield f"| {mode} | {' | '.join('yes' if filled[cell] else '–' for cell in cells)} |"
    verified = [f"{cell} account" for cell in ("flat", "mixed") if filled[cell]]
    yield f"\nAlso verified: {', '.join(verified) or 'nothing'}.\n"


def _figures(accounts: ExchangeAccounts, kind: type[Derived] | type[Missing]) -> Iterator[tuple[str, str]]:
    """Yields name and remark of each figure of a kind, once."""
    found: dict[tuple[str, str], None] = {}
    for case in accounts.cases:
        rows: tuple[tuple[Any, str], ...] = (
            *((each, "") for each in case.positions),
            *((each, "a fill's ") for each in case.fills),
        )
        for row, owner in rows:
            for field in fields(row):
                figure = getattr(row, field.name)
                if isinstance(figure, kind):
                    found[owner + _NAMES.get(field.name, field.name.replace("_", " ")), figure.remark] = None
    yield from found


def _list(title: str, items: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yields a list of remarks, each with the names of all that it is about."""
    names: dict[str, list[str]] = {}
    for name, remark in items:
        names.setdefault(remark, []).append(name)
    if names:
        lines = (f"- {', '.join(about)}: {remark}" for remark, about in names.items())
        yield "\n".join([f"{title}:\n", *lines, ""])


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
