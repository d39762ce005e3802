"""Credentials of one exchange account."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_SECRET_OPTIONS = ("apiKey", "secret", "password", "privateKey")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Exchange, API keys and options for ccxt. The repr shows no secret."""

    exchange: str
    testnet: bool = False
    api_key: str | None = field(default=None, repr=False)
    api_secret: str | None = field(default=None, repr=False)
    api_passphrase: str | None = field(default=None, repr=False)
    wallet_address: str | None = None
    config: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Further arguments of ccxt's constructor: proxies, URLs, sub-accounts."""

    @property
    def secrets(self) -> Iterator[str]:
        """All values that must be hidden in logs."""
        options = (self.config.get(name) for name in _SECRET_OPTIONS)
        values = (self.api_key, self.api_secret, self.api_passphrase, *options)
        yield from (str(value) for value in values if value)

    @property
    def has_account(self) -> bool:
        """True if private data can be read: with an API key or a wallet address."""
        return bool(
            self.api_key
            or self.wallet_address
            or self.config.get("apiKey")
            or self.config.get("walletAddress")
        )
