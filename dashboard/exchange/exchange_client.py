"""ExchangeClient: the markets of one exchange, read through ccxt."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any

from ccxt.base.errors import NetworkError

from dashboard.clock import now_ms
from dashboard.domain.margin import MarginTier
from dashboard.domain.market import Candle, Instrument, Ticker
from dashboard.errors import DashboardError, ExchangeLacks, ExchangeUnavailable
from dashboard.exchange import normalize
from dashboard.exchange.ccxt_errors import translate_errors
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.factory import build_exchange
from dashboard.exchange.symbols import resolve

_CANDLES = 300


class ExchangeClient:
    """Reads prices of any number of markets. Its coroutines belong to one event loop.

    They raise errors of ours only: ExchangeUnavailable for what may pass by itself, a UsageError
    for what will not.
    """

    def __init__(self, access: Credentials) -> None:
        """Raises a UsageError if the exchange, its testnet or the keys cannot be used."""
        self._ccxt: Any = build_exchange(access)
        self._instruments: dict[str, Instrument] = {}
        self.id = access.exchange
        self.name: str = self._ccxt.name

    async def open(self, symbol: str) -> Instrument:
        """Loads the markets and finds the one that the text `symbol` means."""
        await self.load_markets()
        return self._instrument(resolve(self._ccxt.markets, symbol))

    async def load_markets(self) -> None:
        """Reads the list of markets, again if need be."""
        with translate_errors(self.id):
            # A truncated or empty answer with HTTP 200 leaves ccxt content with no markets: ask anew.
            await self._ccxt.load_markets(True)
        if not self._ccxt.markets:
            raise ExchangeUnavailable(f"{self.id}: the list of markets came empty")

    def lists(self, symbol: str) -> bool:
        """Whether a unified symbol is among the loaded markets."""
        return symbol in (self._ccxt.markets or {})

    def instrument(self, symbol: str) -> Instrument:
        """The market of a unified symbol, as the account names it. Raises ExchangeLacks."""
        market = (self._ccxt.markets or {}).get(symbol)
        if market is None:
            raise ExchangeLacks(f"{self.id}: {symbol} is not among its markets")
        return self._instrument(market)

    def lend_markets(self, borrower: Any) -> None:
        """Gives another ccxt object of the same exchange the markets that were loaded here.

        The very same objects, as they take many megabytes. Raises ExchangeUnavailable before they are loaded.
        """
        if not self._ccxt.markets:
            raise ExchangeUnavailable(f"{self.id}: the list of markets was not read yet")
        if borrower.markets is not self._ccxt.markets:
            borrower.set_markets_from_exchange(self._ccxt)

    def _instrument(self, market: Any) -> Instrument:
        known = self._instruments.get(market["symbol"])
        if known is None:
            known = normalize.instrument(self.id, market, self._ccxt.precisionMode)
            self._instruments[known.symbol] = known
        return known

    async def close(self) -> None:
        """Closes all connections."""
        await self._ccxt.close()

    @property
    def can_stream(self) -> bool:
        """Whether there is a websocket for prices."""
        return self._has("watchTicker") or self._has("watchTrades")

    def streams_beside(self, instrument: Instrument, ticker: Ticker) -> list[Callable[[], Awaitable[Ticker]]]:
        """Watchers for what the main stream lacks, as `ticker` shows it, where there are such streams."""
        watchers: list[Callable[[], Awaitable[Ticker]]] = []
        if ticker.mark is None and instrument.is_contract and self._has("watchMarkPrice"):
            watchers.append(partial(self.watch_mark, instrument))
        if (ticker.bid is None or ticker.ask is None) and self._has("watchBidsAsks"):
            watchers.append(partial(self.watch_book, instrument))
        return watchers

    async def watch_ticker(self, instrument: Instrument) -> Ticker:
        """Waits for the next prices of the websocket."""
        with translate_errors(self.id):
            if self._has("watchTicker"):
                return normalize.ticker(await self._ccxt.watch_ticker(instrument.symbol), now_ms())
            return normalize.last_trade(await self._ccxt.watch_trades(instrument.symbol), now_ms())

    async def watch_mark(self, instrument: Instrument) -> Ticker:
        """Waits for the next mark price."""
        with translate_errors(self.id):
            raw = await self._ccxt.watch_mark_price(instrument.symbol)
        return normalize.ticker({"markPrice": raw.get("markPrice")}, now_ms())

    async def watch_book(self, instrument: Instrument) -> Ticker:
        """Waits for the next best bid and ask."""
        with translate_errors(self.id):
            raw = (await self._ccxt.watch_bids_asks([instrument.symbol])).get(instrument.symbol, {})
        return normalize.ticker({"bid": raw.get("bid"), "ask": raw.get("ask")}, now_ms())

    def break_streams(self) -> None:
        """Drops every websocket, so that whoever waits fails now and the next wait connects anew.

        Needed where ccxt waits for ever: on a socket that is silent, after a frame that it could
        not read, and after a refused subscription, which stays registered with the connection.
        """
        for connection in list(self._ccxt.clients.values()):
            connection.on_error(NetworkError("the websocket was silent"))

    async def fetch_ticker(self, instrument: Instrument) -> Ticker:
        """Asks for the prices now."""
        with translate_errors(self.id):
            ticker = normalize.ticker(await self._ccxt.fetch_ticker(instrument.symbol), now_ms())
        if ticker.mark is None and instrument.is_contract and self._has("fetchMarkPrice"):
            with suppress(DashboardError):  # the last price in hand is worth more than none
                return ticker.merged(await self._fetch_mark(instrument))
        return ticker

    async def _fetch_mark(self, instrument: Instrument) -> Ticker:
        with translate_errors(self.id):
            raw = await self._ccxt.fetch_mark_price(instrument.symbol)
        return normalize.ticker({"markPrice": raw.get("markPrice")}, now_ms())

    async def fetch_candles(self, instrument: Instrument, timeframe: str) -> list[Candle]:
        """The newest bars of price history for a timeframe such as 5m, oldest first."""
        if not self._has("fetchOHLCV") or timeframe not in (self._ccxt.timeframes or {}):
            raise ExchangeLacks(f"{self.id} has no {timeframe} candles")
        with translate_errors(self.id):
            rows = await self._ccxt.fetch_ohlcv(instrument.symbol, timeframe, limit=_CANDLES)
        return normalize.candles(rows)

    async def fetch_tiers(self, instrument: Instrument) -> tuple[MarginTier, ...]:
        """The margin schedule; empty where the exchange does not tell it to everybody."""
        if not (instrument.is_contract and self._has("fetchMarketLeverageTiers")):
            return ()
        with translate_errors(self.id):
            return normalize.tiers(self.id, await self._ccxt.fetch_market_leverage_tiers(instrument.symbol))

    def _has(self, capability: str) -> bool:
        return bool(self._ccxt.has.get(capability))
