"""ExchangeClient: the markets of one exchange, read through ccxt."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any

from ccxt.base.errors import NetworkError

from dashboard.clock import now_ms
from dashboard.domain.margin import MarginTier
from dashboard.domain.market import Candle, Instrument, Ticker
from dashboard.errors import DashboardError, ExchangeLacks, ExchangeUnavailable
from dashboard.exchange import normalize, normalize_ticker
from dashboard.exchange.ccxt_errors import translate_errors
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.factory import build_exchange
from dashboard.exchange.symbols import resolve

log = logging.getLogger(__name__)

_CANDLE_COUNT = 300
_SHARED_STREAM = ("aster",)
"""Exchanges where ccxt takes the streams of ticker and mark price for one: each has its own object here."""


class ExchangeClient:
    """Reads public data of any number of markets. All coroutines must run in one event loop.

    They raise ExchangeUnavailable for failures that a retry may cure, and a UsageError for others.
    """

    def __init__(self, credentials: Credentials) -> None:
        """Raises UsageError if the exchange, its testnet or the credentials cannot be used."""
        self._ccxt: Any = build_exchange(credentials)
        has_own_stream = credentials.exchange not in _SHARED_STREAM
        self._mark_streams: Any = self._ccxt if has_own_stream else build_exchange(credentials)
        self._objects = tuple({id(each): each for each in (self._ccxt, self._mark_streams)}.values())
        self._instruments: dict[str, Instrument] = {}
        self.id = credentials.exchange
        self.name: str = self._ccxt.name

    async def resolve_instrument(self, symbol: str) -> Instrument:
        """Loads the markets and returns the market that the user's text `symbol` names."""
        await self.load_markets()
        resolution = resolve(self._ccxt.markets, symbol)
        if resolution.others:
            level = logging.WARNING if resolution.is_id_of_other(symbol) else logging.INFO
            chosen, others = resolution.market["symbol"], resolution.other_symbols
            log.log(level, "%s: %s is shown for %r, not %s", self.id, chosen, symbol, others)
        return self._instrument(resolution.market)

    async def load_markets(self) -> None:
        """Reads the list of markets from the exchange, replacing a loaded one."""
        with translate_errors(self.id):
            # `True` reloads: after a truncated response with status 200 ccxt would keep an empty list.
            await self._ccxt.load_markets(True)
        self._instruments.clear()  # an exchange may have changed a contract size
        if not self._ccxt.markets:
            raise ExchangeUnavailable(f"{self.id}: the list of markets is empty; it is requested again")

    def has_market(self, symbol: str) -> bool:
        """True if the unified symbol is among the loaded markets."""
        return symbol in (self._ccxt.markets or {})

    def instrument(self, symbol: str) -> Instrument:
        """Returns the market of a unified symbol. Raises ExchangeLacks if it is not loaded."""
        market = (self._ccxt.markets or {}).get(symbol)
        if market is None:
            raise ExchangeLacks(f"{self.id} does not list the market {symbol}")
        return self._instrument(market)

    def share_markets_with(self, other: Any) -> None:
        """Sets the loaded markets in another ccxt object of the same exchange.

        The objects are shared, not copied: they take many megabytes. Raises ExchangeUnavailable before
        they are loaded.
        """
        if not self._ccxt.markets:
            raise ExchangeUnavailable(f"{self.id}: the markets are not loaded yet; retry in a moment")
        if other.markets is not self._ccxt.markets:
            for option in self._ccxt.options.get("marketHelperProps", ()):
                # ccxt copies each of them, though it sets some with certain kinds of markets only.
                self._ccxt.options.setdefault(option, None)
            other.set_markets_from_exchange(self._ccxt)

    def _instrument(self, market: Any) -> Instrument:
        instrument = self._instruments.get(market["symbol"])
        if instrument is None:
            instrument = normalize.instrument(self.id, market, self._ccxt.precisionMode)
            self._instruments[instrument.symbol] = instrument
        return instrument

    async def close(self) -> None:
        """Closes all connections."""
        await asyncio.gather(*(exchange.close() for exchange in self._objects))

    @property
    def can_stream(self) -> bool:
        """True if the exchange has a websocket for prices."""
        return self._has("watchTicker") or self._has("watchTrades")

    def supplemental_streams(
        self, instrument: Instrument, ticker: Ticker
    ) -> list[Callable[[], Awaitable[Ticker]]]:
        """Returns watchers for the prices missing from `ticker`, as far as the exchange streams them."""
        watchers: list[Callable[[], Awaitable[Ticker]]] = []
        if ticker.mark is None and instrument.is_contract and self._has("watchMarkPrice"):
            watchers.append(partial(self.watch_mark_price, instrument))
        if (ticker.bid is None or ticker.ask is None) and self._has("watchBidsAsks"):
            watchers.append(partial(self.watch_bids_asks, instrument))
        if ticker.last is None and self._has("watchTrades"):
            watchers.append(partial(self.watch_last_trade, instrument))
        return watchers

    def must_poll_mark_price(self, instrument: Instrument, ticker: Ticker) -> bool:
        """True if the mark price is missing from `ticker` and the exchange returns it on request only."""
        is_missing = ticker.mark is None and instrument.is_contract
        return is_missing and self._has("fetchMarkPrice") and not self._has("watchMarkPrice")

    async def watch_ticker(self, instrument: Instrument) -> Ticker:
        """Waits for the next prices of the websocket."""
        if not self._has("watchTicker"):
            return await self.watch_last_trade(instrument)
        with translate_errors(self.id):
            raw = await self._ccxt.watch_ticker(instrument.symbol)
            return normalize_ticker.ticker(self._ccxt, raw, now_ms())

    async def watch_mark_price(self, instrument: Instrument) -> Ticker:
        """Waits for the next mark price of the websocket."""
        if self._mark_streams is not self._ccxt:
            self.share_markets_with(self._mark_streams)
        with translate_errors(self.id):
            raw = await self._mark_streams.watch_mark_price(instrument.symbol)
            return normalize_ticker.mark_price(self._ccxt, raw, now_ms())

    async def watch_bids_asks(self, instrument: Instrument) -> Ticker:
        """Waits for the next best bid and ask of the websocket."""
        with translate_errors(self.id):
            raw = (await self._ccxt.watch_bids_asks([instrument.symbol])).get(instrument.symbol, {})
            return normalize_ticker.best_prices(self._ccxt, raw, now_ms())

    async def watch_last_trade(self, instrument: Instrument) -> Ticker:
        """Waits for the next public trade of the websocket."""
        with translate_errors(self.id):
            trades = await self._ccxt.watch_trades(instrument.symbol)
            return normalize_ticker.last_trade(trades, now_ms())

    def reset_websockets(self) -> None:
        """Drops all websockets: pending watchers fail, and the next one reconnects.

        ccxt waits forever on a silent socket, after a frame that it cannot parse, and after a rejected
        subscription, which it keeps registered with the connection.
        """
        for exchange in self._objects:
            for connection in list(exchange.clients.values()):
                connection.on_error(NetworkError("the websocket was silent"))

    async def fetch_ticker(self, instrument: Instrument) -> Ticker:
        """Requests the current prices."""
        with translate_errors(self.id):
            raw = await self._ccxt.fetch_ticker(instrument.symbol)
            ticker = normalize_ticker.ticker(self._ccxt, raw, now_ms())
        if ticker.mark is None and instrument.is_contract and self._has("fetchMarkPrice"):
            with suppress(DashboardError):  # the ticker is still valid without a mark price
                return ticker.merged(await self.fetch_mark_price(instrument))
        return ticker

    async def fetch_mark_price(self, instrument: Instrument) -> Ticker:
        """Requests the mark price alone."""
        with translate_errors(self.id):
            raw = await self._ccxt.fetch_mark_price(instrument.symbol)
            return normalize_ticker.mark_price(self._ccxt, raw, now_ms())

    def require_candles(self, timeframe: str) -> None:
        """Raises ExchangeLacks if the exchange has no candles of this timeframe."""
        if not self._has("fetchOHLCV") or timeframe not in (self._ccxt.timeframes or {}):
            raise ExchangeLacks(f"{self.id} has no {timeframe} candles")

    async def fetch_candles(self, instrument: Instrument, timeframe: str) -> list[Candle]:
        """Returns the newest candles of a timeframe such as 5m, oldest first."""
        self.require_candles(timeframe)
        with translate_errors(self.id):
            rows = await self._ccxt.fetch_ohlcv(instrument.symbol, timeframe, limit=_CANDLE_COUNT)
            return normalize.candles(rows)

    async def fetch_margin_tiers(self, instrument: Instrument) -> tuple[MarginTier, ...]:
        """Returns the margin tiers; empty where the exchange does not publish them."""
        if not (instrument.is_contract and self._has("fetchMarketLeverageTiers")):
            return ()
        with translate_errors(self.id):
            rows = await self._ccxt.fetch_market_leverage_tiers(instrument.symbol)
            return normalize.margin_tiers(self.id, rows)

    def _has(self, capability: str) -> bool:
        return bool(self._ccxt.has.get(capability))
