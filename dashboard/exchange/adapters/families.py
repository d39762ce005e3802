"""Families of positions: an exchange answers each by a request of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.domain.unread_part import UnreadPart
from dashboard.exchange.normalize import Raw

Params = Mapping[str, Any]


def _is_contract(market: Raw) -> bool:
    return bool(market.get("contract"))


@dataclass(frozen=True, slots=True)
class PositionFamily:
    """Markets whose positions are requested together."""

    name: str
    params: Params = field(default_factory=dict)
    """Parameters of ccxt's `fetch_positions`."""
    covers: Callable[[Raw], bool] = _is_contract
    """True for ccxt's market dicts of the family."""

    def unread(self, markets: Mapping[str, Raw], reason: str) -> UnreadPart:
        """Returns the family as one that could not be read."""
        symbols = (
            symbol for symbol, market in markets.items() if _is_contract(market) and self.covers(market)
        )
        return UnreadPart(self.name, reason, frozenset(symbols))


@dataclass(frozen=True, slots=True)
class PositionRows:
    """ccxt's rows of all positions, and the parts of the account that were not read."""

    rows: tuple[Raw, ...]
    unread: tuple[UnreadPart, ...] = ()
