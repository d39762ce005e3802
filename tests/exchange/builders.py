"""Builders of ccxt's market dicts and exchange objects."""

from typing import Any

import ccxt.pro
from ccxt.base.decimal_to_precision import TICK_SIZE

from dashboard.domain.market import Instrument
from dashboard.exchange import normalize


def market(symbol: str, id: str, **more: Any) -> dict[str, Any]:
    """Builds a market. BTC/USDT is spot, BTC/USDT:USDT a linear swap, BTC/USD:BTC an inverse one."""
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
    """Returns ccxt's exchange object with these markets, set up as by `build_exchange`."""
    built = getattr(ccxt.pro, exchange)()
    built.number = str
    built.set_markets(list(markets))
    return built


def instrument_of(exchange: str, listed: dict[str, Any]) -> Instrument:
    return normalize.instrument(exchange, listed, TICK_SIZE)
