"""What goes over Redis: the parts of the live state, each as JSON that reads back equal.

A message has the parts that changed; the hash in Redis has all of them, under the same names. Numbers
that matter are Decimals in texts. Times of the monotonic clock are the feed's own: see `clock_offset`.
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

MAIN, ACCOUNT, EVENTS, HEADER = "main", "account", "noted", "head"
MARKET, POSITION, MANUAL = "market:", "position:", "manual:"
"""Prefixes of the text of a market's or position's key."""
NOTHING = b"null"
"""In a message: the part is gone."""


@dataclass(frozen=True, slots=True)
class AccountState:
    """Totals of all positions, and the state of each account's readings."""

    summary: AccountSummary
    accounts: Mapping[str, AccountHealth]
    """By account, the first one first."""


@dataclass(frozen=True, slots=True)
class MessageHeader:
    """Where a message stands in the order of all, and what there is to know besides."""

    epoch: int
    sequence: int
    clock: int
    """Redis' clock minus the feed's monotonic one, in ms: how a worker on another machine reads its times."""
    info: EngineInfo
    feed_stats: Mapping[str, Any] = field(default_factory=dict)
    """What the feed's process counts."""


@dataclass(frozen=True, slots=True)
class StateMessage:
    """What a worker takes in: a change, or the whole state."""

    head: MessageHeader
    main: MarketSnapshot | None = None
    account: AccountState | None = None
    noted: tuple[EventLogEntry, ...] | None = None
    markets: Mapping[str, MarketSnapshot | None] = field(default_factory=dict)
    """By the text of the key; None is not watched any longer."""
    manual: Mapping[str, ManualEntry | None] = field(default_factory=dict)
    """By the text of the market's key."""
    positions: Mapping[str, LivePosition] = field(default_factory=dict)
    """By the text of the key."""
    updates: tuple[PositionUpdate, ...] = ()
    whole: bool = False
    """Whether these are all markets and positions that there are."""


Part = MarketSnapshot | ManualEntry | AccountState | LivePosition | tuple[EventLogEntry, ...]

_NEWS = TypeAdapter(StateMessage)
_ANYTHING: TypeAdapter[Any] = TypeAdapter(object)
_KINDS: Mapping[type, TypeAdapter[Any]] = {
    kind: TypeAdapter(kind)
    for kind in (MarketSnapshot, AccountState, MessageHeader, LivePosition, PositionUpdate, ManualEntry)
}
_NOTED = TypeAdapter(tuple[EventLogEntry, ...])


def serialize(part: Part | MessageHeader | PositionUpdate | None) -> bytes:
    """One part as JSON."""
    if part is None:
        return NOTHING
    if isinstance(part, tuple):
        return _NOTED.dump_json(part)
    return _KINDS[type(part)].dump_json(part)


def join_parts(parts: Mapping[str, bytes], updates: Sequence[bytes] = (), *, whole: bool = False) -> bytes:
    """The JSON of a `StateMessage` with these parts, by their names."""
    single = [_pair(name, part) for name, part in parts.items() if ":" not in name]
    return b"{%b}" % b",".join(
        [
            *single,
            b'"markets":{%b}' % _group(parts, MARKET),
            b'"positions":{%b}' % _group(parts, POSITION),
            b'"manual":{%b}' % _group(parts, MANUAL),
            b'"updates":[%b]' % b",".join(updates),
            b'"whole":%b' % (b"true" if whole else b"false"),
        ]
    )


def deserialize(text: bytes) -> StateMessage:
    """The `StateMessage` in a JSON. Raises ValueError."""
    return _NEWS.validate_json(text)


def _group(parts: Mapping[str, bytes], prefix: str) -> bytes:
    named = ((name.removeprefix(prefix), part) for name, part in parts.items() if name.startswith(prefix))
    return b",".join(_pair(name, part) for name, part in named)


def _pair(name: str, part: bytes) -> bytes:
    return b"%b:%b" % (_ANYTHING.dump_json(name), part)
