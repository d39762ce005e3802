"""Closed positions of the demo account."""

from dataclasses import dataclass

from dashboard.demo.account.demo_position import DemoPosition


@dataclass(frozen=True, slots=True)
class DemoClosedPosition:
    """A position that was closed at `time_ms`."""

    id: str
    position: DemoPosition
    time_ms: int

    @property
    def symbol(self) -> str:
        """The instrument's id."""
        return self.position.symbol

    @property
    def product(self) -> str:
        """The instrument's product type."""
        return self.position.product
