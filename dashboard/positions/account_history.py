"""The history of an account: its markets with their events, as items of a checkpoint, and back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dashboard.domain.disagreement import Disagreement
from dashboard.domain.keys import PositionKey
from dashboard.domain.market import Instrument
from dashboard.domain.market_history import MarketHistory, SortKey
from dashboard.domain.market_positions import MarketEvent, MarketPositions
from dashboard.positions.account_owner import AccountOwner
from dashboard.positions.audit_records import (
    event_fields,
    event_kind,
    instrument_fields,
    parse_event,
    parse_instrument,
)
from dashboard.positions.disagreement_records import disagreement_record, read_disagreement
from dashboard.positions.position_fields import market_fields, parse_market

Item = Sequence[Any]
"""One item of a checkpoint, such as `["fill", 0, {…}]`: its type, and what belongs to it."""


class InvalidCheckpoint(ValueError):
    """The content of a checkpoint is not as `encode` makes it."""


@dataclass(frozen=True, slots=True)
class AccountHistory:
    """Everything that the trail has of one account."""

    account: str
    markets: tuple[MarketHistory, ...] = ()
    complete_until: int | None = None
    """The exchange's time up to which no fill is missing; None if unknown."""
    disagreements: Mapping[PositionKey, Disagreement] = field(default_factory=dict)
    """Positions whose figures contradicted the exchange's own in the newest reading."""
    owners: tuple[AccountOwner, ...] = ()
    """The credentials that opened the account, as far as they are known."""

    def pruned_before(self, time: int) -> "AccountHistory":
        """The same without events before `time` (ms since 1970); the positions include them."""
        return replace(self, markets=tuple(each.pruned_before(time) for each in self.markets))


def encode(accounts: Iterable[AccountHistory]) -> Iterator[Item]:
    """Yields each account, after it its owners, disagreements and markets, and after a market its events.

    An instrument is numbered in the order in which they are yielded, each before its first use.
    """
    instruments = _Instruments()
    for account in accounts:
        yield ["account", account.account, account.complete_until]
        yield from (["owner", each.fingerprint, each.uid_hash] for each in account.owners)
        yield from (["disagreement", disagreement_record(*each)[1]] for each in account.disagreements.items())
        for history in account.markets:
            base = market_fields(history.base, instruments.number)
            yield from instruments.new()
            yield ["market", base, history.pruned_until]
            for event in history.events:
                number = instruments.number(event.instrument)
                yield from instruments.new()
                yield [event_kind(event), number, event_fields(event)]


class _Instruments:
    """Numbers instruments in the order of their first use."""

    def __init__(self) -> None:
        self._numbers: dict[Instrument, int] = {}
        self._yielded = 0

    def number(self, instrument: Instrument) -> int:
        return self._numbers.setdefault(instrument, len(self._numbers))

    def new(self) -> Iterator[Item]:
        """Yields the instruments that were numbered since the last call."""
        if self._yielded < len(self._numbers):
            yield from (
                ["instrument", instrument_fields(each)] for each in list(self._numbers)[self._yielded :]
            )
            self._yielded = len(self._numbers)


def decode(items: Iterable[Item]) -> tuple[AccountHistory, ...]:
    """Returns the accounts in the items of a checkpoint. Raises InvalidCheckpoint."""
    decoder = _Decoder()
    try:
        for kind, *values in items:
            decoder.add(kind, *values)
    except (AttributeError, LookupError, TypeError, ValueError, ArithmeticError) as error:
        raise InvalidCheckpoint(f"a checkpoint of the audit trail is invalid: {error!r}") from None
    return tuple(account.history() for account in decoder.accounts)


@dataclass(slots=True)
class _Market:
    base: MarketPositions
    pruned_until: SortKey | None
    events: list[MarketEvent] = field(default_factory=list)

    def history(self) -> MarketHistory:
        return MarketHistory(self.base, tuple(self.events), self.pruned_until)


@dataclass(slots=True)
class _Account:
    name: str
    complete_until: int | None
    disagreements: dict[PositionKey, Disagreement] = field(default_factory=dict)
    markets: list[_Market] = field(default_factory=list)
    owners: tuple[AccountOwner, ...] = ()

    def history(self) -> AccountHistory:
        markets = tuple(each.history() for each in self.markets)
        return AccountHistory(self.name, markets, self.complete_until, self.disagreements, self.owners)


class _Decoder:
    """Adds each item to the account and the market before it."""

    def __init__(self) -> None:
        self.accounts: list[_Account] = []
        self._instruments: list[Instrument] = []

    def add(self, kind: str, *values: Any) -> None:
        match kind, values:
            case "account", (str(name), (int() | None) as complete_until):
                self.accounts.append(_Account(name, complete_until))
            case "owner", (str(fingerprint), str(uid_hash)):
                self.accounts[-1].owners += (AccountOwner(fingerprint, uid_hash),)
            case "disagreement", (fields,):
                key, disagreement = read_disagreement(fields)
                if disagreement is not None:
                    self.accounts[-1].disagreements[key] = disagreement
            case "instrument", (fields,):
                self._instruments.append(parse_instrument(fields))
            case "market", (fields, pruned_until):
                account = self.accounts[-1]
                base = parse_market(account.name, fields, self._instruments)
                account.markets.append(_Market(base, _sort_key(pruned_until)))
            case _, (instrument, fields):
                event = parse_event(kind, fields, self._instruments[instrument])
                self.accounts[-1].markets[-1].events.append(event)
            case _:
                raise ValueError(f"{kind} with {len(values)} values")


def _sort_key(fields: Sequence[Any] | None) -> SortKey | None:
    if fields is None:
        return None
    time, rank, length, identifier, side = fields
    return int(time), int(rank), int(length), str(identifier), str(side)
