"""Translation of ccxt's exceptions into the dashboard's, as one line without secrets."""

import asyncio
import logging
from types import TracebackType

from aiohttp import ClientError
from ccxt.base import errors as ccxt

from dashboard.errors import (
    CredentialError,
    DashboardError,
    ExchangeLacks,
    ExchangeUnavailable,
    UnknownSymbol,
)
from dashboard.outside_text import scrub
from dashboard.repeated_lines import RepeatedLines

log = logging.getLogger(__name__)
log.addFilter(RepeatedLines(errors_only=True))

_MAX_LENGTH = 160
"""Characters of the exchange's own message."""
_TRANSLATIONS: tuple[tuple[type[BaseException], type[DashboardError], str], ...] = (
    (ccxt.PermissionDenied, CredentialError, "the API key lacks a permission: allow it to read futures"),
    (ccxt.AuthenticationError, CredentialError, "the API key was rejected: check key, secret and passphrase"),
    (ccxt.BadSymbol, UnknownSymbol, "the symbol was rejected"),
    (ccxt.NotSupported, ExchangeLacks, "not supported"),
    (ccxt.ArgumentsRequired, ExchangeLacks, "requires more arguments than are sent here"),
    (ccxt.RateLimitExceeded, ExchangeUnavailable, "too many requests"),
    (ccxt.DDoSProtection, ExchangeUnavailable, "too many requests"),
    (ccxt.RequestTimeout, ExchangeUnavailable, "no response in time"),
    (TimeoutError, ExchangeUnavailable, "no response in time"),
    (ccxt.ExchangeNotAvailable, ExchangeUnavailable, "not available"),
    (ccxt.NetworkError, ExchangeUnavailable, "the connection failed"),
    (ccxt.BaseError, ExchangeUnavailable, "the request was rejected"),
    (Exception, ExchangeUnavailable, "the connection failed"),  # aiohttp's own, which ccxt does not wrap
)

UNREADABLE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""Exceptions of ccxt and of the conversion for rows of an unexpected form."""


class translate_errors:  # noqa: N801 - reads as a function in `with translate_errors(...)`, as in contextlib
    """Raises DashboardErrors in place of ccxt's exceptions inside a `with` block, unreadable rows included.

    A CancelledError without a request to cancel this task comes from ccxt closing the socket of a
    pending watcher: it is raised as ExchangeUnavailable. A class, since it is faster than a generator
    and every tick passes through it.
    """

    def __init__(self, exchange: str) -> None:
        self._exchange = exchange

    def __enter__(self) -> None:
        """Does nothing."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Raises the translated exception."""
        if error is None:
            return
        if isinstance(error, asyncio.CancelledError):
            task = asyncio.current_task()
            if task is not None and not task.cancelling():
                raise ExchangeUnavailable(f"{self._exchange}: the connection was closed") from None
        elif isinstance(error, (ccxt.BaseError, ClientError, OSError)):
            raise _translate(self._exchange, error) from None  # a traceback would show what is scrubbed
        elif isinstance(error, UNREADABLE):
            log.error("%s: an answer has an unknown form", self._exchange, exc_info=error)
            name = type(error).__name__
            raise ExchangeUnavailable(
                f"{self._exchange}: an answer has an unknown form ({name}): see the log"
            ) from None


def _translate(exchange: str, error: BaseException) -> DashboardError:
    translated, text = next((to, text) for cls, to, text in _TRANSLATIONS if isinstance(error, cls))
    detail = scrub(str(error).removeprefix(exchange), _MAX_LENGTH)
    return translated(f"{exchange}: {text}" + (f" ({detail})" if detail else ""))
