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
    `progress`: after a change since the last failure the delays start again. An exception that is not a
    DashboardError is a bug: it is logged with its traceback and retried all the same.
    """
    waits, before = delays(), progress()
    while True:
        demanded_s = 0.0
        try:
            return await work()
        except DashboardError as error:
            reason = str(error)
            demanded_s = error.retry_after_s
            log.info("%s", reason)
        except Exception as error:
            log.exception("unexpected error in the feed; retrying")
            reason = f"unexpected {type(error).__name__}: see the log"
        on_failure(reason)
        if progress() != before:
            waits, before = delays(), progress()
        await asyncio.sleep(max(next(waits), demanded_s))


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
