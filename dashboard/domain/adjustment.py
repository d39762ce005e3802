"""Size and entry taken over from the exchange, where the fills do not explain them."""

from dataclasses import dataclass, replace
from decimal import Decimal

from dashboard.domain.fill import Fill
from dashboard.domain.market import Instrument
from dashboard.domain.position import Position, Side, Source


@dataclass(frozen=True, slots=True)
class PositionAdjustment:
    """Size and entry as the exchange reports them. Fills after `as_of` are applied on top.

    Earlier realised PnL, fees and funding are kept, unless `replaces_history`: then the position begins
    with these figures and no earlier fill counts, as for a position older than the fills on the exchange.
    """

    instrument: Instrument
    contracts: Decimal
    """Positive for a long, negative for a short, zero for none."""
    entry_price: Decimal
    """Zero where there is no position."""
    as_of: int
    """The exchange's time of these figures, in ms since 1970 (UTC). Fills up to and at it are included."""
    position_side: Side | None = None
    """The side of the position in hedge mode; None in one-way mode."""
    replaces_history: bool = False
    opened_at: int | None = None
    """The exchange's time of the opening, in ms since 1970 (UTC); None if not reported."""
    first_as_of: int | None = None
    """The time that was taken for `as_of` at first, if a later fill proved it wrong."""

    @classmethod
    def from_position(
        cls, position: Position, as_of: int, *, hedged: bool = False, replaces_history: bool = False
    ) -> "PositionAdjustment":
        """Takes over a `position` that the exchange reported."""
        return cls(
            instrument=position.instrument,
            contracts=position.side.sign * position.contracts,
            entry_price=position.entry_price,
            as_of=as_of,
            position_side=position.side if hedged else None,
            replaces_history=replaces_history,
            opened_at=position.opened_at,
        )

    @classmethod
    def flat(
        cls, instrument: Instrument, as_of: int, position_side: Side | None = None
    ) -> "PositionAdjustment":
        """Records that the exchange has no such position."""
        return cls(instrument, Decimal(0), Decimal(0), as_of, position_side)

    @property
    def position(self) -> Position | None:
        """Its figures as a position; None for none."""
        if not self.contracts:
            return None
        side = Side.LONG if self.contracts > 0 else Side.SHORT
        return Position(self.instrument, side, abs(self.contracts), self.entry_price, source=Source.EXCHANGE)

    @property
    def identity(self) -> tuple[str, ...]:
        """A key that is unique among the events of the market."""
        time = self.as_of if self.first_as_of is None else self.first_as_of
        return ("adopted", str(time), self.position_side or "")

    @property
    def sort_key(self) -> tuple[int, int, int, str, str]:
        """Sorts after the fills and funding of the same moment, which these figures include."""
        return (self.as_of, 2, 0, "", self.position_side or "")

    def merged_with(self, known: "PositionAdjustment") -> "PositionAdjustment":
        """Returns the one with the corrected time, or the newer of two adjustments of one moment."""
        return self if self.as_of <= known.as_of else known

    def before(self, fill: Fill) -> "PositionAdjustment":
        """The same adjustment, dated just before a fill that its figures turned out not to include."""
        first = self.as_of if self.first_as_of is None else self.first_as_of
        return replace(self, as_of=fill.traded_at - 1, first_as_of=first)
