"""The guard inside every exchange object of ccxt: only requests that read are sent."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, NoReturn
from urllib.parse import urlsplit

from dashboard.errors import RequestRefused
from dashboard.exchange.known_reads import is_read, is_reading_message, operations_of

log = logging.getLogger(__name__)

_MAX_SHOWN = 60


def allow_reads_only(exchange: Any) -> None:
    """Makes `exchange` refuse what may write, before it is signed.

    ccxt sends a REST request only by `sign` and then `fetch`, and a websocket message only by `send` of the
    object that `client` returns. These are replaced in the built object, so no option can restore them.
    Raises RequestRefused in whatever called ccxt, or fails the connection's watchers with it.
    """
    guard = _RequestGuard(exchange)
    exchange.sign, exchange.fetch, exchange.client = guard.sign, guard.fetch, guard.client


class _RequestGuard:
    def __init__(self, exchange: Any) -> None:
        self._classes = tuple(cls.__name__ for cls in type(exchange).__mro__)
        self._sign, self._fetch, self._client = exchange.sign, exchange.fetch, exchange.client
        self._signed: tuple[str, str] | None = None
        self._logged: set[str] = set()

    def sign(
        self, path: str, api: Any = "public", method: str = "GET", *args: Any, **kwargs: Any
    ) -> Mapping[str, Any]:
        if not is_read(self._classes, method, path):
            self._refuse(f"{method} {path}")
        request: Mapping[str, Any] = self._sign(path, api, method, *args, **kwargs)
        self._signed = request["method"], request["url"]
        return request

    def fetch(self, url: str, method: str = "GET", headers: Any = None, body: Any = None) -> Awaitable[Any]:
        signed, self._signed = self._signed, None  # ccxt calls this right after `sign`
        if (method, url) != signed:
            self._refuse(f"{method} {urlsplit(url).hostname}")
        response: Awaitable[Any] = self._fetch(url, method, headers, body)
        return response

    def client(self, url: str) -> Any:
        connection = self._client(url)
        if "send" not in vars(connection):
            connection.send = partial(self._send, connection.send)
        return connection

    async def _send(self, send: Callable[[object], Awaitable[None]], message: object) -> None:
        if not is_reading_message(self._classes, message):
            self._refuse(f"the websocket message {'/'.join(operations_of(message))[:_MAX_SHOWN]}")
        await send(message)

    def _refuse(self, request: str) -> NoReturn:
        reason = (
            f"{self._classes[0]}: {request} is not known to only read and was not sent: please report this"
        )
        if request not in self._logged:
            self._logged.add(request)
            log.error("%s", reason)
        raise RequestRefused(reason)
