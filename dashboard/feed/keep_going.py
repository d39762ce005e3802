"""Work that must outlive its own failures."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from dashboard.errors import DashboardError
from dashboard.feed.backoff import delays

log = logging.getLogger(__name__)

T = TypeVar("T")


async def until_it_works(
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
    waits, before = delays(), progress()
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
            waits, before = delays(), progress()
        await asyncio.sleep(next(waits))


async def keep_going(
    work: Callable[[], Awaitable[None]],
    failed: Callable[[str], None] = lambda _reason: None,
    *,
    progress: Callable[[], object] = lambda: None,
) -> None:
    """Runs `work` again and again, whether it returns or fails, until cancelled."""
    while True:
        await until_it_works(work, failed, progress=progress)
