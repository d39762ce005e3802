"""What an exchange's failure means to us, in one line that is safe to show."""

import asyncio
import re
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

_LONGEST = 160
_MEANING: tuple[tuple[type[BaseException], type[DashboardError], str], ...] = (
    (ccxt.PermissionDenied, CredentialError, "the keys lack a permission"),
    (ccxt.AuthenticationError, CredentialError, "the keys were refused"),
    (ccxt.BadSymbol, UnknownSymbol, "the symbol was refused"),
    (ccxt.NotSupported, ExchangeLacks, "not supported"),
    (ccxt.ArgumentsRequired, ExchangeLacks, "needs more than is asked here"),
    (ccxt.RateLimitExceeded, ExchangeUnavailable, "too many requests"),
    (ccxt.DDoSProtection, ExchangeUnavailable, "too many requests"),
    (ccxt.RequestTimeout, ExchangeUnavailable, "no answer in time"),
    (TimeoutError, ExchangeUnavailable, "no answer in time"),
    (ccxt.ExchangeNotAvailable, ExchangeUnavailable, "not available"),
    (ccxt.NetworkError, ExchangeUnavailable, "the connection failed"),
    (ccxt.BaseError, ExchangeUnavailable, "refused the request"),
    (Exception, ExchangeUnavailable, "the connection failed"),  # aiohttp's own, which ccxt lets through
)


class translate_errors:  # noqa: N801 - reads as a word in `with explained(...)`, as contextlib's own do
    """Turns ccxt's exceptions inside a `with` block into ours.

    A CancelledError that nobody asked this task for comes from a watcher whose socket was closed
    under it: that is a failure too, not the end of the task. A class, as each tick passes through it.
    """

    def __init__(self, exchange: str) -> None:
        self._exchange = exchange

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Raises ours in place of ccxt's."""
        if error is None:
            return
        if isinstance(error, asyncio.CancelledError):
            task = asyncio.current_task()
            if task is not None and not task.cancelling():
                raise ExchangeUnavailable(f"{self._exchange}: the connection was closed") from None
        elif isinstance(error, (ccxt.BaseError, ClientError, OSError)):
            raise _translated(self._exchange, error) from error


def _translated(exchange: str, error: BaseException) -> DashboardError:
    kind, meaning = next((kind, text) for cls, kind, text in _MEANING if isinstance(error, cls))
    detail = _one_line(exchange, str(error))
    return kind(f"{exchange}: {meaning}" + (f" ({detail})" if detail else ""))


def _one_line(exchange: str, text: str) -> str:
    """The exchange's own words without markup, without a query string (it may be signed), and short."""
    text = re.sub(r"<[^>]*>", " ", text.removeprefix(exchange).strip())
    text = re.sub(r"(\w+://[^\s?]+)\?\S*", r"\1", text)
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
