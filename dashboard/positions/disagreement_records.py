"""Audit records of cross-checks, so that wrong figures stay withheld after a restart."""

from collections.abc import Mapping
from typing import Any

from dashboard.domain.disagreement import ComparedFigure, Disagreement
from dashboard.domain.keys import PositionKey
from dashboard.domain.position import Side
from dashboard.positions.audit_records import number

CROSS_CHECK = "cross_check"
"""Kind of these records."""


def disagreement_record(key: PositionKey, disagreement: Disagreement | None) -> tuple[str, Mapping[str, Any]]:
    """Returns kind and record of a new result; without figures if both agree again."""
    figures = disagreement.figures if disagreement else ()
    return CROSS_CHECK, {
        "account": key.account,
        "position": key.label,
        "symbol": key.symbol,
        "position_side": key.side,
        "figures": [
            {
                "name": figure.name,
                "ours": figure.ours,
                "theirs": figure.theirs,
                "currency": figure.currency,
                "severe": figure.is_severe,
            }
            for figure in figures
        ],
    }


def read_disagreement(entry: Mapping[str, Any]) -> tuple[PositionKey, Disagreement | None]:
    """Returns what `disagreement_record` was made of. Raises KeyError, TypeError or ValueError."""
    side = Side(entry["position_side"]) if entry["position_side"] else None
    figures = tuple(_figure(each) for each in entry["figures"])
    key = PositionKey(str(entry["account"]), str(entry["symbol"]), side)
    return key, Disagreement(figures) if figures else None


def _figure(entry: Mapping[str, Any]) -> ComparedFigure:
    return ComparedFigure(
        str(entry["name"]),
        number(entry["ours"]),
        number(entry["theirs"]),
        str(entry["currency"]),
        is_severe=bool(entry["severe"]),
    )
