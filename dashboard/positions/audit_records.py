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
from dashboard.domain.keys import PositionKey
from dashboard.domain.market import Instrument, Payoff
from dashboard.domain.position import Side
from dashboard.domain.position_state import PositionState
from dashboard.domain.transitions import PositionEvent
from dashboard.positions.disagreement_records import CROSS_CHECK, read_disagreement

log = logging.getLogger(__name__)

AuditRecord = dict[str, Any]

_SNAPSHOT = "reading"
"""Kind of a record that an account was read completely."""
_TEXT_FIELDS = ("exchange", "symbol", "id", "base", "quote", "settle", "kind")
_MAX_DIGITS = 60
"""Most digits of a valid number, before or after the decimal point."""
_KINDS: dict[type[PositionEvent], str] = {Fill: "fill", Funding: "funding", PositionAdjustment: "correction"}


@dataclass(frozen=True, slots=True)
class RestoredPositions:
    """The history of one account, read from the audit trail."""

    events: tuple[PositionEvent, ...] = ()
    complete_until: int | None = None
    """The exchange's time up to which no fill is missing; None if unknown."""
    disagreements: Mapping[PositionKey, Disagreement] = field(default_factory=dict)
    """Positions whose figures contradicted the exchange's own in the newest reading."""


def record_kind(event: PositionEvent) -> str:
    """Returns the kind of the event's record."""
    return _KINDS[type(event)]


def record_of(
    event: PositionEvent, account: str, before: PositionState | None, after: PositionState
) -> AuditRecord:
    """Returns the record of an event that changed `before` into `after`."""
    return {
        "account": account,
        "position": after.key.label,
        "change": str(after.change),
        "event": _event(event),
        "instrument": _instrument(event.instrument),
        "before": _state(before) if before else None,
        "after": _state(after),
    }


def snapshot_record(account: str, complete_until: int) -> tuple[str, AuditRecord]:
    """Returns kind and record of the exchange's time up to which no fill is missing."""
    return _SNAPSHOT, {"account": account, "complete_until": complete_until}


def restore_positions(account: str, records: Iterable[tuple[str, Mapping[str, Any]]]) -> RestoredPositions:
    """Returns the history of `account` from records (kind and entry). Logs and skips invalid ones."""
    events: list[PositionEvent] = []
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


def _state(state: PositionState) -> AuditRecord:
    total = state.cumulative_totals
    return {
        "contracts": state.contracts,
        "entry_price": state.entry_price,
        "realized_pnl": total.realized_pnl,
        "fees": dict(total.fees),
        "funding": dict(total.funding),
    }


def _event(event: PositionEvent) -> AuditRecord:
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
            }


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
        opened_at=None if entry["opened_at"] is None else int(entry["opened_at"]),
    )


_PARSERS: dict[str, Callable[[AuditRecord, Instrument], PositionEvent]] = {
    "fill": _fill,
    "funding": _funding,
    "correction": _adjustment,
}


def _side(entry: AuditRecord) -> Side | None:
    return Side(entry["position_side"]) if entry["position_side"] else None


def _number(text: str) -> Decimal:
    """Raises ValueError for a number that cannot be an amount or a price; sums with it would fail later."""
    number = Decimal(text)
    if not number.is_finite() or (number and abs(number.adjusted()) > _MAX_DIGITS):
        raise ValueError(f"{text!r} is not a valid amount or price")
    return number


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
