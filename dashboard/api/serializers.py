"""What programs are told, as plain dicts. Pure. Numbers are strings, unknown is null."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from dashboard.domain.decimal_math import plain_number
from dashboard.domain.fill import Fill
from dashboard.domain.keys import MarketKey
from dashboard.domain.market import Quote
from dashboard.domain.position import Position, Side
from dashboard.domain.position_state import PositionState
from dashboard.positions.models import LivePosition, PositionUpdate
from dashboard.positions.position_book import PositionBook

Message = dict[str, Any]


def text(number: Decimal | None, places: int = 12) -> str | None:
    """A number without powers of ten and without digits that no exchange has."""
    return None if number is None else plain_number(number, places)


def instant(ms: int) -> str:
    """ISO 8601 in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def age(quote: Quote | None, now: int) -> int | None:
    """Milliseconds since a price arrived."""
    return None if quote is None else quote.age(now)


def position(live: LivePosition, now: int) -> Message:
    """One position, at `now` (ms, monotonic): what is too old is unknown."""
    live = live.at(now)
    held, realized = live.position, live.state.cumulative_totals.realized_pnl
    pnl = live.unrealized_pnl
    return {
        "symbol": live.state.key.symbol,
        "side": str(live.state.side or "flat"),
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
    held, total = live.position, live.state.cumulative_totals
    return position(live, now) | {
        "account": live.state.key.account,
        "exchange": live.state.instrument.exchange,
        "contracts": text(abs(live.state.contracts)),
        "contract_size": text(live.state.instrument.contract_size),
        "settle": live.state.instrument.settle,
        "margin_mode": held.margin_mode if held else None,
        "roe": text(live.roe, 4),
        "risk": str(live.status),
        "liquidation_price": text(live.liquidation_price, 8),
        "liquidation_is_estimate": live.liquidation_is_estimate,
        "liquidation_distance": text(_distance(live, held), 4),
        "fees": {currency: text(amount) for currency, amount in total.fees.items()},
        "funding": {currency: text(amount) for currency, amount in total.funding.items()},
        "adopted": _adopted(live.state),
        "difference": live.difference,
        "opened_at": instant(live.state.opened_at) if live.state.opened_at else None,
    }


def summary(book: PositionBook, now: int) -> Message:
    """All positions as one, in dollars, and each by its label."""
    account, labels = book.summary(), book.labels
    return {
        "active_positions": account.active_positions,
        "total_exposure": text(account.total_exposure, 8),
        "total_pnl": text(account.total_pnl, 8),
        "realized_pnl": text(account.realized_pnl, 8),
        "unrealized_pnl": text(account.unrealized_pnl, 8),
        "timestamp": instant(account.timestamp),
        "positions": {
            labels.label(key): position(live, now) for key, live in book.get_all_positions().items()
        },
    }


def update(news: PositionUpdate, label: str, now: int) -> Message:
    """One `position_update`; `label` is the key of the position in `positions`."""
    message: Message = {
        "type": "position_update",
        "event_type": str(news.event_type),
        "symbol": news.symbol,
        "label": label,
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


def bbo(market: MarketKey, bid: Quote | None, ask: Quote | None, timestamp: int, now: int) -> Message:
    """Best bid and offer of one market."""
    return {
        "type": "bbo",
        "exchange": market.exchange,
        "symbol": market.symbol,
        "bid": text(bid.value) if bid else None,
        "ask": text(ask.value) if ask else None,
        "timestamp": instant(timestamp),
        "price_age_ms": max((each.age(now) for each in (bid, ask) if each), default=None),
    }


def _distance(live: LivePosition, held: Position | None) -> Decimal | None:
    """How far the price has to move to be liquidated, in signed percent."""
    if held is None or live.quote is None or live.liquidation_price is None:
        return None
    return (live.liquidation_price / live.quote.value - 1) * 100


def _adopted(state: PositionState) -> bool:
    return state.adopted_at is not None
