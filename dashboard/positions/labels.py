"""Labels: the names of positions on page and API."""

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.domain.keys import PositionKey


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

    def find(self, label: str, keys: Iterable[PositionKey]) -> PositionKey | None:
        """Returns the key with this label; None if there is none among `keys`."""
        return next((key for key in keys if self.label(key) == label), None)
