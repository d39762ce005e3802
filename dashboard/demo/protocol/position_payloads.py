"""The rows of a position, over REST and websocket."""

from decimal import Decimal

from dashboard.demo.account.demo_position import DemoPosition
from dashboard.demo.market.demo_market import plain

Row = dict[str, str]


def rest_position(position: DemoPosition, mark: Decimal) -> Row:
    """A row of /api/v2/mix/position/all-position."""
    return _common_fields(position, mark) | {
        "symbol": position.symbol,
        "openDelegateSize": "0",
        "locked": "0",
        "markPrice": plain(mark),
        "marginRatio": _coins(_margin_ratio(position, mark)),
        "breakEvenPrice": plain(position.open_price),
    }


def socket_position(position: DemoPosition, mark: Decimal) -> Row:
    """A row of the websocket's `positions` channel."""
    return _common_fields(position, mark) | {
        "posId": position.position_id,
        "instId": position.symbol,
        "frozen": "0",
        "marginRate": _coins(_margin_ratio(position, mark)),
        "unrealizedPLR": _coins(position.unrealized(mark) / position.margin),
    }


def _common_fields(position: DemoPosition, mark: Decimal) -> Row:
    life = position.life
    return {
        "marginCoin": position.margin_coin,
        "holdSide": position.hold_side,
        "marginSize": _coins(position.margin),
        "available": plain(position.total),
        "total": plain(position.total),
        "leverage": str(position.leverage),
        "achievedProfits": plain(position.achieved_profits),
        "openPriceAvg": plain(position.open_price),
        "marginMode": position.margin_mode,
        "posMode": position.pos_mode,
        "unrealizedPL": _coins(position.unrealized(mark)),
        "liquidationPrice": position.liquidation_price,
        "keepMarginRate": plain(position.keep_margin_rate),
        "autoMargin": "off",
        # Bitget's words: `totalFee` is the funding so far, `deductedFee` the fees paid.
        "totalFee": plain(life.funding) if life.funding else "",
        "deductedFee": plain(-life.open_fee - life.close_fee),
        "cTime": str(position.opened_ms),
        "uTime": str(position.updated_ms or position.opened_ms),
    }


def _margin_ratio(position: DemoPosition, mark: Decimal) -> Decimal:
    """Maintenance margin over what is left of the margin: liquidation is at 1."""
    value = position.total if position.inverse else position.total * mark
    left = position.margin + position.unrealized(mark)
    return min(Decimal(1), value * position.keep_margin_rate / left) if left > 0 else Decimal(1)


def _coins(amount: Decimal) -> str:
    return plain(amount.quantize(Decimal("1e-9")))
