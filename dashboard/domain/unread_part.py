"""A part of an account that could not be read: a family of markets, or one market."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnreadPart:
    """Markets whose positions are unknown in one reading. They are not flat."""

    name: str
    """As the page names it: coin-margined futures, or the symbol of one market."""
    reason: str
    symbols: frozenset[str]
    """The unified symbols of its markets."""

    def __str__(self) -> str:
        """As one line for the page."""
        return f"{self.name}: {self.reason}"
