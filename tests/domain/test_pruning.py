"""The number of kept events is limited, but not where late ones may still arrive."""

import pytest

from dashboard.domain import pruning
from dashboard.domain.pruning import pruning_times
from tests.domain.fill_histories import fill, journal


@pytest.fixture(autouse=True)
def _small_limits(monkeypatch):
    monkeypatch.setattr(pruning, "FEW_EVENTS", 10)
    monkeypatch.setattr(pruning, "MANY_EVENTS", 30)
    monkeypatch.setattr(pruning, "_LATE_MS", 100)
    monkeypatch.setattr(pruning, "_STEP_EVENTS", 4)


@pytest.mark.parametrize(
    ("count", "complete_until", "times"),
    [
        pytest.param(10, 1_000, (), id="few"),
        pytest.param(20, 1_000, (4, 8, 10), id="more than a few, all of them read long ago"),
        pytest.param(20, 106, (4, 6), id="more than a few, the newest not certain to be complete"),
        pytest.param(20, 50, (), id="none certain"),
        pytest.param(30, None, (), id="never read"),
        pytest.param(40, None, (4, 8, 10), id="too many that were never read"),
        pytest.param(40, 106, (4, 8, 10), id="too many that are not certain"),
    ],
)
def test_times_to_prune(count: int, complete_until: int | None, times: tuple[int, ...]) -> None:
    """There is an event each millisecond from 0 on."""
    histories = journal([fill("buy 1 @ 100", at) for at in range(count)]).histories
    assert pruning_times(histories, complete_until) == times


def test_nothing_is_pruned_without_events() -> None:
    assert pruning_times((), 1_000) == ()
