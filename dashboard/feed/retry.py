"""Work that must outlive its own failures."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from dashboard.errors import DashboardError
from dashboard.feed.backoff import backoff_delays

log = logging.getLogger(__name__)

T = TypeVar("T")


async def retry_until_success(
    work: Callable[[], Awaitable[T]],
    failed: Callable[[str], None] = lambda _reason: None,
    *,
    progress: Callable[[], object] = lambda: None,
) -> T:
    """Tries `work` until it returns, telling `failed` each reason; the waits in between grow.

    Without `failed`, failures stand in the log alone: not each is an event.

    Work that never returns shows by a `progress` that changed since the last failure that it went
    well meanwhile: the waits begin anew. What is not a DashboardError is a bug: it is logged with
    its traceback, and the work is taken up again all the same.
    """
    waits, before = backoff_delays(), progress()
    while True:
        try:
            return await work()
        except DashboardError as error:
            reason = str(error)
            log.info("%s", reason)
        except Exception as error:
            log.exception("an unexpected failure; the work is taken up again")
            reason = f"unexpected {type(error).__name__}: see the log"
        failed(reason)
        if progress() != before:
            waits, before = backoff_delays(), progress()
        await asyncio.sleep(next(waits))


async def run_forever(
    work: Callable[[], Awaitable[None]],
    failed: Callable[[str], None] = lambda _reason: None,
    *,
    progress: Callable[[], object] = lambda: None,
) -> None:
    """Runs `work` again and again, whether it returns or fails, until cancelled."""
    while True:
        await retry_until_success(work, failed, progress=progress)
