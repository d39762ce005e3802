"""The few things that a worker asks of the feed, and their answers, as they go over Redis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import TypeAdapter

from dashboard.domain.market import Candle
from dashboard.errors import DashboardError, PositionError

START_WITHIN_S = 5
"""Seconds within which a feed has to begin with a command: who asked is told soon that it failed."""
ANSWER_WITHIN_S = 15
"""Seconds within which a command is answered, or was in vain."""


class CommandType(StrEnum):
    """What can be asked."""

    ENTER = "enter"
    CANDLES = "candles"
    RECONCILE = "reconcile"


@dataclass(frozen=True, slots=True)
class Command:
    """One request; `id` names the list in which it is answered."""

    id: str
    request: CommandType
    until: int
    """When it is too late to begin, in seconds of Redis' clock."""
    fields: Mapping[str, str | None] = field(default_factory=dict)
    """Of `Entered`, or the timeframe and symbol of candles."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it: an error, or none."""

    candles: tuple[Candle, ...] = ()
    error: str | None = None
    is_of_position: bool = False
    """Whether the error is a PositionError, of `at_field`."""
    at_field: str | None = None

    @classmethod
    def of_error(cls, error: DashboardError) -> "Answer":
        """What tells of an error."""
        if isinstance(error, PositionError):
            return cls(error=str(error), is_of_position=True, at_field=error.field)
        return cls(error=str(error))

    def result(self) -> Sequence[Candle]:
        """The candles. Raises the error that it tells of."""
        if self.error is None:
            return self.candles
        raise PositionError(self.error, self.at_field) if self.is_of_position else DashboardError(self.error)


COMMAND, ANSWER = TypeAdapter(Command), TypeAdapter(Answer)
