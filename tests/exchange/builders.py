"""Market dicts as ccxt gives them, from the unified symbol and the exchange's own id."""

from typing import Any

import ccxt.pro
from ccxt.base.decimal_to_precision import TICK_SIZE

from dashboard.domain.market import Instrument
from dashboard.exchange import normalize


def market(symbol: str, id: str, **more: Any) -> dict[str, Any]:
    """BTC/USDT is spot; BTC/USDT:USDT a linear swap; BTC/USD:BTC an inverse one; ...-260327 a future."""
    pair, _, contract = symbol.partition(":")
    base, quote = pair.split("/")
    settle, _, expiry = contract.partition("-")
    kind = "future" if expiry else "swap" if settle else "spot"
    return {
        "id": id,
        "symbol": symbol,
        "base": base,
        "quote": quote,
        "settle": settle or None,
        "type": kind,
        **{name: name == kind for name in ("spot", "margin", "swap", "future", "option")},
        "contract": bool(settle),
        "linear": settle == quote if settle else None,
        "inverse": settle == base if settle else None,
        "contractSize": "1" if settle else None,
        "active": True,
        "precision": {"price": "0.1", "amount": "0.001"},
        "info": {},
        **more,
    }


def exchange_with(exchange: str, *markets: dict[str, Any]) -> Any:
    """ccxt's own object, set up as `build` does, that lists these markets."""
    it = getattr(ccxt.pro, exchange)()
    it.number = str
    it.set_markets(list(markets))
    return it


def instrument_of(exchange: str, listed: dict[str, Any]) -> Instrument:
    return normalize.instrument(exchange, listed, TICK_SIZE)
