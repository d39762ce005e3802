"""Fixtures of the feed's tests."""

from collections.abc import Iterator

import pytest

from tests.feed.harness import FeedHarness


@pytest.fixture
def harness(caplog: pytest.LogCaptureFixture) -> Iterator[FeedHarness]:
    """A harness whose market moves. Fails the test if asyncio logs a problem."""
    with FeedHarness() as harness:
        yield harness
    problems = [record.getMessage() for record in caplog.records if record.name == "asyncio"]
    assert not problems


@pytest.fixture
def quiet_harness() -> Iterator[FeedHarness]:
    """A harness whose prices change only by `exchange.publish`."""
    with FeedHarness(tick_interval_s=None) as harness:
        yield harness
