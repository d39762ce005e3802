"""Resolution of a user's text to exactly one market.

`ccxt.market("BTCUSDT")` is spot on one exchange and a swap on another, and does not reject unknown
names. Here an ambiguous text is an error that lists the candidates.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from dashboard.errors import AmbiguousSymbol, UnknownSymbol

Market = Mapping[str, Any]
"""A market dict of ccxt."""

_KINDS = ("spot", "swap", "future")
_NAME_KEYS = ("name", "symbol", "pair", "alias")
_MAX_LISTED = 8
_MIN_COIN_LENGTH = 2
"""Shorter coins begin too many other names to be suggested."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """The market that a text names, and the markets that it could have named."""

    market: Market
    others: tuple[Market, ...] = ()

    def is_id_of_other(self, text: str) -> bool:
        """True if `text` is exactly the exchange's id of another market only."""
        return self.market["id"] != text and any(other["id"] == text for other in self.others)

    @property
    def other_symbols(self) -> str:
        """The unified symbols of the markets that were not chosen."""
        return _joined(_symbols(self.others))


def resolve(markets: Mapping[str, Market], text: str) -> Resolution:
    """Returns the market that `text` names: a unified symbol, the exchange's id, a base coin or a pair.

    A unified symbol or the id of a contract means exactly that. Any other text means the only linear swap
    among all markets of that name, as most leveraged positions are held in one: spot is named `BTC/USDT`.
    Raises UnknownSymbol with similar symbols, or AmbiguousSymbol with the candidates.
    """
    text = text.strip()
    tradable = [market for market in markets.values() if _tradable(market)]
    exact = [market for market in tradable if market["symbol"] in (text, text.upper())]
    if exact:
        return Resolution(exact[0])
    named = [market for market in tradable if _alphanumeric(text) in _names(market)]
    contracts = [
        market for market in named if market.get("contract") and market["id"].upper() == text.upper()
    ]
    market = _only(contracts or named, text)
    if market is None:
        raise UnknownSymbol(f"symbol {text!r} is not listed{_suggestions(tradable, text)}")
    return Resolution(market, tuple(other for other in named if other is not market))


def _tradable(market: Market) -> bool:
    return market.get("active") is not False and market.get("type") in _KINDS


def _names(market: Market) -> set[str]:
    """All names of a market, in upper case and without punctuation."""
    info = market.get("info")
    own = [info.get(key) for key in _NAME_KEYS] if isinstance(info, Mapping) else []
    pair = f"{market['base']}{market['quote']}"
    names = (market["id"], market["symbol"], market["base"], pair, *own)
    return {_alphanumeric(str(name)) for name in names if name} - {""}


def _alphanumeric(text: str) -> str:
    return re.sub(r"[\W_]", "", text.upper())


def _only(candidates: list[Market], text: str) -> Market | None:
    """Returns the only linear swap, or else the only market; None without any. Raises AmbiguousSymbol."""
    swaps = [market for market in candidates if market.get("swap") and market.get("linear")]
    remaining = swaps or candidates
    if len(remaining) > 1:
        raise AmbiguousSymbol(f"symbol {text!r} is ambiguous: use one of {_joined(_symbols(remaining))}")
    return remaining[0] if remaining else None


def _suggestions(markets: list[Market], text: str) -> str:
    """Names the markets with a similar name, and those of the coin with which `text` begins."""
    wanted = _alphanumeric(text)
    names = {name: market["symbol"] for market in markets for name in _names(market)}
    similar = [names[name] for name in get_close_matches(wanted, names, n=_MAX_LISTED)]
    bases = [base for market in markets if wanted.startswith(base := market["base"].upper())]
    coin = max(bases, key=len, default="")
    if len(coin) >= _MIN_COIN_LENGTH:
        similar += _symbols(market for market in markets if market["base"].upper() == coin)
    return f"; similar: {_joined(list(dict.fromkeys(similar)))}" if similar else ""


def _symbols(markets: Iterable[Market]) -> list[str]:
    """The unified symbols, contracts first."""
    return [market["symbol"] for market in sorted(markets, key=lambda each: not each.get("contract"))]


def _joined(symbols: list[str]) -> str:
    more = f" and {len(symbols) - _MAX_LISTED} more" if len(symbols) > _MAX_LISTED else ""
    return ", ".join(sorted(symbols[:_MAX_LISTED])) + more
