"""Messages from the feed to web workers: the parts of the live state as JSON, without loss of precision.

A message has the changed parts; the hash in Redis has all of them, under the same names. Decimals are
strings. Times are those of the feed's monotonic clock, which `clock_offset` converts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from dashboard.app.context import EngineInfo
from dashboard.domain.position_selection import ManualEntry
from dashboard.positions.models import (
    AccountHealth,
    AccountSummary,
    EventLogEntry,
    LivePosition,
    PositionUpdate,
)
from dashboard.state.runtime import MarketSnapshot

MAIN, ACCOUNT, EVENTS, HEADER = "main", "account", "events", "header"
MARKET, POSITION, MANUAL = "market:", "position:", "manual:"
"""Prefixes of the names of parts; the key of the market or position follows as text."""
REMOVED = b"null"
"""The JSON of a part that was removed."""


@dataclass(frozen=True, slots=True)
class AccountState:
    """Totals of all positions, and the health of each account."""

    summary: AccountSummary
    accounts: Mapping[str, AccountHealth]
    """By account, in the order in which they were added."""


@dataclass(frozen=True, slots=True)
class MessageHeader:
    """Position of a message in the order of all messages, with facts and counters of the feed."""

    epoch: int
    sequence: int
    clock_offset: int
    """Redis' clock minus the feed's monotonic clock, in ms."""
    info: EngineInfo
    feed_stats: Mapping[str, Any] = field(default_factory=dict)
    """A reading of the feed's FeedStats."""


@dataclass(frozen=True, slots=True)
class StateMessage:
    """A change of the live state, or the complete state."""

    header: MessageHeader
    main: MarketSnapshot | None = None
    account: AccountState | None = None
    events: tuple[EventLogEntry, ...] | None = None
    markets: Mapping[str, MarketSnapshot | None] = field(default_factory=dict)
    """By the market's key as text; None for a market that is no longer watched."""
    manual: Mapping[str, ManualEntry | None] = field(default_factory=dict)
    """By the market's key as text; None for an entry that was cleared."""
    positions: Mapping[str, LivePosition] = field(default_factory=dict)
    """By the position's key as text."""
    updates: tuple[PositionUpdate, ...] = ()
    complete: bool = False
    """True if the message has every part of the state."""


Part = MarketSnapshot | ManualEntry | AccountState | LivePosition | tuple[EventLogEntry, ...]

_MESSAGE = TypeAdapter(StateMessage)
_JSON: TypeAdapter[Any] = TypeAdapter(object)
_ADAPTERS: Mapping[type, TypeAdapter[Any]] = {
    kind: TypeAdapter(kind)
    for kind in (MarketSnapshot, AccountState, MessageHeader, LivePosition, PositionUpdate, ManualEntry)
}
_EVENT_LOG = TypeAdapter(tuple[EventLogEntry, ...])


def serialize(part: Part | MessageHeader | PositionUpdate | None) -> bytes:
    """Returns one part as JSON."""
    if part is None:
        return REMOVED
    if isinstance(part, tuple):
        return _EVENT_LOG.dump_json(part)
    return _ADAPTERS[type(part)].dump_json(part)


def join_parts(parts: Mapping[str, bytes], updates: Sequence[bytes] = (), *, complete: bool = False) -> bytes:
    """Returns the JSON of a `StateMessage` with the given parts, by name."""
    single = [_pair(name, part) for name, part in parts.items() if ":" not in name]
    return b"{%b}" % b",".join(
        [
            *single,
            b'"markets":{%b}' % _group(parts, MARKET),
            b'"positions":{%b}' % _group(parts, POSITION),
            b'"manual":{%b}' % _group(parts, MANUAL),
            b'"updates":[%b]' % b",".join(updates),
            b'"complete":%b' % (b"true" if complete else b"false"),
        ]
    )


def deserialize(text: bytes) -> StateMessage:
    """Returns the `StateMessage` in a JSON text. Raises ValueError if it is invalid."""
    return _MESSAGE.validate_json(text)


def _group(parts: Mapping[str, bytes], prefix: str) -> bytes:
    named = ((name.removeprefix(prefix), part) for name, part in parts.items() if name.startswith(prefix))
    return b",".join(_pair(name, part) for name, part in named)


def _pair(name: str, part: bytes) -> bytes:
    return b"%b:%b" % (_JSON.dump_json(name), part)
