"""Labels: the names of positions on page and API."""

from dataclasses import dataclass

from dashboard.domain.keys import PositionKey
from dashboard.domain.position import Side


@dataclass(frozen=True, slots=True)
class PositionLabels:
    """Names positions so that those of the first account have the names of a single-account install.

    The label is the symbol, with `:long` or `:short` in hedge mode, and with `@account` behind it for every
    account but the first.
    """

    first_account: str

    def label(self, key: PositionKey) -> str:
        """Returns the label of a position, which no other one has."""
        return key.label if key.account == self.first_account else f"{key.label}@{key.account}"

    def keys_of(self, label: str) -> tuple[PositionKey, ...]:
        """Returns the keys that can have this label: in one-way mode, and in hedge mode."""
        symbol, _, account = label.partition("@")
        account = account or self.first_account
        sides = (side for side in Side if symbol.endswith(f":{side}"))
        hedged = (PositionKey(account, symbol.removesuffix(f":{side}"), side) for side in sides)
        return (PositionKey(account, symbol), *hedged)
