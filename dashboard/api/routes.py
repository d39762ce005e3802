"""REST: what the account holds, and how well that is known."""

import time
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter

from dashboard.api import messages
from dashboard.api.models import Health, Positions, Summary
from dashboard.clock import now_ms
from dashboard.domain.feed_state import FeedState
from dashboard.markets import Markets
from dashboard.tracking.monitor import PositionMonitor

_LIVE = (FeedState.STREAMING, FeedState.POLLING)


def routes(
    monitor: PositionMonitor, markets: Markets, trouble: Callable[[], str | None], *, has_account: bool
) -> APIRouter:
    """The routes under /api/v1/positions. `trouble` says what is wrong with the audit trail."""
    router, tracker = APIRouter(prefix="/api/v1/positions", tags=["positions"]), monitor.tracker

    @router.get("", response_model=Positions)
    async def positions() -> Any:
        """Every open position, with what changes slowly."""
        now, held = now_ms(), tracker.get_all_positions()
        return {
            "timestamp": messages.instant(time.time_ns() // 1_000_000),
            "positions": {label: messages.details(live, now) for label, live in held.items()},
        }

    @router.get("/summary", response_model=Summary)
    async def summary() -> Any:
        """All positions as one."""
        return messages.summary(tracker.summary(), tracker.get_all_positions(), now_ms())

    @router.get("/health", response_model=Health)
    async def health() -> Any:
        """Whether the figures can be relied on, and if not, why."""
        now, known = now_ms(), tracker.health
        state = markets.main.snapshot.health.state_at(now)
        degraded = [*_account(tracker.health.problem, known.read_at, has_account=has_account)]
        degraded += [f"prices: {state}"] * (state not in _LIVE)
        degraded += [f"{each.label}: {each.difference}" for each in _differing(monitor)]
        degraded += [wrong] if (wrong := trouble()) else []
        degraded += ["stopped"] * (not monitor.running)
        return {
            "status": "degraded" if degraded else "healthy",
            "running": monitor.running,
            "degraded": degraded,
            "account_read_age_ms": None if known.read_at is None else now - known.read_at,
            "feed": str(state),
        }

    return router


def _account(problem: str | None, read_at: int | None, *, has_account: bool) -> list[str]:
    if not has_account:
        return ["no account: give the exchange's keys to see its positions"]
    if problem:
        return [f"account: {problem}"]
    return [] if read_at is not None else ["account: not read yet"]


def _differing(monitor: PositionMonitor) -> list[Any]:
    return [each for each in monitor.tracker.get_all_positions().values() if each.difference]
