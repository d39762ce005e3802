"""MarketFeed: websocket and polling combined into one source of prices for a market.

One task waits for the websocket. The other polls while the stream is down, and checks a silent stream
by a request: the market may be quiet, or the socket dead, which ccxt does not detect.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from dashboard.clock import now_ms
from dashboard.domain.events import FeedEvent, FeedFailed, PriceReceived, SupplementalPrice, Transport
from dashboard.domain.market import Instrument, Ticker
from dashboard.errors import ExchangeUnavailable
from dashboard.exchange.exchange_client import ExchangeClient
from dashboard.feed.backoff import backoff_delays
from dashboard.feed.retry import run_forever
from dashboard.feed.socket_guard import SocketGuard

_MAX_CONFIRMATION_MS = 5_000
"""Most time by which a slow request delays that a silent stream counts as stale."""


@dataclass(frozen=True, slots=True)
class FeedTimeouts:
    """Timeouts of the price feed."""

    head_start_ms: int = 1_000
    """Time for the websocket at the start before polling begins."""
    silence_ms: int = 2_500
    """Silence after which a stream is checked by a request: half of the age at which a price is stale."""
    first_message_ms: int = 10_000
    """Wait for the first message of a subscription: every exchange sends a snapshot at once."""
    single_reset_wait_ms: int = 10_000
    """First wait of a single silent market before all websockets are reset for it."""
    first_retry_s: float = 0.25
    """Delay before the first retry; it doubles with each failure."""


class MarketFeed:
    """Emits PriceReceived, SupplementalPrice and FeedFailed of one market until cancelled."""

    def __init__(
        self,
        client: ExchangeClient,
        instrument: Instrument,
        emit: Callable[[FeedEvent], None],
        *,
        guard: SocketGuard,
        polling_interval_ms: int,
        use_websocket: bool,
        timeouts: FeedTimeouts,
    ) -> None:
        """`guard` is shared by all markets of `client`."""
        self._client = client
        self._guard = guard
        self._instrument = instrument
        self._emit = emit
        self._polling_interval_ms = polling_interval_ms
        self._timeouts = timeouts
        self._delays = partial(backoff_delays, timeouts.first_retry_s)
        self._use_stream = use_websocket and client.can_stream
        self._streaming = False
        self._streamed = Ticker()
        self._received_at = now_ms()
        self._request_time_ms = 0
        self._polled_at = now_ms() - polling_interval_ms + (timeouts.head_start_ms if self._use_stream else 0)
        self._first_streamed = asyncio.Event()
        self._stream_broke = asyncio.Event()
        self._stream_failed_at: int | None = None
        self._suspected_at: int | None = None
        self._failing = False
        self.recovered = asyncio.Event()
        """Set at the first data after a failure."""

    async def run(self) -> None:
        """Streams and polls until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(run_forever(self._poll_when_due, self._poll_failed, delays=self._delays))
                if self._use_stream:
                    stream = run_forever(
                        self._stream,
                        self._stream_failed,
                        progress=lambda: self._streamed,
                        delays=self._delays,
                    )
                    tasks.create_task(stream)
                    tasks.create_task(self._stream_supplements())
        finally:
            self._guard.forget(self._instrument.symbol)

    async def _stream(self) -> None:
        if self._stream_failed_at is not None:
            # A rejected or unparsable subscription stays registered with its connection.
            self._guard.request_reset(self._instrument.symbol, self._stream_failed_at)
        self._guard.subscribed(self._instrument.symbol)
        self._stream_received(await self._first_message())
        while True:
            self._stream_received(await self._client.watch_ticker(self._instrument))

    async def _first_message(self) -> Ticker:
        timeout_s = self._timeouts.first_message_ms / 1000
        try:
            async with asyncio.timeout(timeout_s):
                return await self._client.watch_ticker(self._instrument)
        except TimeoutError:
            raise ExchangeUnavailable(
                f"{self._client.id}: no message from the websocket within {timeout_s:g} s; it is opened again"
            ) from None

    def _stream_received(self, ticker: Ticker) -> None:
        if ticker.last is None and ticker.mark is None:
            return  # a frame without a price does not prove that the stream works
        self._streaming, self._streamed = True, ticker
        self._stream_failed_at = self._suspected_at = None
        self._guard.message_received(self._instrument.symbol)
        self._first_streamed.set()
        # A silent market is confirmed by a request, which takes as long as the last one.
        self._received(Transport.STREAM, ticker, min(self._request_time_ms, _MAX_CONFIRMATION_MS))

    def _stream_failed(self, reason: str) -> None:
        self._streaming = False
        self._stream_failed_at, self._suspected_at = now_ms(), None
        self._failed(Transport.STREAM, reason)
        self._stream_broke.set()

    async def _stream_supplements(self) -> None:
        """Reads separately what the ticker stream lacks: mark price, best bid and ask, last trade.

        Their failures are not reported: a mark price without updates becomes stale.
        """
        await self._first_streamed.wait()
        sources: list[Callable[[], Awaitable[None]]] = [
            partial(self._watch_supplement, watch)
            for watch in self._client.supplemental_streams(self._instrument, self._streamed)
        ]
        if self._client.must_poll_mark_price(self._instrument, self._streamed):
            sources.append(self._poll_mark_price)
        async with asyncio.TaskGroup() as tasks:
            for source in sources:
                tasks.create_task(run_forever(source, delays=self._delays))

    async def _watch_supplement(self, watch: Callable[[], Awaitable[Ticker]]) -> None:
        self._emit(SupplementalPrice(await watch()))

    async def _poll_mark_price(self) -> None:
        self._emit(SupplementalPrice(await self._client.fetch_mark_price(self._instrument)))
        await asyncio.sleep(self._polling_interval_ms / 1000)

    async def _poll_when_due(self) -> None:
        await self._wait_until_due()
        self._polled_at = now_ms()
        ticker = await self._client.fetch_ticker(self._instrument)
        if self._received_at > self._polled_at:
            return  # the stream has delivered a newer price
        if ticker.last is None and ticker.mark is None:
            raise ExchangeUnavailable(f"{self._client.id}: the ticker contains no price; it is polled again")
        self._request_time_ms = now_ms() - self._polled_at
        if self._streaming and _same_prices(ticker, self._streamed):
            # A quiet market: the price is confirmed.
            self._received(Transport.STREAM, ticker, self._request_time_ms)
            return
        self._suspect_stream()
        self._received(Transport.POLL, ticker, self._request_time_ms)

    def _suspect_stream(self) -> None:
        """Marks the stream as dead. Repeated by each poll until the stream delivers or fails."""
        if self._streaming:
            self._streaming, self._suspected_at = False, now_ms()
        if self._suspected_at is not None:
            self._guard.request_reset(self._instrument.symbol, self._suspected_at)

    async def _wait_until_due(self) -> None:
        while (wait_ms := self._due_at() - now_ms()) > 0:
            # Not `wait_for`: in Python 3.11 it ignores a cancellation at the moment of the event.
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_ms / 1000):
                    await self._stream_broke.wait()
            self._stream_broke.clear()

    def _due_at(self) -> int:
        if self._streaming:
            return self._received_at + self._timeouts.silence_ms
        return self._polled_at + self._polling_interval_ms

    def _poll_failed(self, reason: str) -> None:
        if not self._streaming or now_ms() - self._received_at > 2 * self._timeouts.silence_ms:
            # Quiet market and dead socket look the same without a poll: a new socket decides.
            self._suspect_stream()
        self._failed(Transport.POLL, reason)

    def _received(self, route: Transport, ticker: Ticker, request_time: int = 0) -> None:
        self._received_at = now_ms()
        self._emit(PriceReceived(route, self._received_at, ticker, request_time))
        if self._failing:
            self._failing = False
            self.recovered.set()

    def _failed(self, transport: Transport, reason: str) -> None:
        self._failing = True
        self._emit(FeedFailed(transport, reason))


def _same_prices(one: Ticker, other: Ticker) -> bool:
    """True if last price, best bid and best ask are equal, as far as both tickers have them.

    Without any of them the mark price decides. It moves without trades, and so without need otherwise.
    """
    pairs = [(one.last, other.last), (one.bid, other.bid), (one.ask, other.ask)]
    if not any(a is not None and b is not None for a, b in pairs):
        pairs = [(one.mark, other.mark)]
    return all(a.value == b.value for a, b in pairs if a is not None and b is not None)
