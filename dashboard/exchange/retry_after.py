"""Waits that an exchange demands in the header Retry-After (RFC 9110, section 10.2.3)."""

from collections.abc import Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import Any

from ccxt.base.errors import BaseError

from dashboard.clock import now_ms, wall_ms
from dashboard.errors import ExchangeUnavailable

_REFUSALS = (418, 429, 503)
"""Too many requests, on Binance a ban as 418, and maintenance."""
_MAX_WAIT_S = 3 * 24 * 3600
"""The longest ban of Binance."""


def honor_retry_after(exchange: Any) -> None:
    """Makes `exchange` send no request before the time that its server demands has passed.

    A further request would prolong a ban. Raises ExchangeUnavailable with the remaining wait instead.
    """
    wait = _DemandedWait(exchange)
    exchange.on_rest_response, exchange.fetch = wait.on_rest_response, wait.fetch


class _DemandedWait:
    def __init__(self, exchange: Any) -> None:
        self._id = exchange.id
        self._on_rest_response, self._fetch = exchange.on_rest_response, exchange.fetch
        self._until = 0

    def on_rest_response(
        self, code: int, reason: str, url: str, method: str, headers: Mapping[str, str], *args: Any
    ) -> Any:
        if code in _REFUSALS:
            self._until = max(self._until, now_ms() + int(_demanded_wait_s(headers) * 1000))
        return self._on_rest_response(code, reason, url, method, headers, *args)

    async def fetch(self, *args: Any, **kwargs: Any) -> Any:
        self._check()
        try:
            return await self._fetch(*args, **kwargs)
        except BaseError:
            self._check()
            raise

    def _check(self) -> None:
        wait_s = (self._until - now_ms()) / 1000
        if wait_s > 0:
            raise ExchangeUnavailable(
                f"{self._id}: the exchange demands a wait of {wait_s:.0f} s before the next request", wait_s
            )


def _demanded_wait_s(headers: Mapping[str, str]) -> float:
    """The header's seconds, or the time until its date; 0 without a readable one."""
    text = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    seconds = 0.0
    if text.isdecimal():
        seconds = float(text)
    else:
        with suppress(ValueError):
            seconds = parsedate_to_datetime(text).timestamp() - wall_ms() / 1000
    return min(max(seconds, 0.0), _MAX_WAIT_S)
