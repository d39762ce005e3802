"""Retries after failures."""

import asyncio
from itertools import repeat

import pytest

from dashboard.errors import DashboardError, ExchangeUnavailable, RequestRefused
from dashboard.feed.retry import retry_until_success


@pytest.mark.parametrize(
    ("error", "slept_s"),
    [
        pytest.param(ExchangeUnavailable("busy"), 0.5, id="no demand"),
        pytest.param(ExchangeUnavailable("busy", 120), 120, id="a longer wait is demanded"),
        pytest.param(ExchangeUnavailable("busy", 0.1), 0.5, id="a shorter wait is demanded"),
        pytest.param(RequestRefused("not a read"), 0.5, id="another error"),
    ],
)
async def test_retry_waits_at_least_as_long_as_the_exchange_demands(
    error: DashboardError, slept_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    outcomes = [error, None]
    reasons: list[str] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def work() -> str:
        if (outcome := outcomes.pop(0)) is not None:
            raise outcome
        return "done"

    monkeypatch.setattr(asyncio, "sleep", sleep)
    assert await retry_until_success(work, reasons.append, delays=lambda: repeat(0.5)) == "done"
    assert (slept, reasons) == ([slept_s], [str(error)])
