"""Fixtures of the feed's tests."""

from collections.abc import Iterator

import pytest

from tests.feed.harness import FeedHarness


@pytest.fixture
def rig(caplog: pytest.LogCaptureFixture) -> Iterator[FeedHarness]:
    """A rig whose market moves. Nothing may be left for asyncio to complain about."""
    with FeedHarness() as rig:
        yield rig
    complaints = [record.getMessage() for record in caplog.records if record.name == "asyncio"]
    assert not complaints
