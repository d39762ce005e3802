"""Conversion of another machine's monotonic times to this machine's clock, by way of Redis' clock."""

from collections.abc import Iterator
from dataclasses import replace

from redis import Redis

from dashboard.clock import now_ms
from dashboard.domain.market import Quote, Ticker
from dashboard.domain.price_basis import PriceBasis
from dashboard.positions.models import LivePosition
from dashboard.replication.messages import AccountState, MessageHeader, StateMessage
from dashboard.state.runtime import MarketSnapshot

_SAME_CLOCK_MS = 50
"""Difference of two offsets up to which the clocks count as one; the longest round trip that is precise."""
_REMEASURE_AFTER_MS = 2_000
"""Age after which an offset is measured again."""
_MAX_AGE_MS = 30_000
"""Age after which an offset is replaced even by an imprecise measurement."""


_ATTEMPTS = 5
"""Measurements of which the quickest counts if there is no offset to keep."""


class ClockOffset:
    """Measures how far Redis' clock is ahead of this machine's monotonic clock."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._offset: int | None = None
        self._requested_at = 0
        self._measured_at = 0

    def offset(self) -> int:
        """In ms; wrong by up to half the round trip to Redis. Raises RedisError."""
        now = now_ms()
        if self._offset is None or now - self._requested_at > _REMEASURE_AFTER_MS:
            # A slow response is imprecise: the offset measured before is better until it is outdated.
            outdated = self._offset is None or now - self._measured_at > _MAX_AGE_MS
            round_trip, offset = min(self._measurements(_ATTEMPTS if outdated else 1))
            self._requested_at = now_ms()
            if outdated or round_trip <= _SAME_CLOCK_MS:
                self._offset, self._measured_at = offset, self._requested_at
        assert self._offset is not None
        return self._offset

    def _measurements(self, attempts: int) -> Iterator[tuple[int, int]]:
        """Yields round trip and offset of each measurement, up to the first one that is quick."""
        for _ in range(attempts):
            requested_at = now_ms()
            seconds, micros = self._redis.time()
            received_at = now_ms()
            round_trip = received_at - requested_at
            yield round_trip, seconds * 1000 + micros // 1000 - (requested_at + received_at) // 2
            if round_trip <= _SAME_CLOCK_MS:
                return


def to_local_times(message: StateMessage, local_offset: int) -> StateMessage:
    """Returns the message with times of this machine's clock; `local_offset` is its ClockOffset in ms.

    No time is later than now, so that no price looks newer than its arrival where the measured difference
    is wrong, as after Redis' clock was set.
    """
    shift = message.header.clock_offset - local_offset
    if abs(shift) <= _SAME_CLOCK_MS:
        return message
    return replace(
        message,
        header=_header(message.header, shift),
        main=message.main and _snapshot(message.main, shift),
        markets={name: each and _snapshot(each, shift) for name, each in message.markets.items()},
        positions={name: _position(each, shift) for name, each in message.positions.items()},
        account=message.account and _account(message.account, shift),
        updates=tuple(replace(each, position=_position(each.position, shift)) for each in message.updates),
    )


def _header(header: MessageHeader, shift: int) -> MessageHeader:
    read_at = header.feed_stats.get("read_at")
    return (
        replace(header, feed_stats={**header.feed_stats, "read_at": read_at + shift})
        if read_at is not None
        else header
    )


def _snapshot(snapshot: MarketSnapshot, shift: int) -> MarketSnapshot:
    ticker, health = snapshot.ticker, snapshot.health
    return replace(
        snapshot,
        health=replace(health, received_at=_optional_time(health.received_at, shift)),
        ticker=Ticker(
            last=_quote(ticker.last, shift),
            bid=_quote(ticker.bid, shift),
            ask=_quote(ticker.ask, shift),
            mark=_quote(ticker.mark, shift),
            change_24h=_quote(ticker.change_24h, shift),
        ),
        basis=PriceBasis(snapshot.basis.live_since + shift, snapshot.basis.mark_from + shift),
    )


def _position(live: LivePosition, shift: int) -> LivePosition:
    return replace(
        live,
        valuation=replace(live.valuation, quote=_quote(live.quote, shift)),
        # Only compared with each other, so the limit of `_time` would lose which of them is newer.
        crossed_at=None if live.crossed_at is None else live.crossed_at + shift,
        confirmed_at=None if live.confirmed_at is None else live.confirmed_at + shift,
    )


def _account(account: AccountState, shift: int) -> AccountState:
    accounts = {
        name: replace(health, read_at=_optional_time(health.read_at, shift))
        for name, health in account.accounts.items()
    }
    return replace(account, accounts=accounts)


def _quote(quote: Quote | None, shift: int) -> Quote | None:
    return None if quote is None else replace(quote, received_at=_time(quote.received_at, shift))


def _optional_time(at: int | None, shift: int) -> int | None:
    return None if at is None else _time(at, shift)


def _time(at: int, shift: int) -> int:
    return min(at + shift, now_ms())
