"""REST: what the account holds, and how well that is known."""

import time
from typing import Any

from fastapi import APIRouter, Depends, Response

from dashboard.api import serializers
from dashboard.api.response_models import Health, Positions, Summary
from dashboard.app.context import AppContext
from dashboard.clock import now_ms
from dashboard.domain.feed_state import FeedState
from dashboard.positions.models import LivePosition
from dashboard.positions.position_book import PositionBook

_LIVE = (FeedState.STREAMING, FeedState.POLLING)


def routes(context: AppContext) -> APIRouter:
    """The routes under /api/v1/positions."""
    router = APIRouter(prefix="/api/v1/positions", tags=["positions"], dependencies=[Depends(_no_store)])
    board = context.board

    @router.get("", response_model=Positions)
    async def positions() -> Any:
        """Every open position, with what changes slowly."""
        now, held = now_ms(), board.get_all_positions()
        return {
            "timestamp": serializers.instant(time.time_ns() // 1_000_000),
            "positions": {label: serializers.details(live, now) for label, live in held.items()},
        }

    @router.get("/summary", response_model=Summary)
    async def summary() -> Any:
        """All positions as one."""
        return serializers.summary(board.summary(), board.get_all_positions(), now_ms())

    @router.get("/health", response_model=Health)
    async def health() -> Any:
        """Whether the figures can be relied on, and if not, why."""
        now, known, about = now_ms(), board.health, context.about()
        state = context.markets.main.snapshot.health.state_at(now)
        degraded = [*_account(known.problem, known.read_at, has_account=about.has_account)]
        degraded += [f"prices: {state}"] * (state not in _LIVE)
        degraded += [f"{each.label}: {each.difference}" for each in _differing(board)]
        degraded += [about.trouble] if about.trouble else []
        degraded += ["stopped"] * (not about.running)
        return {
            "status": "degraded" if degraded else "healthy",
            "running": about.running,
            "degraded": degraded,
            "account_read_age_ms": None if known.read_at is None else now - known.read_at,
            "feed": str(state),
        }

    return router


async def _no_store(response: Response) -> None:
    """Marks an answer as not to be cached."""
    response.headers["Cache-Control"] = "no-store"


def _account(problem: str | None, read_at: int | None, *, has_account: bool) -> list[str]:
    if not has_account:
        return ["no account: give the exchange's keys to see its positions"]
    if problem:
        return [f"account: {problem}"]
    return [] if read_at is not None else ["account: not read yet"]


def _differing(board: PositionBook) -> list[LivePosition]:
    return [each for each in board.get_all_positions().values() if each.difference]
