"""Times of one machine's monotonic clock, read on another. Redis' clock is what both can see."""

from dataclasses import replace

from redis import Redis

from dashboard.clock import now_ms
from dashboard.domain.market import Quote, Ticker
from dashboard.runtime import Snapshot
from dashboard.sync.wire import Account, News
from dashboard.tracking.live import LivePosition

_SAME = 50
"""Milliseconds of difference up to which two clocks are one, measured twice."""
_LASTS = 2_000
"""Milliseconds for which a measured offset is used."""


class Timing:
    """Knows how far Redis' clock is ahead of this machine's monotonic one."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._measured: tuple[int, int] | None = None

    def offset(self) -> int:
        """In ms, at most a few seconds old; wrong by half the way to Redis. Raises RedisError."""
        now = now_ms()
        if self._measured is None or now - self._measured[0] > _LASTS:
            seconds, micros = self._redis.time()
            self._measured = now, seconds * 1000 + micros // 1000 - (now + now_ms()) // 2
        return self._measured[1]


def translated(news: News, own: int) -> News:
    """The news with times of this machine's clock, whose offset is `own`."""
    by = news.head.clock - own
    if abs(by) <= _SAME:
        return news
    return replace(
        news,
        main=news.main and _snapshot(news.main, by),
        markets={name: each and _snapshot(each, by) for name, each in news.markets.items()},
        positions={name: _position(each, by) for name, each in news.positions.items()},
        account=news.account and _account(news.account, by),
        updates=tuple(replace(each, position=_position(each.position, by)) for each in news.updates),
    )


def _snapshot(snapshot: Snapshot, by: int) -> Snapshot:
    ticker, health, holdings = snapshot.ticker, snapshot.health, snapshot.holdings
    return replace(
        snapshot,
        health=replace(health, received_at=_moved(health.received_at, by)),
        holdings=replace(holdings, read_at=_moved(holdings.read_at, by)),
        ticker=Ticker(
            last=_quote(ticker.last, by),
            bid=_quote(ticker.bid, by),
            ask=_quote(ticker.ask, by),
            mark=_quote(ticker.mark, by),
            change_24h=_quote(ticker.change_24h, by),
        ),
        valuation=replace(snapshot.valuation, quote=_quote(snapshot.valuation.quote, by)),
    )


def _position(live: LivePosition, by: int) -> LivePosition:
    return replace(live, quote=_quote(live.quote, by))


def _account(account: Account, by: int) -> Account:
    return replace(account, health=replace(account.health, read_at=_moved(account.health.read_at, by)))


def _quote(quote: Quote | None, by: int) -> Quote | None:
    return None if quote is None else replace(quote, received_at=quote.received_at + by)


def _moved(at: int | None, by: int) -> int | None:
    return None if at is None else at + by
