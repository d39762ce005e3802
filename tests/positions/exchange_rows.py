"""ExchangeRows: rows as an exchange sends them, read by ccxt's parsers and the exchange's adapter."""

from collections.abc import Sequence
from typing import Any

from dashboard.domain.fill import Fill
from dashboard.exchange import normalize_account
from dashboard.exchange.adapters.adapter_registry import adapter_for
from tests.exchange.builders import exchange_with, instrument_of
from tests.positions.harness import TrackerHarness

Raw = dict[str, Any]


class ExchangeRows:
    """Passes an exchange's rows to a tracker, as `AccountClient` does."""

    def __init__(self, exchange: str, *markets: Raw, harness: TrackerHarness | None = None) -> None:
        self._ccxt = exchange_with(exchange, *markets)
        self._adapter = adapter_for(self._ccxt)
        self._listed = {market["symbol"]: instrument_of(exchange, market) for market in markets}
        self.harness = harness or TrackerHarness()

    def snapshot(self, *rows: Raw, fills: Sequence[Raw] = (), **more: Any) -> TrackerHarness:
        """Applies a reading of all open positions."""
        parsed = [self._ccxt.parse_position(raw) for raw in rows]
        stated = {row["symbol"]: self._adapter.is_hedged(row) for row in parsed}
        held = [
            self._adapter.position(row, self._listed[row["symbol"]])
            for row in filter(normalize_account.is_open, parsed)
        ]
        modes = {symbol: hedged for symbol, hedged in stated.items() if hedged is not None}
        return self.harness.snapshot(*held, position_modes=modes, fills=self.fills(*fills), **more)

    def stream(self, *fills: Raw) -> TrackerHarness:
        """Applies fills of the websocket."""
        return self.harness.fills(*self.fills(*fills))

    def fills(self, *rows: Raw) -> tuple[Fill, ...]:
        """Returns the fills of rows."""
        parsed = [self._ccxt.parse_trade(raw) for raw in rows]
        read = (self._adapter.fill(row, self._listed[row["symbol"]]) for row in parsed)
        return tuple(fill for fill in read if fill is not None)
