"""Profit and loss of a position that is still open, in the currency that its contract settles in.

Formulas: linear `size × (price − entry)`, as every USDT-margined exchange documents it; inverse
`size × (1 − entry / price)` in coins, which for a contract sized in quote units is the usual
`contracts × contract size × (1 / entry − 1 / price)`. Both times −1 for a short.
"""

from decimal import Decimal

from dashboard.domain.margin import initial_margin
from dashboard.domain.market import Payoff
from dashboard.domain.position import Position


def unrealized_pnl(position: Position, price: Decimal) -> Decimal:
    """PnL in the settlement currency if the position were closed at `price`, without fees."""
    return position.side.sign * position.size * _gain(position, price)


def roe(position: Position, pnl: Decimal) -> Decimal | None:
    """Return on equity in percent: `pnl` over the margin that the entry took. None without a leverage."""
    margin = initial_margin(position)
    return None if margin is None else pnl / margin * 100


def _gain(position: Position, price: Decimal) -> Decimal:
    """What one coin of size gains from the entry to `price`, for a long."""
    if position.instrument.payoff is Payoff.LINEAR:
        return price - position.entry_price
    return 1 - position.entry_price / price
