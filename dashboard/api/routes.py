"""REST: what the account holds, and how well that is known."""

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Depends, Response

from dashboard.api import serializers
from dashboard.api.response_models import HealthResponse, PositionListResponse, SummaryResponse
from dashboard.app.context import AppContext
from dashboard.clock import now_ms, wall_ms
from dashboard.domain.feed_state import FeedState
from dashboard.positions.position_book import PositionBook

_LIVE = (FeedState.STREAMING, FeedState.POLLING)


def routes(context: AppContext) -> APIRouter:
    """The routes under /api/v1/positions."""
    router = APIRouter(prefix="/api/v1/positions", tags=["positions"], dependencies=[Depends(_no_store)])
    book = context.positions

    @router.get("", response_model=PositionListResponse)
    async def positions() -> Any:
        """Every open position, with what changes slowly."""
        now, labels = now_ms(), book.labels
        return {
            "timestamp": serializers.instant(wall_ms()),
            "positions": {
                labels.label(key): serializers.details(live, now)
                for key, live in book.get_all_positions().items()
            },
        }

    @router.get("/summary", response_model=SummaryResponse)
    async def summary() -> Any:
        """All positions as one."""
        return serializers.summary(book, now_ms())

    @router.get("/health", response_model=HealthResponse)
    async def health() -> Any:
        """Whether the figures can be relied on, and if not, why."""
        now, info = now_ms(), context.info()
        state = context.markets.main.snapshot.health.state_at(now)
        degraded = [*_accounts(book)]
        degraded += [f"prices: {state}"] * (state not in _LIVE)
        degraded += [*_differences(book)]
        degraded += [info.audit_problem] if info.audit_problem else []
        degraded += ["stopped"] * (not info.running)
        times = [health.read_at for health in book.accounts.values()]
        read = [at for at in times if at is not None]
        return {
            "status": "degraded" if degraded else "healthy",
            "running": info.running,
            "degraded": degraded,
            "account_read_age_ms": now - min(read) if read and len(read) == len(times) else None,
            "feed": str(state),
        }

    return router


async def _no_store(response: Response) -> None:
    """Marks an answer as not to be cached."""
    response.headers["Cache-Control"] = "no-store"


def _accounts(book: PositionBook) -> Iterator[str]:
    """Problems of the accounts; an account is named where there are several."""
    if not book.accounts:
        yield "no account: give the exchange's keys to see its positions"
    for name, health in book.accounts.items():
        account = "account" if len(book.accounts) == 1 else f"account {name}"
        if health.problem or health.read_at is None:
            yield f"{account}: {health.problem or 'not read yet'}"


def _differences(book: PositionBook) -> Iterator[str]:
    for key, live in book.get_all_positions().items():
        if live.difference:
            yield f"{book.labels.label(key)}: {live.difference}"
