"""Commands from web workers to the feed, and the responses, as they are sent through Redis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import TypeAdapter

from dashboard.domain.market import Candle
from dashboard.errors import DashboardError, PositionError

START_TIMEOUT_S = 5
"""Time within which the feed has to begin with a command; later it is dropped."""
RESPONSE_TIMEOUT_S = 15
"""Time within which a client expects the response."""


class CommandType(StrEnum):
    """Kind of a command."""

    ENTER = "enter"
    CANDLES = "candles"
    RECONCILE = "reconcile"


@dataclass(frozen=True, slots=True)
class Command:
    """One command; its `id` names the list that receives the response."""

    id: str
    type: CommandType
    expires_at: int
    """Time after which the feed drops the command, in seconds of Redis' clock."""
    fields: Mapping[str, str | None] = field(default_factory=dict)
    """The fields of a ManualPosition, or timeframe, exchange and symbol of candles."""


@dataclass(frozen=True, slots=True)
class Response:
    """Result of a command: candles, an error, or nothing."""

    candles: tuple[Candle, ...] = ()
    error: str | None = None
    is_position_error: bool = False
    """True if the error is a PositionError; `error_field` is its field."""
    error_field: str | None = None

    @classmethod
    def of_error(cls, error: DashboardError) -> "Response":
        """Returns the response of a command that raised `error`."""
        if isinstance(error, PositionError):
            return cls(error=str(error), is_position_error=True, error_field=error.field)
        return cls(error=str(error))

    def result(self) -> Sequence[Candle]:
        """Returns the candles. Raises the command's error, as a PositionError or DashboardError."""
        if self.error is None:
            return self.candles
        if self.is_position_error:
            raise PositionError(self.error, self.error_field)
        raise DashboardError(self.error)


COMMAND, RESPONSE = TypeAdapter(Command), TypeAdapter(Response)
