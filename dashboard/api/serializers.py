"""What programs are told, as plain dicts. Pure. Numbers are strings, unknown is null."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from dashboard.domain.fill import Fill
from dashboard.domain.market import Quote
from dashboard.domain.position import Position, Side
from dashboard.domain.position_state import PositionState
from dashboard.domain.risk import distance_percent
from dashboard.positions.models import AccountSummary, LivePosition, PositionUpdate

Message = dict[str, Any]


def text(number: Decimal | None, places: int = 12) -> str | None:
    """A number without powers of ten and without digits that no exchange has."""
    if number is None:
        return None
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -places:
        number = round(number, places)
    return f"{number.normalize():f}" if number else "0"


def instant(ms: int) -> str:
    """ISO 8601 in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def age(quote: Quote | None, now: int) -> int | None:
    """Milliseconds since a price arrived."""
    return None if quote is None else quote.age(now)


def position(live: LivePosition, now: int) -> Message:
    """One position, at `now` (ms, monotonic): what is too old is unknown."""
    live = live.at(now)
    held, realized = live.position, live.tracked.cumulative_totals.realized_pnl
    pnl = live.unrealized_pnl
    return {
        "symbol": live.tracked.key.symbol,
        "side": str(live.tracked.side or "flat"),
        "quantity": text(held.size) if held else "0",
        "entry_price": text(held.entry_price) if held else None,
        "current_price": text(live.quote.value) if live.quote else None,
        "unrealized_pnl": text(pnl),
        "realized_pnl": text(realized),
        "notional_value": text(live.notional),
        "total_pnl": None if pnl is None else text(realized + pnl),
        "leverage": text(held.leverage) if held else None,
        "last_updated": instant(live.updated_at),
        "price_age_ms": age(live.quote, now),
    }


def details(live: LivePosition, now: int) -> Message:
    """The same with what changes slowly."""
    live = live.at(now)
    held, total = live.position, live.tracked.cumulative_totals
    price = live.quote.value if live.quote else None
    return position(live, now) | {
        "account": live.tracked.key.account,
        "exchange": live.tracked.instrument.exchange,
        "contracts": text(abs(live.tracked.contracts)),
        "contract_size": text(live.tracked.instrument.contract_size),
        "settle": live.tracked.instrument.settle,
        "margin_mode": held.margin_mode if held else None,
        "roe": text(live.roe, 4),
        "risk": str(live.status),
        "liquidation_price": text(live.liquidation_price, 8),
        "liquidation_is_estimate": live.liquidation_is_estimate,
        "liquidation_distance": text(distance_percent(price, live.liquidation_price), 4),
        "fees": {currency: text(amount) for currency, amount in total.fees.items()},
        "funding": {currency: text(amount) for currency, amount in total.funding.items()},
        "adopted": _adopted(live.tracked),
        "difference": live.difference,
        "opened_at": instant(live.tracked.opened_at) if live.tracked.opened_at else None,
    }


def summary(account: AccountSummary, positions: Mapping[str, LivePosition], now: int) -> Message:
    """All positions as one, in dollars, and each by its label."""
    return {
        "active_positions": account.active_positions,
        "total_exposure": text(account.total_exposure, 8),
        "total_pnl": text(account.total_pnl, 8),
        "realized_pnl": text(account.realized_pnl, 8),
        "unrealized_pnl": text(account.unrealized_pnl, 8),
        "timestamp": instant(account.timestamp),
        "positions": {label: position(live, now) for label, live in positions.items()},
    }


def update(news: PositionUpdate, now: int) -> Message:
    """One `position_update`."""
    message: Message = {
        "type": "position_update",
        "event_type": str(news.event_type),
        "symbol": news.symbol,
        "timestamp": instant(news.timestamp),
        "position": position(news.position, now),
    }
    return message | {"fill": fill(news.fill)} if news.fill else message


def fill(one: Fill) -> Message:
    """What was traded; `quantity` in base coins, as that of a position."""
    held = Position(one.instrument, side=Side.LONG, contracts=one.contracts, entry_price=one.price)
    return {
        "symbol": one.instrument.symbol,
        "side": str(one.trade_side),
        "quantity": text(held.size),
        "price": text(one.price),
        "id": one.id,
    }


def bbo(symbol: str, bid: Quote | None, ask: Quote | None, timestamp: int, now: int) -> Message:
    """Best bid and offer of one market."""
    return {
        "type": "bbo",
        "symbol": symbol,
        "bid": text(bid.value) if bid else None,
        "ask": text(ask.value) if ask else None,
        "timestamp": instant(timestamp),
        "price_age_ms": max((each.age(now) for each in (bid, ask) if each), default=None),
    }


def _adopted(tracked: PositionState) -> bool:
    return tracked.adopted_at is not None
