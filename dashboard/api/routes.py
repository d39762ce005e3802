"""REST routes: positions, totals and health."""

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Depends, Response

from dashboard.api import serializers
from dashboard.api.response_models import HealthResponse, PositionListResponse, SummaryResponse
from dashboard.app.context import AppContext, EngineInfo
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
        """Every open position, with all details."""
        now, labels = now_ms(), book.labels
        return {
            "timestamp": serializers.iso_time(wall_ms()),
            "missing": list(book.missing()),
            "positions": {
                labels.label(key): serializers.position_details(live, now)
                for key, live in book.get_all_positions().items()
            },
        }

    @router.get("/summary", response_model=SummaryResponse)
    async def summary() -> Any:
        """Totals of all positions in dollars, and each open position."""
        return serializers.summary(book, now_ms())

    @router.get("/health", response_model=HealthResponse)
    async def health() -> Any:
        """Status of prices and accounts, with each reason why figures may be unreliable."""
        now, read_at, info = now_ms(), book.read_at, context.info()
        state = context.markets.main.snapshot.health.state_at(now)
        degraded = [*_problems(book, info, state)]
        return {
            "status": "degraded" if degraded else "healthy",
            "running": info.running,
            "degraded": degraded,
            "account_read_age_ms": None if read_at is None else now - read_at,
            "feed": str(state),
        }

    return router


async def _no_store(response: Response) -> None:
    """Forbids caches to store a response."""
    response.headers["Cache-Control"] = "no-store"


def _problems(book: PositionBook, info: EngineInfo, state: FeedState) -> Iterator[str]:
    yield from _account_problems(book)
    if state not in _LIVE:
        yield f"prices: {state}"
    yield from _differences(book)
    if info.audit_problem:
        yield info.audit_problem
    if not info.running:
        yield "stopped"


def _account_problems(book: PositionBook) -> Iterator[str]:
    """Problems of the accounts; an account is named if there are several."""
    if not book.accounts:
        yield "no account: set the exchange's API keys to see its positions"
    for name, health in book.accounts.items():
        account = "account" if len(book.accounts) == 1 else f"account {name}"
        if health.problem or health.read_at is None:
            yield f"{account}: {health.problem or 'not read yet'}"
        if health.history is not None:
            yield f"{account}: history: {health.history}"


def _differences(book: PositionBook) -> Iterator[str]:
    for key, live in book.get_all_positions().items():
        if live.difference:
            yield f"{book.labels.label(key)}: {live.difference}"
        if live.disagreement:
            yield f"{book.labels.label(key)} disagrees: {live.disagreement.text}"
