"""Who tries to log in, as far as it can be told."""

from dataclasses import dataclass, field

from dashboard.auth.auth_store import digest


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who tries: from where, and by which browser, if that has logged in before."""

    address: str
    device: str | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """By what the tries are counted."""
        return digest(self.device).hex() if self.device else self.address

    @property
    def is_known(self) -> bool:
        """Whether it is the browser of somebody who knew the password."""
        return self.device is not None
