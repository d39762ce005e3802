"""One position's record: what is known of it, and what follows from that at a price."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from dashboard.domain.contract_math import roe
from dashboard.domain.currencies import USD_EQUIVALENTS
from dashboard.domain.margin import MarginTier
from dashboard.domain.market import Ticker
from dashboard.domain.position import Position
from dashboard.domain.position_selection import PositionSelection
from dashboard.domain.position_state import PositionState
from dashboard.domain.risk import RiskLevels, RiskStatus
from dashboard.domain.valuation import value
from dashboard.positions.models import LivePosition


class ValuedPosition:
    """Holds the newest `live` of one position, and the little that is needed to make the next one."""

    __slots__ = ("_levels", "_position", "agreed", "counted", "live", "sent", "silenced")

    def __init__(self, tracked: PositionState) -> None:
        self.live = LivePosition(tracked).priceless()
        self.sent: Decimal | None = None
        """The unrealised PnL that was told last, in dollars where they are known."""
        self.counted: LivePosition | None = None
        """What of it is in the sums."""
        self.silenced = False
        """Whether its price grew too old since it was told last: whoever saw it in between has to know."""
        self.agreed = False
        """Whether the exchange ever told the same, or its figures were taken over."""
        self._position: Position | None = None
        self._levels: RiskLevels | None = None

    def change(
        self,
        tracked: PositionState,
        terms: Position | None,
        difference: str | None,
        tiers: Sequence[MarginTier],
    ) -> None:
        """Something other than the price is new. The price has to be applied again."""
        live = replace(self.live, tracked=tracked, terms=terms, difference=difference)
        self._position = live.position
        self._levels = None
        if self._position is not None:
            holdings = PositionSelection(account=True, positions=(self._position,), tiers=tuple(tiers))
            self._levels = holdings.levels(self._position)
        self.live = replace(
            live,
            liquidation_price=self._levels.liquidation if self._levels else None,
            liquidation_is_estimate=bool(self._levels and self._levels.liquidation_is_estimate),
        )

    def price(self, ticker: Ticker, now: int, stale_after: int, updated_at: int) -> None:
        """Values it at the best live price of `ticker`."""
        worth = value(self._position, self._levels, ticker, now=now, stale_after=stale_after)
        tracked = self.live.tracked
        if self._position is None or worth.quote is None or tracked.is_contradictory:
            self.live = replace(self.live, stale_after=stale_after, updated_at=updated_at).priceless()
            return
        pnl = tracked.unrealized_pnl(worth.quote.value)
        self.live = replace(
            self.live,
            quote=worth.quote,
            on_mark=worth.on_mark,
            unrealized_pnl=pnl,
            notional=worth.notional,
            roe=roe(self._position, pnl),
            status=worth.status,
            stale_after=stale_after,
            updated_at=updated_at,
        )

    def moved(self, threshold: Decimal) -> bool:
        """Whether the PnL is further than `threshold` dollars from the one that was told last."""
        now = self.worth
        if now is None or self.sent is None:
            return self.silenced or now is not self.sent
        return abs(now - self.sent) > (threshold if self._in_dollars else 0)

    @property
    def worth(self) -> Decimal | None:
        """The unrealised PnL in dollars; in the settlement currency where its price is not told here."""
        pnl, quote = self.live.unrealized_pnl, self.live.quote
        settle = self.live.tracked.instrument.settle
        if pnl is None or quote is None or settle in USD_EQUIVALENTS or not self._in_dollars:
            return pnl
        return pnl * quote.value

    @property
    def _in_dollars(self) -> bool:
        """Whether its own price is enough to tell its PnL in dollars. Else each move is told."""
        market = self.live.tracked.instrument
        return market.settle in USD_EQUIVALENTS or (
            market.settle == market.base and market.quote in USD_EQUIVALENTS
        )

    @property
    def open(self) -> bool:
        """Whether there is a position."""
        return self.live.status is not RiskStatus.NO_POSITION
