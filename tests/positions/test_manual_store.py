"""ManualPositionStore: saved positions are restored, and an invalid file never prevents the start."""

import json
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dashboard.domain.manual_position import ManualPosition
from dashboard.positions.manual_store import ManualPositionStore, SaveFailed
from tests.domain.builders import entered, entered_long

NAME, OTHER = "bitget live BTC/USDT:USDT", "bitget demo BTC/USDT:USDT"


@pytest.fixture
def file(tmp_path: Path) -> ManualPositionStore:
    return ManualPositionStore(tmp_path / "state" / "positions.json")


def put(file: ManualPositionStore, content: str | bytes) -> None:
    file.path.parent.mkdir(parents=True, exist_ok=True)
    file.path.write_bytes(content.encode() if isinstance(content, str) else content)


@pytest.mark.parametrize(
    "saved",
    [entered_long(liquidation_price="91.50"), entered(trap_low="1e-9", trap_high="2"), entered(side="short")],
    ids=["a position", "levels", "a side"],
)
def test_round_trip(file: ManualPositionStore, saved: ManualPosition) -> None:
    file.write(NAME, saved)
    assert ManualPositionStore(file.path).read(NAME) == saved


def test_missing_file_has_no_positions(file: ManualPositionStore) -> None:
    assert file.read(NAME) == ManualPosition()


def test_names_are_independent(file: ManualPositionStore) -> None:
    one, other = entered_long(), entered(side="short")
    file.write(NAME, one)
    file.write(OTHER, other)
    assert (file.read(NAME), file.read(OTHER)) == (one, other)
    file.write(NAME, ManualPosition())
    assert (file.read(NAME), file.read(OTHER)) == (ManualPosition(), other)
    assert list(json.loads(file.path.read_text(encoding="utf-8"))) == [OTHER]


def test_writing_leaves_no_temporary_file(file: ManualPositionStore) -> None:
    file.write(NAME, entered_long())
    file.write(NAME, entered_long(leverage="5"))
    assert {path.name for path in file.path.parent.iterdir()} == {"positions.json", "positions.lock"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_only_the_owner_may_read_the_file(file: ManualPositionStore) -> None:
    file.write(NAME, entered_long())
    assert file.path.stat().st_mode & 0o077 == 0
    assert file.path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(json.dumps({NAME: None}), id="an entry that is null"),
        pytest.param(json.dumps({NAME: []}), id="an entry that is a list"),
        pytest.param(json.dumps({NAME: "long"}), id="an entry that is a text"),
        pytest.param(json.dumps({NAME: {"side": 1}}), id="a field that is a number"),
        pytest.param(json.dumps({NAME: {"size": ["1"]}}), id="a field that is a list"),
        pytest.param(json.dumps({NAME: {"colour": "red"}}), id="a field of another version"),
        pytest.param(json.dumps({NAME: {"": "red"}}), id="a field without a name"),
        pytest.param(
            json.dumps({NAME: {"side": "long", "entry_price": "-1", "size": "1"}}), id="a bad number"
        ),
    ],
)
def test_invalid_entry_is_ignored(file: ManualPositionStore, content: str | bytes) -> None:
    put(file, content)
    assert file.read(NAME) == ManualPosition()
    file.write(NAME, entered_long())
    assert file.read(NAME) == entered_long()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="empty"),
        pytest.param('{"bitget live', id="cut short"),
        pytest.param("[" * 5_000, id="nested too deeply"),
        pytest.param(b"\xff\xfe", id="no text"),
        pytest.param("[]", id="a list"),
        pytest.param("null", id="null"),
    ],
)
def test_invalid_file_is_not_overwritten(file: ManualPositionStore, content: str | bytes) -> None:
    put(file, content)
    before = file.path.read_bytes()
    assert file.read(NAME) == ManualPosition()
    with pytest.raises(SaveFailed, match=r"positions\.json"):
        file.write(NAME, entered_long())
    assert file.path.read_bytes() == before


def test_concurrent_writers_lose_nothing(file: ManualPositionStore) -> None:
    names = [f"bitget live COIN{i}/USDT:USDT" for i in range(20)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: ManualPositionStore(file.path).write(name, entered_long()), names))
    assert all(file.read(name) == entered_long() for name in names)


def test_ignored_entry_is_logged(file: ManualPositionStore, caplog: pytest.LogCaptureFixture) -> None:
    put(file, json.dumps({NAME: {"side": "up"}, OTHER: {"side": "long"}}))
    with caplog.at_level(logging.WARNING):
        assert file.read(NAME) == ManualPosition()
    assert "side 'up': give long or short" in caplog.text
    assert file.read(OTHER) == entered(side="long")


def test_unwritable_directory_is_reported(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file in the directory's place", encoding="utf-8")
    file = ManualPositionStore(tmp_path / "state" / "positions.json")
    assert file.read(NAME) == ManualPosition()
    with pytest.raises(SaveFailed, match=r"^shown, but not saved for the next start: "):
        file.write(NAME, entered_long())


def test_directory_at_the_path_of_the_file_is_reported(file: ManualPositionStore) -> None:
    file.path.mkdir(parents=True)
    with pytest.raises(SaveFailed):
        file.write(NAME, entered_long())


def test_failed_write_leaves_no_temporary_file(file: ManualPositionStore) -> None:
    file.path.mkdir(parents=True)
    with pytest.raises(SaveFailed):
        file.write(NAME, entered_long())
    assert {path.name for path in file.path.parent.iterdir()} == {"positions.json", "positions.lock"}


def test_default_path_is_in_the_users_state_directory() -> None:
    path = ManualPositionStore().path
    assert path.parts[-3:] == ("position-dashboard", "positions", "positions.json")
