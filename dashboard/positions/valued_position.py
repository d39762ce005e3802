"""ValuedPosition: one position with its newest valuation, and the values last published and counted."""

from dataclasses import replace
from decimal import Decimal

from dashboard.domain.currencies import settlement_in_dollars
from dashboard.domain.disagreement import Disagreement
from dashboard.domain.keys import MarketKey
from dashboard.domain.manual_position import ManualPosition
from dashboard.domain.margin import MarginTier
from dashboard.domain.position import Position
from dashboard.domain.position_levels import levels_of
from dashboard.domain.position_state import PositionState
from dashboard.positions.models import LivePosition
from dashboard.state.runtime import MarketSnapshot


class ValuedPosition:
    """The mutable state of one position in the live book."""

    __slots__ = ("counted", "live", "margin_tiers", "published_pnl", "went_stale")

    def __init__(self, state: PositionState, market: MarketKey) -> None:
        self.live = LivePosition(state, market).without_price()
        self.margin_tiers: tuple[MarginTier, ...] = ()
        """The tiers that its levels were computed with."""
        self.published_pnl: Decimal | None = None
        """The unrealised PnL that was published last; see `pnl`."""
        self.counted: LivePosition | None = None
        """The position as it is counted in the totals."""
        self.went_stale = False
        """True if its price became too old since the last update, so that clients may show it as unknown."""

    def change(
        self,
        state: PositionState,
        position: Position | None,
        difference: str | None,
        disagreement: Disagreement | None,
        manual: ManualPosition,
        margin_tiers: tuple[MarginTier, ...],
    ) -> None:
        """Replaces everything but the valuation; call `revalue` afterwards."""
        self.margin_tiers = margin_tiers
        levels = levels_of(position, manual, margin_tiers) if position else None
        self.live = replace(
            self.live,
            state=state,
            position=position,
            levels=levels,
            difference=difference,
            disagreement=disagreement if position else None,
        )

    def revalue(self, snapshot: MarketSnapshot | None, now: int, updated_at: int) -> None:
        """Values it at the best live price of its market; None is a market that is not watched."""
        if snapshot is None:
            self.live = replace(self.live, updated_at=updated_at).without_price()
            return
        self.live = self.live.valued_at(snapshot, now, updated_at)

    def has_moved(self, threshold: Decimal) -> bool:
        """True if the PnL differs by more than `threshold` dollars from the PnL published last."""
        now = self.pnl
        if now is None or self.published_pnl is None:
            return self.went_stale or now is not self.published_pnl
        return abs(now - self.published_pnl) > (threshold if self._is_in_dollars else 0)

    @property
    def pnl(self) -> Decimal | None:
        """The unrealised PnL in dollars; in the settlement currency if `_is_in_dollars` is False."""
        pnl, quote = self.live.unrealized_pnl, self.live.quote
        if pnl is None or quote is None:
            return pnl
        dollars_per_unit = settlement_in_dollars(self.live.state.instrument, quote.value)
        return pnl if dollars_per_unit is None else pnl * dollars_per_unit

    @property
    def _is_in_dollars(self) -> bool:
        """True if its PnL in dollars follows from its own price. Otherwise every move is published."""
        return settlement_in_dollars(self.live.state.instrument, Decimal(1)) is not None
