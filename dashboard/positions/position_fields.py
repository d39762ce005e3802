"""The fields of a market's positions as JSON, and back. Instruments are numbers, which the caller assigns."""

from collections.abc import Callable, Sequence
from typing import Any

from dashboard.domain.fill import Fill
from dashboard.domain.keys import PositionKey
from dashboard.domain.market import Instrument
from dashboard.domain.market_positions import MarketPositions
from dashboard.domain.position import Side
from dashboard.domain.position_state import ClosedPosition, PositionChange, PositionState
from dashboard.domain.totals import Amounts, PositionTotals
from dashboard.positions.audit_records import (
    AuditRecord,
    event_fields,
    event_kind,
    number,
    optional_bool,
    parse_event,
)


def market_fields(market: MarketPositions, number_of: Callable[[Instrument], int]) -> AuditRecord:
    """Returns the fields of a market, without its account. `number_of` returns an instrument's number."""
    return {
        "instrument": number_of(market.instrument),
        "hedged": market.hedged,
        "positions": [_state_fields(state, number_of) for state in market.by_side.values()],
    }


def parse_market(account: str, fields: AuditRecord, instruments: Sequence[Instrument]) -> MarketPositions:
    """Returns a market. Raises KeyError, TypeError, ValueError, IndexError or ArithmeticError if invalid."""
    market = MarketPositions(account, instruments[fields["instrument"]], optional_bool(fields["hedged"]))
    states = (_state(account, market.instrument, each, instruments) for each in fields["positions"])
    return market.with_positions(*states)


def _state_fields(state: PositionState, number_of: Callable[[Instrument], int]) -> AuditRecord:
    fill, closed = state.last_fill, state.closed
    return {
        "side": state.key.side,
        "instrument": number_of(state.instrument),
        "contracts": state.contracts,
        "entry_value": state.entry_value,
        "totals": _totals_fields(state.totals),
        "earlier_totals": _totals_fields(state.earlier_totals),
        "opened_at": state.opened_at,
        "adopted_at": state.adopted_at,
        "change": state.change,
        "last_fill": [event_kind(fill), number_of(fill.instrument), event_fields(fill)] if fill else None,
        "closed": _closed_fields(closed) if closed else None,
    }


def _state(
    account: str, market: Instrument, fields: AuditRecord, instruments: Sequence[Instrument]
) -> PositionState:
    return PositionState(
        PositionKey(account, market.symbol, _optional(Side, fields["side"])),
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
        "realized_dollars": totals.realized_dollars,
        "unexplained_closes": totals.unexplained_closes,
        "fees": totals.fees,
        "fills_without_fee": totals.fills_without_fee,
        "funding": totals.funding,
    }


def _totals(fields: AuditRecord) -> PositionTotals:
    return PositionTotals(
        number(fields["realized_pnl"]),
        number(fields["realized_dollars"]),
        int(fields["unexplained_closes"]),
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
