"""Errors that a user sees. Each message names what is wrong, the value given and the next step."""

from dashboard.outside_text import scrub


class DashboardError(Exception):
    """Base of all errors that a user sees as one line.

    A message may contain text from outside: each is scrubbed and cut here, so that none is forgotten.
    """

    exit_code = 1
    """The exit code of a process that ends with it."""
    retry_after_s = 0.0
    """The least wait before a retry, where an exchange demands one."""

    def __init__(self, message: str = "") -> None:
        super().__init__(scrub(message))


class UsageError(DashboardError):
    """The user's input is wrong; a retry cannot succeed before it is corrected."""

    exit_code = 2


class SettingsError(UsageError):
    """A flag, an environment variable or a line of a file is missing, unreadable or out of range."""


class PositionError(UsageError):
    """A manual position contradicts itself or has an impossible number; `field` names the wrong field."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class UnknownExchange(UsageError):
    """No exchange of ccxt has this id."""


class UnknownSymbol(UsageError):
    """No market of the exchange matches the given text."""


class AmbiguousSymbol(UsageError):
    """More than one market matches the given text."""


class ExchangeLacks(UsageError):
    """The exchange does not support the request (a testnet, a market, positions, ...)."""


class CredentialError(UsageError):
    """The exchange rejects the credentials, or some of them are missing."""


class PortTaken(UsageError):
    """Another program listens on the port."""


class ExchangeUnavailable(DashboardError):
    """The exchange cannot be reached or sends an invalid response; a retry may succeed."""

    def __init__(self, message: str, retry_after_s: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class RequestRefused(DashboardError):
    """A request that is not known to only read: the dashboard does not send it."""
