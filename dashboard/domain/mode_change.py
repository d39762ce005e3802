"""The position mode of a market, as the exchange stated it."""

from dataclasses import dataclass

from dashboard.domain.market import Instrument


@dataclass(frozen=True, slots=True)
class ModeChange:
    """A market is in hedge mode or in one-way mode from `as_of` on, until another event states otherwise."""

    instrument: Instrument
    hedged: bool
    as_of: int
    """The exchange's time, in ms since 1970 (UTC)."""

    @property
    def identity(self) -> tuple[str, ...]:
        """A key that is unique among the events of the market."""
        return ("mode", str(self.as_of))

    @property
    def sort_key(self) -> tuple[int, int, int, str, str]:
        """Sorts after all other events of the same moment."""
        return (self.as_of, 3, 0, "", "")

    def merged_with(self, known: "ModeChange") -> "ModeChange":
        """Returns the newer of two changes of one moment."""
        return self
