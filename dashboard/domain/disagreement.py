"""Disagreement: figures of a position that contradict those of the exchange."""

from dataclasses import dataclass
from decimal import Decimal

from dashboard.domain.currencies import USD_EQUIVALENTS
from dashboard.domain.decimal_math import shorten


@dataclass(frozen=True, slots=True)
class ComparedFigure:
    """One figure as calculated here and as stated by the exchange."""

    name: str
    ours: Decimal
    theirs: Decimal
    currency: str
    agrees: bool = False
    is_severe: bool = False
    """True if it is so far off that a unit must be wrong."""

    @property
    def text(self) -> str:
        """Both figures in one line."""
        ours, theirs = (_amount(each, self.currency) for each in (self.ours, self.theirs))
        return f"{self.name} {ours} {self.currency} calculated, {theirs} stated by the exchange"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """The figures of one position that disagree, as of the newest reading that stated them."""

    figures: tuple[ComparedFigure, ...]

    @property
    def is_severe(self) -> bool:
        """True if no figure calculated here may be shown as live."""
        return any(figure.is_severe for figure in self.figures)

    @property
    def text(self) -> str:
        """One line for page, log and API."""
        return "; ".join(figure.text for figure in self.figures)

    def is_like(self, other: "Disagreement | None") -> bool:
        """True if both are severe or none is, whatever the price: no new result to report."""
        return other is not None and self.is_severe == other.is_severe


def _amount(amount: Decimal, currency: str) -> str:
    """Formats an amount: dollars to the cent, coins with up to 8 decimals."""
    text = f"{amount:,.2f}" if currency in USD_EQUIVALENTS else f"{shorten(amount, 8):,f}"
    return text.replace("-", "−")
