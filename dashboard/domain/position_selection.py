"""The position that the page shows by default: entered by hand, else the exchange's."""

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.domain.manual_position import ManualPosition
from dashboard.domain.position import Position, Side


@dataclass(frozen=True, slots=True)
class ManualEntry:
    """The manual position, or only the levels, that a user entered in one market."""

    position: ManualPosition = ManualPosition()
    is_restored: bool = False
    """True if it was entered in an earlier run: then the exchange's position comes first."""

    def is_shown(self, *, has_account: bool) -> bool:
        """True if it is a whole position that counts: a restored one gives way to an account."""
        return self.position.is_position and not (has_account and self.is_restored)

    @property
    def wished_side(self) -> Side | None:
        """The side that was chosen without entering a whole position."""
        return None if self.position.is_position else self.position.side


def preferred(positions: Iterable[Position], side: Side | None) -> Position | None:
    """Returns the position of `side`, or the largest one where no side is wished."""
    fitting = (position for position in positions if side in (None, position.side))
    return max(fitting, key=lambda position: position.size, default=None)
