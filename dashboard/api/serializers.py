"""Messages of the API as plain dicts. Numbers are strings, unknown values are null."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from dashboard.domain.decimal_math import plain_number
from dashboard.domain.fill import Fill
from dashboard.domain.keys import MarketKey
from dashboard.domain.market import Quote
from dashboard.domain.position import Position, Side
from dashboard.positions.models import LivePosition, PositionUpdate
from dashboard.positions.position_book import PositionBook

Message = dict[str, Any]


def text(number: Decimal | None, places: int = 12) -> str | None:
    """Formats a number without an exponent, rounded to `places` decimals."""
    return None if number is None else plain_number(number, places)


def iso_time(ms: int) -> str:
    """Formats a time in ms since 1970 as ISO 8601 in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def age_ms(quote: Quote | None, now: int) -> int | None:
    """Returns the milliseconds since a price was received."""
    return None if quote is None else quote.age(now)


def position(live: LivePosition, now: int) -> Message:
    """One position at `now` (ms, monotonic), without figures of a price that is too old."""
    live = live.at(now)
    terms, pnl = live.position, live.unrealized_pnl
    realized = None if live.is_withheld else live.state.cumulative_totals.complete_realized_pnl
    return {
        "symbol": live.state.key.symbol,
        "side": str(live.state.side or "flat"),
        "quantity": _quantity(live),
        "entry_price": text(terms.entry_price) if terms else None,
        "current_price": text(live.quote.value) if live.quote else None,
        "price_basis": live.price_basis,
        "unrealized_pnl": text(pnl),
        "realized_pnl": text(realized),
        "notional_value": text(live.notional),
        "total_pnl": None if pnl is None or realized is None else text(realized + pnl),
        "leverage": text(terms.leverage) if terms else None,
        "last_updated": iso_time(live.updated_at),
        "price_age_ms": age_ms(live.quote, now),
        "disagreement": live.disagreement.text if live.disagreement else None,
    }


def _quantity(live: LivePosition) -> str | None:
    if live.position is None:
        return "0"
    return None if live.is_withheld else text(live.position.size)


def position_details(live: LivePosition, now: int) -> Message:
    """One position with the fields that only REST returns, which change rarely."""
    live = live.at(now)
    terms, total = live.position, live.state.cumulative_totals
    return position(live, now) | {
        "account": live.state.key.account,
        "exchange": live.market.exchange,
        "contracts": text(abs(live.state.contracts)),
        "contract_size": text(live.state.instrument.contract_size),
        "settle": live.state.instrument.settle,
        "margin_mode": terms.margin_mode if terms else None,
        "roe": text(live.roe, 4),
        "risk": str(live.status),
        "liquidation_price": text(live.liquidation_price, 8),
        "liquidation_is_estimate": live.liquidation_is_estimate,
        "liquidation_unconfirmed": live.awaits_confirmation,
        "liquidation_distance": text(live.liquidation_distance, 4),
        "fees": {currency: text(amount) for currency, amount in total.fees.items()},
        "funding": {currency: text(amount) for currency, amount in total.funding.items()},
        "adopted": live.state.adopted_at is not None,
        "difference": live.difference,
        "opened_at": iso_time(live.state.opened_at) if live.state.opened_at else None,
    }


def summary(book: PositionBook, now: int) -> Message:
    """Totals in dollars, and each open position by its label."""
    account, labels = book.summary(), book.labels
    return {
        "active_positions": account.active_positions,
        "total_exposure": text(account.total_exposure, 8),
        "total_pnl": text(account.total_pnl, 8),
        "realized_pnl": text(account.realized_pnl, 8),
        "unrealized_pnl": text(account.unrealized_pnl, 8),
        "missing": list(account.missing),
        "timestamp": iso_time(account.timestamp),
        "positions": {
            labels.label(key): position(live, now) for key, live in book.get_all_positions().items()
        },
    }


def position_update(update: PositionUpdate, label: str, now: int) -> Message:
    """The message of an update; `label` is the key of the position in the summary."""
    message: Message = {
        "type": "position_update",
        "event_type": str(update.event_type),
        "symbol": update.symbol,
        "label": label,
        "timestamp": iso_time(update.timestamp),
        "position": position(update.position, now),
    }
    return message | {"fill": fill(update.fill)} if update.fill else message


def fill(trade: Fill) -> Message:
    """One fill; `quantity` is in base coins, as that of a position."""
    traded = Position(trade.instrument, side=Side.LONG, contracts=trade.contracts, entry_price=trade.price)
    return {
        "symbol": trade.instrument.symbol,
        "side": str(trade.trade_side),
        "quantity": text(traded.size),
        "price": text(trade.price),
        "id": trade.id,
    }


def bbo(market: MarketKey, bid: Quote | None, ask: Quote | None, timestamp: int, now: int) -> Message:
    """The best bid and offer of one market; None is not live."""
    return {
        "type": "bbo",
        "exchange": market.exchange,
        "symbol": market.symbol,
        "bid": text(bid.value) if bid else None,
        "ask": text(ask.value) if ask else None,
        "timestamp": iso_time(timestamp),
        "price_age_ms": max((each.age(now) for each in (bid, ask) if each), default=None),
    }
