"""What can go wrong, each with a message of its own: what is wrong, what was given, what to do."""


class DashboardError(Exception):
    """Base of all errors that a user sees as one line. `exit_code` is the process's."""

    exit_code = 1


class UsageError(DashboardError):
    """Something the user gave is wrong, and only the user can mend it."""

    exit_code = 2


class SettingsError(UsageError):
    """A flag, an environment variable or a line of a file is missing, unreadable or out of range."""


class PositionError(UsageError):
    """An entered position contradicts itself or has an impossible number. `field` names the culprit."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class UnknownExchange(UsageError):
    """No exchange of ccxt has this id."""


class UnknownSymbol(UsageError):
    """The exchange lists no market that the given text could mean."""


class AmbiguousSymbol(UsageError):
    """More than one market fits the given text."""


class ExchangeLacks(UsageError):
    """The exchange cannot do what was asked of it (a testnet, positions, ...)."""


class CredentialError(UsageError):
    """The exchange refuses the keys, or some are missing."""


class PortTaken(UsageError):
    """Another program listens on the port."""


class ExchangeUnavailable(DashboardError):
    """The exchange cannot be reached, or answers nonsense. It may pass by itself."""
