"""Positions, open and closed, as REST and websocket objects."""

from decimal import Decimal

from dashboard.demo.account.demo_closed_position import DemoClosedPosition
from dashboard.demo.account.demo_position import DemoPosition
from dashboard.demo.market.decimal_text import decimal_text

PositionPayload = dict[str, object]


def rest_position(position: DemoPosition, mark: Decimal) -> PositionPayload:
    """An item of /api/v2/mix/position/all-position."""
    return _common_fields(position, mark) | {
        "symbol": position.symbol,
        "openDelegateSize": "0",
        "locked": "0",
        "markPrice": decimal_text(mark),
        "marginRatio": _rounded_text(_margin_ratio(position, mark)),
        "breakEvenPrice": decimal_text(position.open_price),
    }


def websocket_position(position: DemoPosition, mark: Decimal) -> PositionPayload:
    """An item of the websocket's `positions` channel."""
    return _common_fields(position, mark) | {
        "posId": position.position_id,
        "instId": position.symbol,
        "frozen": "0",
        "marginRate": _rounded_text(_margin_ratio(position, mark)),
        "unrealizedPLR": _rounded_text(position.unrealized(mark) / position.margin),
    }


def closed_position(closed: DemoClosedPosition) -> PositionPayload:
    """An item of /api/v2/mix/position/history-position; its times are lower-case `ctime` and `utime`."""
    position, totals = closed.position, closed.position.totals
    costs = totals.funding + totals.open_fee + totals.close_fee
    return {
        "positionId": position.position_id,
        "marginCoin": position.margin_coin,
        "symbol": position.symbol,
        "holdSide": position.hold_side,
        "openAvgPrice": _average(totals.open_value, totals.opened_size),
        "closeAvgPrice": _average(totals.close_value, totals.closed_size),
        "marginMode": position.margin_mode,
        "openTotalPos": decimal_text(totals.opened_size),
        "closeTotalPos": decimal_text(totals.closed_size),
        "pnl": decimal_text(position.achieved_profits),
        "netProfit": decimal_text(position.achieved_profits + costs),
        "totalFunding": decimal_text(totals.funding),
        "openFee": decimal_text(totals.open_fee),
        "closeFee": decimal_text(totals.close_fee),
        "posMode": position.pos_mode,
        "ctime": str(position.opened_ms),
        "utime": str(closed.time_ms),
    }


def _common_fields(position: DemoPosition, mark: Decimal) -> PositionPayload:
    totals = position.totals
    return {
        "marginCoin": position.margin_coin,
        "holdSide": position.hold_side,
        "marginSize": _rounded_text(position.margin),
        "available": decimal_text(position.total),
        "total": decimal_text(position.total),
        "leverage": str(position.leverage),
        "achievedProfits": decimal_text(position.achieved_profits),
        "openPriceAvg": decimal_text(position.open_price),
        "marginMode": position.margin_mode,
        "posMode": position.pos_mode,
        "unrealizedPL": _rounded_text(position.unrealized(mark) * position.stated_pnl_factor),
        "liquidationPrice": position.liquidation_price,
        "keepMarginRate": decimal_text(position.keep_margin_rate),
        "autoMargin": "off",
        # Bitget's `totalFee` is the funding so far, `deductedFee` the fees paid.
        "totalFee": decimal_text(totals.funding) if totals.funding else "",
        "deductedFee": decimal_text(-totals.open_fee - totals.close_fee),
        "cTime": str(position.opened_ms),
        "uTime": str(position.updated_ms or position.opened_ms),
    }


def _margin_ratio(position: DemoPosition, mark: Decimal) -> Decimal:
    """Maintenance margin over remaining margin; liquidation is at 1."""
    value = position.total if position.inverse else position.total * mark
    remaining = position.margin + position.unrealized(mark)
    if remaining <= 0:
        return Decimal(1)
    return min(Decimal(1), value * position.keep_margin_rate / remaining)


def _average(value: Decimal, size: Decimal) -> str:
    return decimal_text((value / size).quantize(Decimal("1e-10"))) if size else "0"


def _rounded_text(number: Decimal) -> str:
    return decimal_text(number.quantize(Decimal("1e-9")))
