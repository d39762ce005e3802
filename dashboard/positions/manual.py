"""What was entered by hand: into the live state now, and kept for the next start."""

import asyncio
from collections.abc import Mapping

from dashboard.domain.manual_position import ManualPosition
from dashboard.domain.market import Instrument
from dashboard.positions.manual_store import ManualPositionStore, SaveFailed
from dashboard.state.runtime import RuntimeConfig


class ManualPositions:
    """Takes entries from the page, and recalls the kept one once the market is known."""

    def __init__(
        self, runtime: RuntimeConfig, file: ManualPositionStore, environment: str, *, recall: bool
    ) -> None:
        """`environment` keeps testnet and demo apart; `recall` is off where flags gave a position."""
        self._runtime = runtime
        self._file = file
        self._environment = environment
        self._recall = recall

    async def enter(self, fields: Mapping[str, str | None]) -> None:
        """Shows what was entered, and keeps it. Raises PositionError (nothing changed) or SaveFailed."""
        entered = ManualPosition.from_fields(fields)
        self._recall = False
        self._runtime.enter(entered)
        instrument = self._runtime.snapshot.instrument
        if instrument is None:
            raise SaveFailed("shown, but not kept for the next start: the exchange was not reached yet")
        await asyncio.to_thread(self._file.write, self._name(instrument), entered)

    def recall(self, instrument: Instrument) -> None:
        """Enters what was kept for this market, unless something was entered meanwhile."""
        kept = self._file.read(self._name(instrument)) if self._recall else ManualPosition()
        if kept != ManualPosition():
            self._runtime.enter(kept, kept=True)

    def _name(self, instrument: Instrument) -> str:
        return f"{instrument.exchange} {self._environment} {instrument.symbol}"
