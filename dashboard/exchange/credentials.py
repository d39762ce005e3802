"""Credentials of one exchange account."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

SECRET_OPTIONS = ("apiKey", "secret", "password", "privateKey", "token", "twofa")
"""Options of ccxt that are credentials."""
_KEYS_THAT_ONLY_WRITE = ("hyperliquid", "lighter")
"""Exchanges whose `privateKey` signs nothing that reads: orders, approvals, changes of the API key."""
_SELECTING_OPTIONS = (
    *("accountId", "accountIndex", "subAccountId", "subaccount_id", "subAccountAddress"),
    *("AuthAccountId", "deriveWalletAddress", "tradingAccountId", "user", "vaultAddress"),
)
"""Options of ccxt that select one of several accounts that the same credentials open."""
_DIGITS = 16


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
    """Further arguments of ccxt's constructor: proxies, URLs, sub-accounts. They override the others."""

    @property
    def secrets(self) -> Iterator[str]:
        """All values that must be hidden in logs."""
        options = (self.config.get(name) for name in SECRET_OPTIONS)
        values = (self.api_key, self.api_secret, self.api_passphrase, *options)
        yield from (str(value) for value in values if value)

    @property
    def has_account(self) -> bool:
        """True if private data can be read: with a wallet address, an API key or a private key."""
        return self._owner is not None

    @property
    def private_key_reads(self) -> bool:
        """True if a private key signs requests that read."""
        return self.exchange not in _KEYS_THAT_ONLY_WRITE

    @property
    def fingerprint(self) -> str:
        """A hash that identifies the credentials, without a secret."""
        return self.hash_of(self._owner or "")

    def hash_of(self, owner: str) -> str:
        """Returns a hash of the account's owner, and of the account that the options select, if any."""
        nested = self.config.get("options")
        options = {**(nested if isinstance(nested, Mapping) else {}), **self.config}
        selected = (f"{name}={options[name]}" for name in _SELECTING_OPTIONS if options.get(name) is not None)
        return sha256("\n".join((owner, *selected)).encode()).hexdigest()[:_DIGITS]

    @property
    def _owner(self) -> str | None:
        """The wallet address, or else the key, wherever it was given; None without any."""
        given = (
            self.config.get("walletAddress") or self.wallet_address,
            self.config.get("apiKey") or self.api_key,
            self.config.get("privateKey") if self.private_key_reads else None,
            self.config.get("token"),
        )
        return next((str(value) for value in given if value), None)
