"""Audit records of position changes: written with their whole context, and events read back from them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from dashboard.domain.adjustment import PositionAdjustment
from dashboard.domain.decimal_math import plain_number
from dashboard.domain.fill import Fee, Fill, TradeSide
from dashboard.domain.funding import Funding
from dashboard.domain.journal import JournalEntry, PositionStep
from dashboard.domain.market import Instrument, Payoff
from dashboard.domain.market_positions import MarketEvent
from dashboard.domain.mode_change import ModeChange
from dashboard.domain.number_text import parse_number
from dashboard.domain.position import Side
from dashboard.domain.position_state import PositionState

AuditRecord = dict[str, Any]

READING = "reading"
"""Kind of a record that an account was read completely."""
_TEXT_FIELDS = ("exchange", "symbol", "id", "base", "quote", "settle", "kind")
_PLACES = 18
"""Decimals of the figures before and after an event, which are for people: the events alone are read back."""
_MAX_NUMBER_LENGTH = 120
"""Most characters of a number: sums and quotients are exact to 72 digits."""
_KINDS: dict[type[MarketEvent], str] = {
    Fill: "fill",
    Funding: "funding",
    PositionAdjustment: "correction",
    ModeChange: "mode",
}
_SUPPLEMENT = "supplement"
"""Kind of the record of a fill that was recorded before without its fee or PnL."""
EVENT_KINDS = frozenset((*_KINDS.values(), _SUPPLEMENT))
"""The kinds of records that have an event."""


def event_kind(event: MarketEvent) -> str:
    """Returns the kind of an event."""
    return _KINDS[type(event)]


def record_kind(entry: JournalEntry) -> str:
    """Returns the kind of an event's record."""
    is_supplement = isinstance(entry.event, Fill) and not entry.is_new
    return _SUPPLEMENT if is_supplement else event_kind(entry.event)


def record_of(entry: JournalEntry, account: str) -> AuditRecord:
    """Returns the record of an event, with its position before and after it."""
    record = {
        "account": account,
        "event": event_fields(entry.event),
        "instrument": instrument_fields(entry.event.instrument),
        "moved": [_step(step) for step in entry.moved],
    }
    return record | _step(entry.own) if entry.own else record


def snapshot_record(account: str, complete_until: int) -> tuple[str, AuditRecord]:
    """Returns kind and record of the exchange's time up to which no fill is missing."""
    return READING, {"account": account, "complete_until": complete_until}


def parse_event(kind: str, fields: AuditRecord, instrument: Instrument) -> MarketEvent:
    """Returns the event of a record. Raises KeyError, TypeError, ValueError or ArithmeticError if invalid."""
    return _PARSERS[kind](fields, instrument)


def _step(step: PositionStep) -> AuditRecord:
    return {
        "position": step.after.key.label,
        "change": str(step.after.change),
        "before": _state(step.before) if step.before else None,
        "after": _state(step.after),
    }


def _state(state: PositionState) -> AuditRecord:
    total, price = state.cumulative_totals, state.entry_price
    return {
        "contracts": plain_number(state.contracts, _PLACES),
        "entry_price": None if price is None else plain_number(price, _PLACES),
        "realized_pnl": plain_number(total.realized_pnl, _PLACES),
        "fees": {currency: plain_number(amount, _PLACES) for currency, amount in total.fees.items()},
        "funding": {currency: plain_number(amount, _PLACES) for currency, amount in total.funding.items()},
    }


def event_fields(event: MarketEvent) -> AuditRecord:
    """Returns the fields of an event, without its instrument."""
    match event:
        case Fill():
            return {
                "id": event.id,
                "side": str(event.trade_side),
                "price": event.price,
                "contracts": event.contracts,
                "traded_at": event.traded_at,
                "fees": [[fee.amount, fee.currency] for fee in event.fees],
                "position_side": event.position_side,
                "realized_pnl": event.realized_pnl,
                "hedged": event.hedged,
            }
        case Funding():
            return {
                "id": event.id,
                "amount": event.amount,
                "currency": event.currency,
                "paid_at": event.paid_at,
                "position_side": event.position_side,
            }
        case PositionAdjustment():
            return {
                "contracts": event.contracts,
                "entry_price": event.entry_price,
                "as_of": event.as_of,
                "position_side": event.position_side,
                "starts": event.replaces_history,
                "opened_at": event.opened_at,
                "first_as_of": event.first_as_of,
            }
        case ModeChange():
            return {"hedged": event.hedged, "as_of": event.as_of}


def _fill(entry: AuditRecord, instrument: Instrument) -> Fill:
    return Fill(
        id=str(entry["id"]),
        instrument=instrument,
        trade_side=TradeSide(entry["side"]),
        price=number(entry["price"]),
        contracts=number(entry["contracts"]),
        traded_at=int(entry["traded_at"]),
        fees=tuple(Fee(number(amount), str(currency)) for amount, currency in entry["fees"]),
        position_side=_side(entry),
        realized_pnl=optional_number(entry["realized_pnl"]),
        hedged=optional_bool(entry.get("hedged")),
    )


def _funding(entry: AuditRecord, instrument: Instrument) -> Funding:
    amount, paid_at = number(entry["amount"]), int(entry["paid_at"])
    return Funding(str(entry["id"]), instrument, amount, str(entry["currency"]), paid_at, _side(entry))


def _adjustment(entry: AuditRecord, instrument: Instrument) -> PositionAdjustment:
    return PositionAdjustment(
        instrument=instrument,
        contracts=number(entry["contracts"]),
        entry_price=number(entry["entry_price"]),
        as_of=int(entry["as_of"]),
        position_side=_side(entry),
        replaces_history=bool(entry["starts"]),
        opened_at=_optional_time(entry["opened_at"]),
        first_as_of=_optional_time(entry.get("first_as_of")),
    )


def _mode_change(entry: AuditRecord, instrument: Instrument) -> ModeChange:
    return ModeChange(instrument, entry["hedged"] is True, int(entry["as_of"]))


_PARSERS: dict[str, Callable[[AuditRecord, Instrument], MarketEvent]] = {
    "fill": _fill,
    _SUPPLEMENT: _fill,
    "funding": _funding,
    "correction": _adjustment,
    "mode": _mode_change,
}


def _side(entry: AuditRecord) -> Side | None:
    return Side(entry["position_side"]) if entry["position_side"] else None


def _optional_time(time: Any) -> int | None:
    return None if time is None else int(time)


def optional_bool(value: Any) -> bool | None:
    """Returns true, false or None. Raises ValueError for anything else."""
    if not isinstance(value, bool | None):
        raise ValueError(f"{value!r} is neither true, false nor null")
    return value


def number(value: object) -> Decimal:
    """Raises ValueError for a number that cannot be an amount or a price; sums with it would fail later."""
    return parse_number(str(value), _MAX_NUMBER_LENGTH)


def optional_number(value: object) -> Decimal | None:
    """Returns the number in a record, or None without one. Raises ValueError."""
    return None if value is None else number(value)


def instrument_fields(instrument: Instrument) -> AuditRecord:
    """Returns the fields of an instrument."""
    return {
        "exchange": instrument.exchange,
        "symbol": instrument.symbol,
        "id": instrument.id,
        "base": instrument.base,
        "quote": instrument.quote,
        "settle": instrument.settle,
        "kind": instrument.kind,
        "payoff": str(instrument.payoff),
        "contract_size": instrument.contract_size,
        "price_step": instrument.price_step,
        "size_step": instrument.size_step,
    }


def parse_instrument(fields: AuditRecord) -> Instrument:
    """Returns an instrument. Raises KeyError, TypeError, ValueError or ArithmeticError if it is invalid."""
    texts = {key: str(fields[key]) for key in _TEXT_FIELDS}
    steps = {key: optional_number(fields[key]) for key in ("price_step", "size_step")}
    size = number(fields["contract_size"])
    if size <= 0:
        raise ValueError(f"contract_size {size} is not positive")
    contract = {"payoff": Payoff(fields["payoff"]), "contract_size": size}
    return Instrument(**(fields | texts | steps | contract))
