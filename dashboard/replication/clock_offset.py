"""Times of one machine's monotonic clock, read on another. Redis' clock is what both can see."""

from collections.abc import Iterator
from dataclasses import replace

from redis import Redis

from dashboard.clock import now_ms
from dashboard.domain.market import Quote, Ticker
from dashboard.positions.models import LivePosition
from dashboard.replication.messages import AccountState, MessageHeader, StateMessage
from dashboard.state.runtime import MarketSnapshot

_SAME = 50
"""Milliseconds of difference up to which two clocks are one, measured twice."""
_LASTS = 2_000
"""Milliseconds for which a measured offset is used."""
_TOO_LONG = 30_000
"""Milliseconds after which even a measurement that took long is better than the one before."""
_ATTEMPTS = 5
"""Measurements of which the quickest counts where there is none to keep: on a busy machine some take long."""


class ClockOffset:
    """Knows how far Redis' clock is ahead of this machine's monotonic one."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._offset: int | None = None
        self._asked_at = 0
        self._measured_at = 0

    def offset(self) -> int:
        """In ms, a few seconds old at most; wrong by half the way to Redis. Raises RedisError."""
        now = now_ms()
        if self._offset is None or now - self._asked_at > _LASTS:
            # A slow answer is inaccurate: the previous measurement is better, for a while.
            outdated = self._offset is None or now - self._measured_at > _TOO_LONG
            took, offset = min(self._measurements(_ATTEMPTS if outdated else 1))
            self._asked_at = now_ms()
            if outdated or took <= _SAME:
                self._offset, self._measured_at = offset, self._asked_at
        assert self._offset is not None
        return self._offset

    def _measurements(self, attempts: int) -> Iterator[tuple[int, int]]:
        """Yields duration and offset of each measurement, up to the first one that is quick."""
        for _ in range(attempts):
            asked = now_ms()
            seconds, micros = self._redis.time()
            answered = now_ms()
            yield answered - asked, seconds * 1000 + micros // 1000 - (asked + answered) // 2
            if answered - asked <= _SAME:
                return


def translate(news: StateMessage, own: int) -> StateMessage:
    """The news with times of this machine's clock, whose offset is `own`.

    None of them is later than now: where the clocks' measured difference is wrong, as after Redis' clock was
    set, no price is younger than its arrival here.
    """
    by = news.head.clock - own
    if abs(by) <= _SAME:
        return news
    return replace(
        news,
        head=_head(news.head, by),
        main=news.main and _snapshot(news.main, by),
        markets={name: each and _snapshot(each, by) for name, each in news.markets.items()},
        positions={name: _position(each, by) for name, each in news.positions.items()},
        account=news.account and _account(news.account, by),
        updates=tuple(replace(each, position=_position(each.position, by)) for each in news.updates),
    )


def _head(head: MessageHeader, by: int) -> MessageHeader:
    read_at = head.feed_stats.get("read_at")
    return (
        replace(head, feed_stats={**head.feed_stats, "read_at": read_at + by})
        if read_at is not None
        else head
    )


def _snapshot(snapshot: MarketSnapshot, by: int) -> MarketSnapshot:
    ticker, health = snapshot.ticker, snapshot.health
    return replace(
        snapshot,
        health=replace(health, received_at=_moved(health.received_at, by)),
        ticker=Ticker(
            last=_quote(ticker.last, by),
            bid=_quote(ticker.bid, by),
            ask=_quote(ticker.ask, by),
            mark=_quote(ticker.mark, by),
            change_24h=_quote(ticker.change_24h, by),
        ),
    )


def _position(live: LivePosition, by: int) -> LivePosition:
    return replace(live, valuation=replace(live.valuation, quote=_quote(live.quote, by)))


def _account(account: AccountState, by: int) -> AccountState:
    accounts = {
        name: replace(health, read_at=_moved(health.read_at, by)) for name, health in account.accounts.items()
    }
    return replace(account, accounts=accounts)


def _quote(quote: Quote | None, by: int) -> Quote | None:
    return None if quote is None else replace(quote, received_at=_later(quote.received_at, by))


def _moved(at: int | None, by: int) -> int | None:
    return None if at is None else _later(at, by)


def _later(at: int, by: int) -> int:
    return min(at + by, now_ms())
