"""ValueRange: the values that a rounded or uncertain figure may have."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ValueRange:
    """All values from `low` to `high`."""

    low: Decimal
    high: Decimal

    @classmethod
    def around(cls, value: Decimal, error: Decimal) -> "ValueRange":
        """The values that differ from `value` by up to `error`."""
        return cls(value - error, value + error)

    @classmethod
    def over(cls, values: Iterable[Decimal]) -> "ValueRange":
        """The range from the least to the greatest of `values`."""
        known = tuple(values)
        return cls(min(known), max(known))

    @property
    def ends(self) -> tuple[Decimal, Decimal]:
        """The least and the greatest value."""
        return self.low, self.high

    @property
    def middle(self) -> Decimal:
        """The value half way between both ends."""
        return (self.low + self.high) / 2

    def nearest(self, value: Decimal) -> Decimal:
        """The value of this range that is nearest to `value`."""
        return min(max(value, self.low), self.high)

    def gap(self, other: "ValueRange") -> Decimal:
        """The distance to `other`; zero if they have a value in common."""
        return max(Decimal(0), self.low - other.high, other.low - self.high)
