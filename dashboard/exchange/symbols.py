"""From a user's text to exactly one market, never a guess.

`ccxt.market("BTCUSDT")` is spot on one exchange and a swap on the next, and it echoes unknown
names: so the text is looked up here, and whatever stays ambiguous is an error with the candidates.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from dashboard.errors import AmbiguousSymbol, UnknownSymbol

Market = Mapping[str, Any]
"""One of ccxt's market dicts."""

_KINDS = ("spot", "swap", "future")
_NAMES_IN_INFO = ("name", "symbol", "pair", "alias")
_SHOWN = 8


def resolve(markets: Mapping[str, Market], text: str) -> Market:
    """The one market that `text` means.

    Looks for a unified symbol, then the exchange's id, then a base coin or another name the
    exchange uses, then another spelling of these. Of several, a linear swap is preferred,
    as that is what leveraged positions are mostly held in. Raises UnknownSymbol with near matches,
    or AmbiguousSymbol with the candidates.
    """
    text = text.strip()
    tradable = [market for market in markets.values() if _tradable(market)]
    for matches in _STEPS:
        found = [market for market in tradable if matches(market, text)]
        if found:
            return _only(found, text)
    raise UnknownSymbol(f"symbol {text!r} is not listed{_near(tradable, text)}")


def _tradable(market: Market) -> bool:
    return market.get("active") is not False and market.get("type") in _KINDS


def _is_symbol(market: Market, text: str) -> bool:
    return bool(market["symbol"] == text.upper() or market["symbol"] == text)


def _is_id(market: Market, text: str) -> bool:
    return bool(market["id"] == text)


def _is_name(market: Market, text: str) -> bool:
    info = market.get("info")
    names = [info.get(key) for key in _NAMES_IN_INFO] if isinstance(info, Mapping) else []
    return text.upper() in (str(name).upper() for name in (market["base"], *names) if name)


def _is_id_in_capitals(market: Market, text: str) -> bool:
    return bool(market["id"] == text.upper())


def _is_spelled_alike(market: Market, text: str) -> bool:
    """Base and quote together, or the id in small letters: on HTX the first is the swap, the other spot."""
    pair = _bare(f"{market['base']}{market['quote']}")
    return market["id"] == text.lower() or _bare(text) in (pair, _bare(market["symbol"]))


_STEPS: tuple[Callable[[Market, str], bool], ...] = (
    _is_symbol,
    _is_id,
    _is_id_in_capitals,
    _is_name,
    _is_spelled_alike,
)


def _bare(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def _only(found: list[Market], text: str) -> Market:
    """The linear swap if there is one, else the only market. Raises AmbiguousSymbol otherwise."""
    swaps = [market for market in found if market.get("swap") and market.get("linear")]
    left = swaps or found
    if len(left) == 1:
        return left[0]
    raise AmbiguousSymbol(
        f"symbol {text!r} could be {_listed(market['symbol'] for market in left)}: give one of these"
    )


def _near(markets: list[Market], text: str) -> str:
    names = {_bare(name): market["symbol"] for market in markets for name in (market["symbol"], market["id"])}
    close = get_close_matches(_bare(text), names, n=_SHOWN)
    symbols = dict.fromkeys(names[name] for name in close)
    return f"; near it: {_listed(symbols)}" if symbols else ""


def _listed(symbols: Iterable[str]) -> str:
    names = sorted(symbols)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
