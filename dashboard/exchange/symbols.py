"""Resolution of a user's text to exactly one market.

`ccxt.market("BTCUSDT")` is spot on one exchange and a swap on another, and does not reject unknown
names. Here an ambiguous text is an error that lists the candidates.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from dashboard.errors import AmbiguousSymbol, UnknownSymbol

Market = Mapping[str, Any]
"""A market dict of ccxt."""

_KINDS = ("spot", "swap", "future")
_NAME_KEYS = ("name", "symbol", "pair", "alias")
_MAX_LISTED = 8


def resolve(markets: Mapping[str, Market], text: str) -> Market:
    """Returns the market that `text` names.

    Tries the unified symbol, the exchange's id, the base coin or another name in `info`, and then
    other spellings of these. Linear swaps are preferred, as most leveraged positions are held in them.
    Raises UnknownSymbol with similar symbols, or AmbiguousSymbol with the candidates.
    """
    text = text.strip()
    tradable = [market for market in markets.values() if _tradable(market)]
    for matches in _MATCHERS:
        found = [market for market in tradable if matches(market, text)]
        if found:
            return _require_one(found, text)
    raise UnknownSymbol(f"symbol {text!r} is not listed{_suggestions(tradable, text)}")


def _tradable(market: Market) -> bool:
    return market.get("active") is not False and market.get("type") in _KINDS


def _is_symbol(market: Market, text: str) -> bool:
    return bool(market["symbol"] == text.upper() or market["symbol"] == text)


def _is_id(market: Market, text: str) -> bool:
    return bool(market["id"] == text)


def _is_name(market: Market, text: str) -> bool:
    info = market.get("info")
    names = [info.get(key) for key in _NAME_KEYS] if isinstance(info, Mapping) else []
    return text.upper() in (str(name).upper() for name in (market["base"], *names) if name)


def _is_id_in_upper_case(market: Market, text: str) -> bool:
    return bool(market["id"] == text.upper())


def _is_pair_or_id_in_lower_case(market: Market, text: str) -> bool:
    """Compares base and quote, and the lower-case id: on HTX the former is a swap, the latter spot."""
    pair = _alphanumeric(f"{market['base']}{market['quote']}")
    return market["id"] == text.lower() or _alphanumeric(text) in (pair, _alphanumeric(market["symbol"]))


_MATCHERS: tuple[Callable[[Market, str], bool], ...] = (
    _is_symbol,
    _is_id,
    _is_id_in_upper_case,
    _is_name,
    _is_pair_or_id_in_lower_case,
)


def _alphanumeric(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def _require_one(found: list[Market], text: str) -> Market:
    """Returns the only linear swap, else the only market. Raises AmbiguousSymbol otherwise."""
    swaps = [market for market in found if market.get("swap") and market.get("linear")]
    candidates = swaps or found
    if len(candidates) == 1:
        return candidates[0]
    raise AmbiguousSymbol(
        f"symbol {text!r} is ambiguous: use one of {_joined(market['symbol'] for market in candidates)}"
    )


def _suggestions(markets: list[Market], text: str) -> str:
    names = {
        _alphanumeric(name): market["symbol"]
        for market in markets
        for name in (market["symbol"], market["id"])
    }
    similar = get_close_matches(_alphanumeric(text), names, n=_MAX_LISTED)
    symbols = dict.fromkeys(names[name] for name in similar)
    return f"; similar: {_joined(symbols)}" if symbols else ""


def _joined(symbols: Iterable[str]) -> str:
    names = sorted(symbols)
    more = f" and {len(names) - _MAX_LISTED} more" if len(names) > _MAX_LISTED else ""
    return ", ".join(names[:_MAX_LISTED]) + more
