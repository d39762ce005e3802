"""ManualPositions: applies positions that users enter, saves them, and restores them at the next start."""

import asyncio
from collections.abc import Mapping

from dashboard.domain.keys import MarketKey
from dashboard.domain.manual_position import ManualPosition
from dashboard.domain.market import Instrument
from dashboard.domain.position_selection import ManualEntry
from dashboard.positions.live_book import LiveBook
from dashboard.positions.manual_store import ManualPositionStore, SaveFailed
from dashboard.state.markets import Markets


class ManualPositions:
    """Writes entries to the position book and to the store, and restores the saved one."""

    def __init__(
        self, book: LiveBook, markets: Markets, store: ManualPositionStore, environment: str, *, restore: bool
    ) -> None:
        """`environment` is a part of the saved name; `restore` is False if flags define a position."""
        self._book = book
        self._markets = markets
        self._store = store
        self._environment = environment
        self._restore = restore

    async def enter(self, fields: Mapping[str, str | None]) -> None:
        """Shows and saves a position in the main market. Raises PositionError (no change) or SaveFailed."""
        position = ManualPosition.from_fields(fields)
        with self._book.lock:
            self._restore = False
            self._book.enter(self._markets.main_key, ManualEntry(position))
        instrument = self._markets.main.snapshot.instrument
        if instrument is None:
            raise SaveFailed("shown, but not saved: the exchange has not answered yet; enter it again later")
        await asyncio.to_thread(self._store.write, self._name(instrument), position)

    def restore(self, market: MarketKey, instrument: Instrument) -> None:
        """Enters the saved position of a market, unless one was entered in this run."""
        saved = self._store.read(self._name(instrument))
        with self._book.lock:  # a user may have entered a position since
            if self._restore and saved != ManualPosition():
                self._book.enter(market, ManualEntry(saved, is_restored=True))

    def _name(self, instrument: Instrument) -> str:
        return f"{instrument.exchange} {self._environment} {instrument.symbol}"
