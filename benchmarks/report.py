"""Figures side by side, and how they read."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

WIDTH = 100
HEADER = ("", "ours", "plain way", "ratio", "goal", "")
MISSING = "-"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of ours, beside that of the plain way where there is one. Less is better."""

    what: str
    ours: float
    plain: float | None = None
    unit: str = ""
    most: float | None = None
    """The goal for the figure itself."""
    most_ratio: float | None = None
    """The goal for ours over the plain way's."""
    digits: int = 1

    @property
    def ratio(self) -> float | None:
        return self.ours / self.plain if self.plain else None

    @property
    def met(self) -> bool | None:
        """Whether every goal is met; None without one."""
        reached = [self.ours <= self.most] if self.most is not None else []
        if self.most_ratio is not None and self.ratio is not None:
            reached.append(self.ratio <= self.most_ratio)
        return all(reached) if reached else None

    @property
    def cells(self) -> tuple[str, ...]:
        """As it stands under HEADER."""
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
    """What one benchmark found, and how."""

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
    """The smallest value that `percent` of all do not exceed; NaN of none."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)] if ordered else float("nan")
