"""Figures in comparison, and their printed form."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

WIDTH = 100
HEADER = ("", "ours", "plain", "ratio", "goal", "")
MISSING = "-"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of ours, and that of the plain implementation if there is one. Less is better."""

    what: str
    ours: float
    plain: float | None = None
    unit: str = ""
    most: float | None = None
    """Upper limit of the figure."""
    most_ratio: float | None = None
    """Upper limit of the ratio to the plain implementation."""
    digits: int = 1

    @property
    def ratio(self) -> float | None:
        return self.ours / self.plain if self.plain else None

    @property
    def met(self) -> bool | None:
        """True if every limit is met; None without a limit."""
        reached = [self.ours <= self.most] if self.most is not None else []
        if self.most_ratio is not None and self.ratio is not None:
            reached.append(self.ratio <= self.most_ratio)
        return all(reached) if reached else None

    @property
    def cells(self) -> tuple[str, ...]:
        """The texts under HEADER."""
        goals = [self._number(self.most)] if self.most is not None else []
        if self.most_ratio is not None:
            goals.append(f"{self.most_ratio:g}x")
        verdict = {True: "met", False: "NOT MET", None: ""}[self.met]
        ratio = MISSING if self.ratio is None else f"{self.ratio:.2f}x"
        goal = f"≤ {' and '.join(goals)}" if goals else ""
        return self.what, self._number(self.ours), self._number(self.plain), ratio, goal, verdict

    def _number(self, value: float | None) -> str:
        return MISSING if value is None else f"{value:,.{self.digits}f} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Report:
    """Result and method of one benchmark."""

    title: str
    method: str
    rows: Sequence[Row]
    notes: Sequence[str] = ()

    def __str__(self) -> str:
        table = [HEADER, *(row.cells for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = [
            "  ".join([first.ljust(widths[0]), *(map(str.rjust, rest, widths[1:-1])), verdict]).rstrip()
            for first, *rest, verdict in table
        ]
        rule = "─" * max(map(len, lines))
        notes = [
            textwrap.fill(note, WIDTH, initial_indent="· ", subsequent_indent="  ") for note in self.notes
        ]
        return "\n".join([self.title, textwrap.fill(self.method, WIDTH), rule, *lines, rule, *notes])


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that `percent` of all values do not exceed; NaN if there are none."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)] if ordered else float("nan")
