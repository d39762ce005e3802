"""What an exchange is entered with."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Credentials:
    """Which exchange, and how to enter it. Its repr shows no secret."""

    exchange: str
    testnet: bool = False
    api_key: str | None = field(default=None, repr=False)
    api_secret: str | None = field(default=None, repr=False)
    api_passphrase: str | None = field(default=None, repr=False)
    wallet_address: str | None = None
    config: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """More for ccxt's constructor: proxies, other URLs, sub-accounts."""

    @property
    def secrets(self) -> Iterator[str]:
        """What nobody may see, for those who log."""
        told = (self.config.get(name) for name in ("apiKey", "secret", "password", "privateKey"))
        yield from (str(one) for one in (self.api_key, self.api_secret, self.api_passphrase, *told) if one)

    @property
    def has_account(self) -> bool:
        """Whether there is something to read private data with."""
        return bool(
            self.api_key
            or self.wallet_address
            or self.config.get("apiKey")
            or self.config.get("walletAddress")
        )
