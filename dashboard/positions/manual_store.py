"""Positions that were entered on the page, kept for the next start in a small JSON file."""

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


_LOCK_WAIT = 2.0
"""Seconds to wait for another dashboard that is writing."""


class SaveFailed(DashboardError):
    """The position could not be written down; it is shown all the same."""


class ManualPositionStore:
    """One entered position for each name, such as "bitget BTC/USDT:USDT"."""

    def __init__(self, path: Path | None = None) -> None:
        """Without a path: positions.json in the user's state directory."""
        self.path = path or manual_positions_file()

    def read(self, name: str) -> ManualPosition:
        """What was kept under `name`; empty if nothing was, or if it cannot be understood any more."""
        try:
            return ManualPosition.from_fields(self._read().get(name, {}))
        except (OSError, ValueError, PositionError, AttributeError, TypeError) as error:
            log.warning("the position kept in %s for %s is ignored: %s", self.path, name, error)
            return ManualPosition()

    def write(self, name: str, entered: ManualPosition) -> None:
        """Keeps `entered`, or forgets the name if it is empty. Raises SaveFailed."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with FileLock(self.path.with_suffix(".lock"), timeout=_LOCK_WAIT):  # two dashboards, one file
                kept = self._read()
                kept.pop(name, None)
                if entered != ManualPosition():
                    kept[name] = entered.to_fields()
                self._replace(json.dumps(kept, indent=2))
        except (OSError, ValueError) as error:
            raise SaveFailed(f"shown, but not kept for the next start: {self.path}: {error}") from None

    def _read(self) -> dict[str, dict[str, str]]:
        """Raises OSError or ValueError for a file that is there but cannot be understood."""
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        if not isinstance(kept, dict):
            raise ValueError("it holds no JSON object")
        return kept

    def _replace(self, text: str) -> None:
        """Whole or not at all: a crash never leaves half a file."""
        with NamedTemporaryFile("w", encoding="utf-8", dir=self.path.parent, delete=False) as file:
            try:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
                os.replace(file.name, self.path)
            except OSError:
                os.unlink(file.name)
                raise
