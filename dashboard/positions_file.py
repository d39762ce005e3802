"""Positions that were entered on the page, kept for the next start in a small JSON file."""

import json
import logging
import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from platformdirs import user_state_path

from dashboard.domain.entered import Entered
from dashboard.errors import DashboardError, PositionError

log = logging.getLogger(__name__)


class NotKept(DashboardError):
    """The position could not be written down; it is shown all the same."""


class PositionsFile:
    """One entered position for each name, such as "bitget BTC/USDT:USDT"."""

    def __init__(self, path: Path | None = None) -> None:
        """Without a path: positions.json in the user's state directory."""
        self.path = path or user_state_path("position-dashboard") / "positions.json"

    def read(self, name: str) -> Entered:
        """What was kept under `name`; empty if nothing was, or if it cannot be understood any more."""
        try:
            return Entered.from_fields(self._all().get(name, {}))
        except (PositionError, AttributeError, TypeError) as error:
            log.warning("the position kept in %s for %s is ignored: %s", self.path, name, error)
            return Entered()

    def write(self, name: str, entered: Entered) -> None:
        """Keeps `entered`, or forgets the name if it is empty. Raises NotKept."""
        kept = self._all()
        kept.pop(name, None)
        if entered != Entered():
            kept[name] = entered.to_fields()
        try:
            self._replace(json.dumps(kept, indent=2))
        except OSError as error:
            raise NotKept(f"shown, but not kept for the next start: {error}") from None

    def _all(self) -> dict[str, dict[str, str]]:
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            log.warning("kept positions cannot be read: %s: %s", self.path, error)
            return {}
        return kept if isinstance(kept, dict) else {}

    def _replace(self, text: str) -> None:
        """Whole or not at all: a crash never leaves half a file."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with NamedTemporaryFile("w", encoding="utf-8", dir=self.path.parent, delete=False) as file:
            try:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
                os.replace(file.name, self.path)
            except OSError:
                os.unlink(file.name)
                raise
