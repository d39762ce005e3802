"""What a position has been through, and the row of history that it leaves behind when it is closed."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from dashboard.demo.market.demo_market import plain

if TYPE_CHECKING:
    from dashboard.demo.account.demo_position import DemoPosition

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class TradedTotals:
    """Sums over a position's fills and funding; sizes in base coins, the rest in the margin coin."""

    opened: Decimal = NOTHING
    open_value: Decimal = NOTHING
    open_fee: Decimal = NOTHING
    closed: Decimal = NOTHING
    close_value: Decimal = NOTHING
    close_fee: Decimal = NOTHING
    funding: Decimal = NOTHING

    def after_open(self, size: Decimal, price: Decimal, fee: Decimal) -> "TradedTotals":
        """Once a fill has opened or increased the position; fees paid are negative."""
        return replace(
            self,
            opened=self.opened + size,
            open_value=self.open_value + size * price,
            open_fee=self.open_fee + fee,
        )

    def after_close(self, size: Decimal, price: Decimal, fee: Decimal) -> "TradedTotals":
        """Once a fill has reduced or closed it."""
        return replace(
            self,
            closed=self.closed + size,
            close_value=self.close_value + size * price,
            close_fee=self.close_fee + fee,
        )

    def after_funding(self, amount: Decimal) -> "TradedTotals":
        """Once funding was received, or paid if negative."""
        return replace(self, funding=self.funding + amount)


NO_TRADES = TradedTotals()


@dataclass(frozen=True, slots=True)
class DemoClosedPosition:
    """A position that is no more."""

    id: str
    position: "DemoPosition"
    time_ms: int

    @property
    def symbol(self) -> str:
        """The instrument's id."""
        return self.position.symbol

    @property
    def product(self) -> str:
        """The instrument's product type."""
        return self.position.product

    def row(self) -> dict[str, str]:
        """A row of /api/v2/mix/position/history-position, where times are spelt small."""
        held, life = self.position, self.position.life
        costs = life.funding + life.open_fee + life.close_fee
        return {
            "positionId": held.position_id,
            "marginCoin": held.margin_coin,
            "symbol": held.symbol,
            "holdSide": held.hold_side,
            "openAvgPrice": _average(life.open_value, life.opened),
            "closeAvgPrice": _average(life.close_value, life.closed),
            "marginMode": held.margin_mode,
            "openTotalPos": plain(life.opened),
            "closeTotalPos": plain(life.closed),
            "pnl": plain(held.achieved_profits),
            "netProfit": plain(held.achieved_profits + costs),
            "totalFunding": plain(life.funding),
            "openFee": plain(life.open_fee),
            "closeFee": plain(life.close_fee),
            "posMode": held.pos_mode,
            "ctime": str(held.opened_ms),
            "utime": str(self.time_ms),
        }


def _average(value: Decimal, size: Decimal) -> str:
    return plain((value / size).quantize(Decimal("1e-10"))) if size else "0"
