"""ManualPositions: into the live state now, and into the file for the next start."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.domain.events import InstrumentResolved
from dashboard.domain.manual_position import ManualPosition
from dashboard.errors import PositionError
from dashboard.positions.manual import ManualPositions
from dashboard.positions.manual_store import ManualPositionStore, SaveFailed
from dashboard.state.runtime import RuntimeConfig
from tests.domain.builders import entered, entered_long, instrument

OF = instrument()
LONG_FIELDS = entered_long().to_fields()


@pytest.fixture
def file(tmp_path: Path) -> ManualPositionStore:
    return ManualPositionStore(tmp_path / "positions.json")


@pytest.fixture
def runtime() -> RuntimeConfig:
    it = RuntimeConfig(2_000)
    it.apply(InstrumentResolved(OF))
    return it


Start = Callable[..., ManualPositions]


@pytest.fixture
def start(runtime: RuntimeConfig, file: ManualPositionStore) -> Start:
    """A start of the dashboard: in the live environment, with recall, unless told otherwise."""

    def start(environment: str = "live", *, recall: bool = True) -> ManualPositions:
        return ManualPositions(runtime, file, environment, recall=recall)

    return start


async def test_what_is_entered_is_shown_and_kept(start: Start, runtime: RuntimeConfig) -> None:
    await start().enter(LONG_FIELDS)
    assert (runtime.snapshot.holdings.entered, runtime.snapshot.holdings.kept) == (entered_long(), False)
    runtime.enter(ManualPosition())
    start().recall(OF)
    assert (runtime.snapshot.holdings.entered, runtime.snapshot.holdings.kept) == (entered_long(), True)


async def test_clearing_it_forgets_it(start: Start, runtime: RuntimeConfig) -> None:
    await start().enter(LONG_FIELDS)
    await start().enter({})
    start().recall(OF)
    assert runtime.snapshot.holdings.entered == ManualPosition()


async def test_a_mistake_changes_nothing(
    start: Start, runtime: RuntimeConfig, file: ManualPositionStore
) -> None:
    entries = start()
    await entries.enter(LONG_FIELDS)
    before, kept = runtime.snapshot, file.path.read_bytes()
    with pytest.raises(PositionError, match="side 'up'"):
        await entries.enter({"side": "up"})
    assert runtime.snapshot is before
    assert file.path.read_bytes() == kept


@pytest.mark.parametrize(
    ("recall", "environment"), [(False, "live"), (True, "testnet"), (True, "demo")],
    ids=["flags gave a position", "real money is not the testnet", "nor the demo"],
)  # fmt: skip
async def test_not_recalled(start: Start, runtime: RuntimeConfig, recall: bool, environment: str) -> None:
    await start().enter(LONG_FIELDS)
    runtime.enter(ManualPosition())
    start(environment, recall=recall).recall(OF)
    assert runtime.snapshot.holdings.entered == ManualPosition()


async def test_not_recalled_over_what_was_entered_meanwhile(start: Start, runtime: RuntimeConfig) -> None:
    await start().enter(LONG_FIELDS)
    entries = start()
    await entries.enter({"side": "short"})
    entries.recall(OF)
    assert (runtime.snapshot.holdings.entered, runtime.snapshot.holdings.kept) == (
        entered(side="short"),
        False,
    )


def test_nothing_kept_changes_nothing(start: Start, runtime: RuntimeConfig) -> None:
    before = runtime.snapshot
    start().recall(OF)
    assert runtime.snapshot is before


async def test_before_the_market_is_known_it_is_shown_but_not_kept(file: ManualPositionStore) -> None:
    runtime = RuntimeConfig(2_000)
    with pytest.raises(SaveFailed, match="the exchange was not reached yet"):
        await ManualPositions(runtime, file, "live", recall=True).enter(LONG_FIELDS)
    assert runtime.snapshot.holdings.entered == entered_long()
    assert not file.path.exists()


async def test_where_it_cannot_be_kept_it_is_still_shown(
    start: Start, runtime: RuntimeConfig, file: ManualPositionStore
) -> None:
    file.path.mkdir()
    with pytest.raises(SaveFailed):
        await start().enter(LONG_FIELDS)
    assert runtime.snapshot.holdings.entered == entered_long()
