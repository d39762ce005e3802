"""Audit records of position changes: written with their whole context, and read back after a restart."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from dashboard.domain.adjustment import PositionAdjustment
from dashboard.domain.disagreement import Disagreement
from dashboard.domain.fill import Fee, Fill, TradeSide
from dashboard.domain.funding import Funding
from dashboard.domain.journal import JournalEntry, PositionStep
from dashboard.domain.keys import PositionKey
from dashboard.domain.market import Instrument, Payoff
from dashboard.domain.market_positions import MarketEvent
from dashboard.domain.mode_change import ModeChange
from dashboard.domain.position import Side
from dashboard.domain.position_state import PositionState
from dashboard.positions.disagreement_records import CROSS_CHECK, read_disagreement

log = logging.getLogger(__name__)

AuditRecord = dict[str, Any]

_SNAPSHOT = "reading"
"""Kind of a record that an account was read completely."""
_TEXT_FIELDS = ("exchange", "symbol", "id", "base", "quote", "settle", "kind")
_MAX_DIGITS = 60
"""Most digits of a valid number, before or after the decimal point."""
_KINDS: dict[type[MarketEvent], str] = {
    Fill: "fill",
    Funding: "funding",
    PositionAdjustment: "correction",
    ModeChange: "mode",
}
_SUPPLEMENT = "supplement"
"""Kind of the record of a fill that was recorded before without its fee or PnL."""


@dataclass(frozen=True, slots=True)
class RestoredPositions:
    """The history of one account, read from the audit trail."""

    events: tuple[MarketEvent, ...] = ()
    complete_until: int | None = None
    """The exchange's time up to which no fill is missing; None if unknown."""
    disagreements: Mapping[PositionKey, Disagreement] = field(default_factory=dict)
    """Positions whose figures contradicted the exchange's own in the newest reading."""


def record_kind(entry: JournalEntry) -> str:
    """Returns the kind of an event's record."""
    is_supplement = isinstance(entry.event, Fill) and not entry.is_new
    return _SUPPLEMENT if is_supplement else _KINDS[type(entry.event)]


def record_of(entry: JournalEntry, account: str) -> AuditRecord:
    """Returns the record of an event, with its position before and after it."""
    record = {
        "account": account,
        "event": _event(entry.event),
        "instrument": _instrument(entry.event.instrument),
        "moved": [_step(step) for step in entry.moved],
    }
    return record | _step(entry.own) if entry.own else record


def snapshot_record(account: str, complete_until: int) -> tuple[str, AuditRecord]:
    """Returns kind and record of the exchange's time up to which no fill is missing."""
    return _SNAPSHOT, {"account": account, "complete_until": complete_until}


def restore_positions(account: str, records: Iterable[tuple[str, Mapping[str, Any]]]) -> RestoredPositions:
    """Returns the history of `account` from records (kind and entry). Logs and skips invalid ones."""
    events: list[MarketEvent] = []
    complete_until = None
    disagreements: dict[PositionKey, Disagreement | None] = {}
    instruments: dict[str, Instrument] = {}
    for kind, entry in records:
        try:
            if entry.get("account") != account:
                continue
            if kind == _SNAPSHOT:
                complete_until = int(entry["complete_until"])
            elif kind == CROSS_CHECK:
                key, disagreement = read_disagreement(entry)
                disagreements[key] = disagreement
            elif kind in _PARSERS:
                instrument = _shared_instrument(entry["instrument"], instruments)
                events.append(_PARSERS[kind](entry["event"], instrument))
        except (AttributeError, KeyError, TypeError, ValueError, ArithmeticError) as error:
            log.warning("an invalid record of the audit trail is skipped: %r", error)
    known = {key: each for key, each in disagreements.items() if each is not None}
    return RestoredPositions(tuple(events), complete_until, known)


def _step(step: PositionStep) -> AuditRecord:
    return {
        "position": step.after.key.label,
        "change": str(step.after.change),
        "before": _state(step.before) if step.before else None,
        "after": _state(step.after),
    }


def _state(state: PositionState) -> AuditRecord:
    total = state.cumulative_totals
    return {
        "contracts": state.contracts,
        "entry_price": state.entry_price,
        "realized_pnl": total.realized_pnl,
        "fees": dict(total.fees),
        "funding": dict(total.funding),
    }


def _event(event: MarketEvent) -> AuditRecord:
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
        price=_number(entry["price"]),
        contracts=_number(entry["contracts"]),
        traded_at=int(entry["traded_at"]),
        fees=tuple(Fee(_number(amount), str(currency)) for amount, currency in entry["fees"]),
        position_side=_side(entry),
        realized_pnl=_optional_number(entry["realized_pnl"]),
        hedged=_optional_bool(entry.get("hedged")),
    )


def _funding(entry: AuditRecord, instrument: Instrument) -> Funding:
    amount, paid_at = _number(entry["amount"]), int(entry["paid_at"])
    return Funding(str(entry["id"]), instrument, amount, str(entry["currency"]), paid_at, _side(entry))


def _adjustment(entry: AuditRecord, instrument: Instrument) -> PositionAdjustment:
    return PositionAdjustment(
        instrument=instrument,
        contracts=_number(entry["contracts"]),
        entry_price=_number(entry["entry_price"]),
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


def _number(text: str) -> Decimal:
    """Raises ValueError for a number that cannot be an amount or a price; sums with it would fail later."""
    number = Decimal(text)
    if not number.is_finite() or (number and abs(number.adjusted()) > _MAX_DIGITS):
        raise ValueError(f"{text!r} is not a valid amount or price")
    return number


def _optional_time(time: object) -> int | None:
    return None if time is None else int(str(time))


def _optional_bool(value: object) -> bool | None:
    if not isinstance(value, bool | None):
        raise ValueError(f"{value!r} is neither true, false nor null")
    return value


def _optional_number(text: str | None) -> Decimal | None:
    return None if text is None else _number(text)


def _instrument(instrument: Instrument) -> AuditRecord:
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


def _shared_instrument(entry: AuditRecord, instruments: dict[str, Instrument]) -> Instrument:
    """Returns one instrument object for all records with the same fields."""
    fields = repr(entry)
    if fields not in instruments:
        texts = {key: str(entry[key]) for key in _TEXT_FIELDS}
        steps = {key: _optional_number(entry[key]) for key in ("price_step", "size_step")}
        size = _number(entry["contract_size"])
        if size <= 0:
            raise ValueError(f"contract_size {size} is not positive")
        contract = {"payoff": Payoff(entry["payoff"]), "contract_size": size}
        instruments[fields] = Instrument(**(entry | texts | steps | contract))
    return instruments[fields]
