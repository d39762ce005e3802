"""ManualPositionStore: positions that users entered, saved for the next start in a JSON file."""

import json
import logging
import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from filelock import FileLock

from dashboard.domain.manual_position import ManualPosition
from dashboard.errors import DashboardError, PositionError
from dashboard.paths import manual_positions_file

log = logging.getLogger(__name__)

_LOCK_TIMEOUT_S = 2.0
"""Time limit to wait for another dashboard that is writing."""


class SaveFailed(DashboardError):
    """The position is shown, but could not be saved."""


class ManualPositionStore:
    """Keeps one manual position for each name, such as "bitget live BTC/USDT:USDT"."""

    def __init__(self, path: Path | None = None) -> None:
        """Without a path: positions.json in the user's state directory."""
        self.path = path or manual_positions_file()

    def read(self, name: str) -> ManualPosition:
        """Returns the position saved under `name`; an empty one if there is none or it is invalid."""
        try:
            return ManualPosition.from_fields(self._read().get(name, {}))
        except (OSError, ValueError, PositionError, AttributeError, TypeError) as error:
            log.warning("the position saved in %s for %s is ignored: %s", self.path, name, error)
            return ManualPosition()

    def write(self, name: str, position: ManualPosition) -> None:
        """Saves `position`, or removes the name if it is empty. Raises SaveFailed."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with FileLock(self.path.with_suffix(".lock"), timeout=_LOCK_TIMEOUT_S):
                saved = self._read()
                saved.pop(name, None)
                if position != ManualPosition():
                    saved[name] = position.to_fields()
                self._replace(json.dumps(saved, indent=2))
        except (OSError, ValueError) as error:
            raise SaveFailed(f"shown, but not saved for the next start: {self.path}: {error}") from None

    def _read(self) -> dict[str, dict[str, str]]:
        """Reads all saved positions. Raises OSError or ValueError if the file is unreadable or invalid."""
        try:
            saved = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except RecursionError:
            raise ValueError("the file is nested too deeply") from None
        if not isinstance(saved, dict):
            raise ValueError("the file does not contain a JSON object")
        return saved

    def _replace(self, text: str) -> None:
        """Replaces the file atomically, so that a crash never leaves a partial one."""
        with NamedTemporaryFile("w", encoding="utf-8", dir=self.path.parent, delete=False) as file:
            try:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
                os.replace(file.name, self.path)
            except OSError:
                os.unlink(file.name)
                raise
