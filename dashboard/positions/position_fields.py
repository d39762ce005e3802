"""The fields of a position's state as JSON, and back. Instruments are numbers, which the caller assigns."""

from collections.abc import Callable, Sequence
from typing import Any

from dashboard.domain.fill import Fill
from dashboard.domain.keys import PositionKey
from dashboard.domain.market import Instrument
from dashboard.domain.position import Side
from dashboard.domain.position_state import ClosedPosition, PositionChange, PositionState
from dashboard.domain.totals import Amounts, PositionTotals
from dashboard.positions.audit_records import AuditRecord, event_fields, number, parse_event, record_kind


def state_fields(state: PositionState, number_of: Callable[[Instrument], int]) -> AuditRecord:
    """Returns the fields of a state, without its account. `number_of` returns an instrument's number."""
    fill, closed = state.last_fill, state.closed
    return {
        "symbol": state.key.symbol,
        "side": state.key.side,
        "instrument": number_of(state.instrument),
        "contracts": state.contracts,
        "entry_value": state.entry_value,
        "totals": _totals_fields(state.totals),
        "earlier_totals": _totals_fields(state.earlier_totals),
        "opened_at": state.opened_at,
        "adopted_at": state.adopted_at,
        "change": state.change,
        "last_fill": [record_kind(fill), number_of(fill.instrument), event_fields(fill)] if fill else None,
        "closed": _closed_fields(closed) if closed else None,
    }


def parse_state(account: str, fields: AuditRecord, instruments: Sequence[Instrument]) -> PositionState:
    """Returns a state. Raises KeyError, TypeError, ValueError, IndexError or ArithmeticError if invalid."""
    return PositionState(
        PositionKey(account, str(fields["symbol"]), _optional(Side, fields["side"])),
        instruments[fields["instrument"]],
        contracts=number(fields["contracts"]),
        entry_value=number(fields["entry_value"]),
        totals=_totals(fields["totals"]),
        earlier_totals=_totals(fields["earlier_totals"]),
        opened_at=_optional(int, fields["opened_at"]),
        adopted_at=_optional(int, fields["adopted_at"]),
        change=_optional(PositionChange, fields["change"]),
        last_fill=_fill(fields["last_fill"], instruments) if fields["last_fill"] else None,
        closed=_closed(fields["closed"]) if fields["closed"] else None,
    )


def _totals_fields(totals: PositionTotals) -> AuditRecord:
    return {
        "realized_pnl": totals.realized_pnl,
        "fees": totals.fees,
        "fills_without_fee": totals.fills_without_fee,
        "funding": totals.funding,
    }


def _totals(fields: AuditRecord) -> PositionTotals:
    return PositionTotals(
        number(fields["realized_pnl"]),
        _amounts(fields["fees"]),
        int(fields["fills_without_fee"]),
        _amounts(fields["funding"]),
    )


def _amounts(fields: AuditRecord) -> Amounts:
    return {currency: number(amount) for currency, amount in fields.items()}


def _closed_fields(closed: ClosedPosition) -> AuditRecord:
    return {
        "side": closed.side,
        "entry_price": closed.entry_price,
        "opened_at": closed.opened_at,
        "closed_at": closed.closed_at,
        "totals": _totals_fields(closed.totals),
        "adopted": closed.adopted,
    }


def _closed(fields: AuditRecord) -> ClosedPosition:
    return ClosedPosition(
        Side(fields["side"]),
        number(fields["entry_price"]),
        _optional(int, fields["opened_at"]),
        int(fields["closed_at"]),
        _totals(fields["totals"]),
        bool(fields["adopted"]),
    )


def _fill(item: Sequence[Any], instruments: Sequence[Instrument]) -> Fill:
    kind, instrument, fields = item
    fill = parse_event(kind, fields, instruments[instrument])
    if not isinstance(fill, Fill):
        raise ValueError(f"{kind} is not a fill")
    return fill


def _optional(parse: Callable[[Any], Any], value: Any) -> Any:
    return None if value is None else parse(value)
