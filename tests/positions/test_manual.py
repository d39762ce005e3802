"""ManualPositions: entries are shown at once and saved for the next start."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.domain.events import InstrumentResolved
from dashboard.domain.keys import MarketKey
from dashboard.domain.manual_position import ManualPosition
from dashboard.domain.position_selection import ManualEntry
from dashboard.errors import PositionError
from dashboard.positions.live_book import LiveBook
from dashboard.positions.manual import ManualPositions
from dashboard.positions.manual_store import ManualPositionStore, SaveFailed
from dashboard.state.markets import Markets
from tests.domain.builders import entered, entered_long, instrument

OF = instrument()
KEY = MarketKey("bitget", OF.symbol)
LONG_FIELDS = entered_long().to_fields()


@pytest.fixture
def store(tmp_path: Path) -> ManualPositionStore:
    return ManualPositionStore(tmp_path / "positions.json")


@pytest.fixture
def markets() -> Markets:
    markets = Markets(MarketKey("bitget", "BTCUSDT"), 2_000)
    markets.apply(markets.main_key, InstrumentResolved(OF))
    return markets


@pytest.fixture
def book(markets: Markets) -> LiveBook:
    return LiveBook(markets)


Start = Callable[..., ManualPositions]


@pytest.fixture
def start(markets: Markets, book: LiveBook, store: ManualPositionStore) -> Start:
    """Starts a run; by default in the live environment, restoring the saved position."""

    def start(environment: str = "live", *, restore: bool = True) -> ManualPositions:
        return ManualPositions(book, markets, store, environment, restore=restore)

    return start


async def test_entered_position_is_shown_and_saved(start: Start, book: LiveBook) -> None:
    await start().enter(LONG_FIELDS)
    assert book.manual_in(KEY) == ManualEntry(entered_long())
    book.enter(KEY, ManualEntry())
    start().restore(KEY, OF)
    assert book.manual_in(KEY) == ManualEntry(entered_long(), is_restored=True)


async def test_cleared_position_is_not_restored(start: Start, book: LiveBook) -> None:
    await start().enter(LONG_FIELDS)
    await start().enter({})
    start().restore(KEY, OF)
    assert book.manual_in(KEY).position == ManualPosition()


async def test_invalid_entry_changes_nothing(
    start: Start, book: LiveBook, store: ManualPositionStore
) -> None:
    manual = start()
    await manual.enter(LONG_FIELDS)
    before, saved = book.manual_in(KEY), store.path.read_bytes()
    with pytest.raises(PositionError, match="side 'up'"):
        await manual.enter({"side": "up"})
    assert book.manual_in(KEY) is before
    assert store.path.read_bytes() == saved


@pytest.mark.parametrize(
    ("restore", "environment"), [(False, "live"), (True, "testnet"), (True, "demo")],
    ids=["flags define a position", "testnet", "demo"],
)  # fmt: skip
async def test_position_is_not_restored_with_flags_or_in_another_environment(
    start: Start, book: LiveBook, restore: bool, environment: str
) -> None:
    await start().enter(LONG_FIELDS)
    book.enter(KEY, ManualEntry())
    start(environment, restore=restore).restore(KEY, OF)
    assert book.manual_in(KEY).position == ManualPosition()


async def test_position_entered_in_this_run_is_not_replaced(start: Start, book: LiveBook) -> None:
    await start().enter(LONG_FIELDS)
    manual = start()
    await manual.enter({"side": "short"})
    manual.restore(KEY, OF)
    assert book.manual_in(KEY) == ManualEntry(entered(side="short"))


def test_nothing_is_restored_if_nothing_was_saved(start: Start, book: LiveBook) -> None:
    start().restore(KEY, OF)
    assert book.manual == {}


async def test_position_entered_before_the_market_is_known_is_not_saved(store: ManualPositionStore) -> None:
    markets = Markets(MarketKey("bitget", "BTCUSDT"), 2_000)
    book = LiveBook(markets)
    with pytest.raises(SaveFailed, match="the exchange has not answered yet"):
        await ManualPositions(book, markets, store, "live", restore=True).enter(LONG_FIELDS)
    assert book.manual_in(markets.main_key).position == entered_long()
    assert not store.path.exists()


async def test_position_that_cannot_be_saved_is_still_shown(
    start: Start, book: LiveBook, store: ManualPositionStore
) -> None:
    store.path.mkdir()
    with pytest.raises(SaveFailed):
        await start().enter(LONG_FIELDS)
    assert book.manual_in(KEY).position == entered_long()
