"""How much of an account's history is read, and what of it could not be read."""

from dataclasses import dataclass

from dashboard.domain.unread_part import UnreadPart


@dataclass(frozen=True, slots=True)
class HistoryProgress:
    """The progress of reading fills and funding of the markets of an account."""

    read: int
    """The number of markets whose fills are read."""
    total: int
    """The number of markets whose fills are requested."""
    unread: tuple[UnreadPart, ...] = ()
    """Parts whose last request failed, or was refused."""

    def __str__(self) -> str:
        """As one line for the page."""
        markets = "market" if self.total == 1 else "markets"
        parts = [f"{self.read} of {self.total} {markets} read"] if self.read < self.total else []
        parts += [str(part) for part in self.unread[:1]]
        more = len(self.unread) - 1
        return "; ".join(parts) + (
            f"; {more} more {'part' if more == 1 else 'parts'} unread" if more > 0 else ""
        )
