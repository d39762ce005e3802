"""Retries of work that must survive its failures."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from dashboard.errors import DashboardError
from dashboard.feed.backoff import backoff_delays

log = logging.getLogger(__name__)

T = TypeVar("T")


async def retry_until_success(
    work: Callable[[], Awaitable[T]],
    on_failure: Callable[[str], None] = lambda _reason: None,
    *,
    progress: Callable[[], object] = lambda: None,
    delays: Callable[[], Iterator[float]] = backoff_delays,
) -> T:
    """Retries `work` until it returns, with growing delays. `on_failure` receives each reason.

    A wait that the exchange demands is kept if it is longer. Work that never returns reports success by
    `progress`: after a change since the last failure the delays start again.
    """
    waits, before = delays(), progress()
    while True:
        try:
            return await work()
        except Exception as error:
            demanded_s = retry_after_s(error)
            on_failure(logged_reason(error))
        if progress() != before:
            waits, before = delays(), progress()
        await asyncio.sleep(max(next(waits), demanded_s))


def retry_after_s(error: Exception) -> float:
    """Returns the seconds until the exchange accepts requests again; 0 if it demands no wait."""
    return error.retry_after_s if isinstance(error, DashboardError) else 0.0


def logged_reason(error: Exception) -> str:
    """Logs an exception that is being handled. Returns it as one line for the page.

    One that is not a DashboardError is a bug: it is logged with its traceback, and retried all the same.
    """
    if isinstance(error, DashboardError):
        log.info("%s", error)
        return str(error)
    log.exception("unexpected error in the feed; retrying")
    return f"unexpected {type(error).__name__}: see the log"


async def run_forever(
    work: Callable[[], Awaitable[None]],
    on_failure: Callable[[str], None] = lambda _reason: None,
    *,
    progress: Callable[[], object] = lambda: None,
    delays: Callable[[], Iterator[float]] = backoff_delays,
) -> None:
    """Repeats `work` after each return or failure, until cancelled."""
    while True:
        await retry_until_success(work, on_failure, progress=progress, delays=delays)
