"""PositionLabels: the names of positions on the page and in the API."""

from dataclasses import dataclass

from dashboard.domain.keys import PositionKey
from dashboard.domain.position import Side


@dataclass(frozen=True, slots=True)
class PositionLabels:
    """Converts between position keys and labels.

    A label is the symbol, with `:long` or `:short` in hedge mode, and with `@account` for every account but
    the first; so positions of a single account keep their labels when a second account is added.
    """

    first_account: str

    def label(self, key: PositionKey) -> str:
        """Returns the unique label of a position."""
        return key.label if key.account == self.first_account else f"{key.label}@{key.account}"

    def keys_of(self, label: str) -> tuple[PositionKey, ...]:
        """Returns the keys that can have this label, in one-way mode and in hedge mode."""
        symbol, _, account = label.partition("@")
        account = account or self.first_account
        sides = (side for side in Side if symbol.endswith(f":{side}"))
        hedged = (PositionKey(account, symbol.removesuffix(f":{side}"), side) for side in sides)
        return (PositionKey(account, symbol), *hedged)
