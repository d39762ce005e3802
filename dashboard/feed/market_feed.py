"""Websocket and polling as one source of prices.

The stream waits for the websocket. The lookout polls while the stream is down, and when it is
silent finds out whether the market is quiet or the socket is deaf, which ccxt never notices.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from dashboard.clock import now_ms
from dashboard.domain.events import FeedEvent, FeedFailed, PriceReceived, SupplementalPrice, Transport
from dashboard.domain.market import Instrument, Ticker
from dashboard.errors import ExchangeUnavailable
from dashboard.exchange.exchange_client import ExchangeClient
from dashboard.feed.retry import run_forever
from dashboard.feed.socket_guard import SocketGuard

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FeedTimeouts:
    """How long to wait for what, in milliseconds."""

    head_start: int = 1_000
    """What the websocket gets at the start before polling helps out."""
    silence: int = 2_500
    """After which a stream is checked by a request: half of what makes a price stale."""
    first_message: int = 10_000
    """For the first message of a subscription: every exchange sends a snapshot at once."""


class MarketFeed:
    """Feeds `emit` with PriceReceived and FeedFailed of one market until cancelled."""

    def __init__(
        self,
        client: ExchangeClient,
        instrument: Instrument,
        emit: Callable[[FeedEvent], None],
        *,
        guard: SocketGuard,
        interval: int,
        use_websocket: bool,
        patience: FeedTimeouts,
    ) -> None:
        """`guard` is one for all markets of `client`; `interval` is between two polls, in milliseconds."""
        self._client = client
        self._guard = guard
        self._instrument = instrument
        self._emit = emit
        self._interval = interval
        self._patience = patience
        self._use_stream = use_websocket and client.can_stream
        self._streaming = False
        self._streamed = Ticker()
        self._heard_at = now_ms()
        self._asked_at = now_ms() - interval + (patience.head_start if self._use_stream else 0)
        self._spoke = asyncio.Event()
        self._stream_broke = asyncio.Event()
        self._stream_failed_at: int | None = None
        self._suspected_at: int | None = None
        self._failing = False
        self.recovered = asyncio.Event()
        """Set whenever data comes again after a failure."""

    async def run(self) -> None:
        """Streams and looks out."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(run_forever(self._look_out, self._poll_failed))
                if self._use_stream:
                    tasks.create_task(
                        run_forever(self._stream, self._stream_failed, progress=lambda: self._streamed)
                    )
                    tasks.create_task(self._stream_beside())
        finally:
            self._guard.forget(self._instrument.symbol)

    async def _stream(self) -> None:
        if self._stream_failed_at is not None:
            # A subscription that was refused, or not understood, stays registered with its connection.
            self._guard.renew(self._instrument.symbol, self._stream_failed_at)
        self._guard.begins(self._instrument.symbol)
        self._streamed_ticker(await self._first_message())
        while True:
            self._streamed_ticker(await self._client.watch_ticker(self._instrument))

    async def _first_message(self) -> Ticker:
        try:
            async with asyncio.timeout(self._patience.first_message / 1000):
                return await self._client.watch_ticker(self._instrument)
        except TimeoutError:
            raise ExchangeUnavailable(f"{self._client.id}: the websocket sends nothing") from None

    def _streamed_ticker(self, ticker: Ticker) -> None:
        if ticker.last is None and ticker.mark is None:
            return  # a frame without a price is no sign of life
        self._streaming, self._streamed = True, ticker
        self._stream_failed_at = self._suspected_at = None
        self._guard.heard(self._instrument.symbol)
        self._spoke.set()
        self._received(Transport.STREAM, ticker)

    def _stream_failed(self, reason: str) -> None:
        self._streaming = False
        self._stream_failed_at, self._suspected_at = now_ms(), None
        self._failed(Transport.STREAM, reason)
        self._stream_broke.set()

    async def _stream_beside(self) -> None:
        """Where the main stream has no mark or no book, they may have streams of their own.

        Their failures are no events: a mark that stops coming just grows old.
        """
        await self._spoke.wait()
        async with asyncio.TaskGroup() as tasks:
            for watch in self._client.supplemental_streams(self._instrument, self._streamed):
                tasks.create_task(run_forever(partial(self._beside, watch)))

    async def _beside(self, watch: Callable[[], Awaitable[Ticker]]) -> None:
        self._emit(SupplementalPrice(await watch()))

    async def _look_out(self) -> None:
        await self._until_due()
        self._asked_at = now_ms()
        ticker = await self._client.fetch_ticker(self._instrument)
        if self._heard_at > self._asked_at:
            return  # the stream spoke meanwhile, and is newer
        if ticker.last is None and ticker.mark is None:
            raise ExchangeUnavailable(f"{self._client.id}: the answer has no price in it")
        request_time = now_ms() - self._asked_at
        if self._streaming and _same_prices(ticker, self._streamed):
            self._received(Transport.STREAM, ticker, request_time)  # a quiet market, confirmed
            return
        self._suspect()
        self._received(Transport.POLL, ticker, request_time)

    def _suspect(self) -> None:
        """The stream seems deaf. Asked for again with each poll, until it speaks or fails."""
        if self._streaming:
            self._streaming, self._suspected_at = False, now_ms()
        if self._suspected_at is not None:
            self._guard.renew(self._instrument.symbol, self._suspected_at)

    async def _until_due(self) -> None:
        while (wait := self._due_at() - now_ms()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stream_broke.wait(), wait / 1000)
            self._stream_broke.clear()

    def _due_at(self) -> int:
        return self._heard_at + self._patience.silence if self._streaming else self._asked_at + self._interval

    def _poll_failed(self, reason: str) -> None:
        if not self._streaming or now_ms() - self._heard_at > 2 * self._patience.silence:
            # It cannot be told whether the market is quiet or the socket deaf: a new one will tell.
            self._suspect()
        self._failed(Transport.POLL, reason)

    def _received(self, transport: Transport, ticker: Ticker, request_time: int = 0) -> None:
        self._heard_at = now_ms()
        self._emit(PriceReceived(transport, self._heard_at, ticker, request_time))
        if self._failing:
            self._failing = False
            self.recovered.set()

    def _failed(self, transport: Transport, reason: str) -> None:
        self._failing = True
        self._emit(FeedFailed(transport, reason))


def _same_prices(one: Ticker, other: Ticker) -> bool:
    """Whether two tickers agree on last price, best bid and best ask, as far as both know them."""
    pairs = ((one.last, other.last), (one.bid, other.bid), (one.ask, other.ask))
    return all(a.value == b.value for a, b in pairs if a and b)
