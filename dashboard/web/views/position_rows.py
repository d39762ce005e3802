"""Rows of the positions table and of the event log: texts to show and numbers to sort by."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from dashboard.clock import now_ms
from dashboard.formatting import (
    MISSING,
    Tone,
    gain,
    leverage,
    money,
    percent,
    price,
    risk_tone,
    sign_tone,
    size,
)
from dashboard.positions.labels import PositionLabels
from dashboard.positions.models import AccountSummary, EventLogEntry, LivePosition, ReportCheck

Row = Mapping[str, Any]
"""Cells by key: the text of a column is `name`, its number `name#` and its tone `name:tone`."""


def row(label: str, live: LivePosition, now: int) -> Row:
    """Returns the row of one position at `now` (ms, monotonic)."""
    position, state = live.position, live.state
    instrument, settle, total = state.instrument, state.instrument.settle, state.cumulative_totals
    held = None if position is None or live.is_withheld else position.size
    realized = None if live.is_withheld else total.complete_realized_pnl
    away, mark = live.liquidation_distance, live.quote.value if live.quote else None
    return {
        "label": label,
        "symbol": instrument.pair,
        "market": live.state.key.symbol,
        "side": f"{state.side or 'flat'} {leverage(position.leverage) if position else ''}".strip().title(),
        "side:tone": Tone.UP if state.contracts > 0 else Tone.DOWN,
        "note": _note(live),
        "disagrees": "DISAGREES" if live.disagreement else "",
        **_cell("size", size(held), held),
        "unit": "" if held is None else instrument.base,
        **_cell("entry", price(state.entry_price, instrument.price_step), state.entry_price),
        **_cell("mark", _price(live), mark),
        **_cell("pnl", gain(live.unrealized_pnl, settle), live.unrealized_pnl, signed=True),
        **_cell("roe", percent(live.roe), live.roe, signed=True),
        **_cell("realized", gain(realized, settle), realized, signed=True),
        **_cell("fees", _amounts(total.fees, missing=total.fills_without_fee), _first(total.fees)),
        **_cell("funding", _amounts(total.funding), _first(total.funding)),
        **_cell("liquidation", _liquidation(live), live.liquidation_price),
        **_cell("away", percent(away), None if away is None else abs(away)),
        "risk": str(live.status),
        "risk:tone": risk_tone(live.status),
        "risk:icon": live.status.name.lower(),
        "settle": settle,
        "age": live.quote.age(now) if live.quote else None,
        "stale": live.stale_after,
    }


class RowCache:
    """Renders rows, and reuses those of positions that have not changed."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[LivePosition, Row]] = {}

    def rows(self, positions: Mapping[str, LivePosition]) -> dict[str, Row]:
        """Returns the row of each position by its label."""
        now = now_ms()
        for label, live in positions.items():
            cached = self._rows.get(label)
            if cached is None or cached[0] is not live:
                self._rows[label] = live, row(label, live, now)
        self._rows = {label: self._rows[label] for label in positions}
        return {label: cells for label, (_, cells) in self._rows.items()}


def totals(summary: AccountSummary) -> dict[str, str]:
    """Returns the totals above the table, in dollars."""
    unknown = not summary.active_positions and summary.total_exposure is None
    view: dict[str, str] = {
        "sum-count": MISSING if unknown else str(summary.active_positions),
        "sum-exposure": _dollars(summary.total_exposure),
        "sum-exposure:tone": Tone.UNKNOWN if summary.total_exposure is None else Tone.NEUTRAL,
    }
    for name, value in (
        ("unrealized", summary.unrealized_pnl),
        ("realized", summary.realized_pnl),
        ("total", summary.total_pnl),
    ):
        view[f"sum-{name}"] = gain(value, "USDT")
        view[f"sum-{name}:tone"] = sign_tone(value)
    return view


def totals_note(summary: AccountSummary) -> dict[str, str]:
    """Returns the line under the totals: what they lack."""
    parts = "; ".join(summary.missing)
    return {
        "sum-note": f"Not included: {parts}" if parts else "",
        "sum-note-line:hidden": "" if parts else "1",
    }


def event_rows(
    events: tuple[EventLogEntry, ...], labels: PositionLabels, limit: int = 30
) -> list[tuple[int, str, str, str]]:
    """Returns the newest events: time (ms since 1970), label, kind, text."""
    return [(each.at, labels.label(each.key), _kind(each), each.text) for each in events[:limit]]


def _kind(event: EventLogEntry) -> str:
    """The kind that the page shows: the end of a difference is shown as a difference."""
    return str(ReportCheck.DIFFERENCE if event.kind is ReportCheck.AGREEMENT else event.kind)


def _cell(name: str, text: str, number: Decimal | None, *, signed: bool = False) -> dict[str, Any]:
    # The float is used for sorting only.
    cell = {name: text, f"{name}#": None if number is None else float(number)}
    return cell | {f"{name}:tone": sign_tone(number)} if signed else cell


def _price(live: LivePosition) -> str:
    """The price of the valuation; a last price is named, since the column is that of the mark price."""
    text = price(live.quote.value if live.quote else None, live.state.instrument.price_step)
    return f"{text} last" if live.price_basis == "last" else text


def _liquidation(live: LivePosition) -> str:
    text = price(live.liquidation_price, live.state.instrument.price_step)
    return f"≈ {text}" if live.liquidation_is_estimate and text != MISSING else text


def _note(live: LivePosition) -> str:
    if live.awaits_confirmation:
        return "liquidation price reached; being confirmed by a new reading of the account"
    if live.disagreement:
        return f"disagrees: {live.disagreement.text}"
    if live.difference:
        return live.difference
    if live.is_manual:
        return "entered by hand"
    return "adopted: began with the exchange's own figures" if live.state.adopted_at is not None else ""


def _amounts(amounts: Mapping[str, Decimal], *, missing: int = 0) -> str:
    """Formats amounts by currency, with a question mark if some are `missing`."""
    texts = [money(amount, currency) for currency, amount in amounts.items()]
    return (" + ".join(texts) or ("" if missing else "0")) + ("?" if missing else "")


def _first(amounts: Mapping[str, Decimal]) -> Decimal:
    return next(iter(amounts.values()), Decimal(0))


def _dollars(value: Decimal | None) -> str:
    return MISSING if value is None else money(value, "USDT")
