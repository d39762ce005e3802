"""ManualPositions: entered on the page or by flags, shown at once and saved for the next start."""

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
    """Puts entries into the position book, and restores the saved one once the market is known."""

    def __init__(
        self, book: LiveBook, markets: Markets, store: ManualPositionStore, environment: str, *, restore: bool
    ) -> None:
        """`environment` keeps testnet and demo apart; `restore` is off where flags gave a position."""
        self._book = book
        self._markets = markets
        self._store = store
        self._environment = environment
        self._restore = restore

    async def enter(self, fields: Mapping[str, str | None]) -> None:
        """Shows and saves a position in the main market. Raises PositionError (no change) or SaveFailed."""
        position = ManualPosition.from_fields(fields)
        self._restore = False
        self._book.enter(self._markets.main_key, ManualEntry(position))
        instrument = self._markets.main.snapshot.instrument
        if instrument is None:
            raise SaveFailed("shown, but not saved for the next start: the exchange was not reached yet")
        await asyncio.to_thread(self._store.write, self._name(instrument), position)

    def restore(self, market: MarketKey, instrument: Instrument) -> None:
        """Enters the saved position of a market, unless one was entered in this run."""
        saved = self._store.read(self._name(instrument)) if self._restore else ManualPosition()
        if saved != ManualPosition():
            self._book.enter(market, ManualEntry(saved, is_restored=True))

    def _name(self, instrument: Instrument) -> str:
        return f"{instrument.exchange} {self._environment} {instrument.symbol}"
