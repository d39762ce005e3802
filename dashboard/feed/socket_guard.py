"""When the websockets of prices are renewed. All markets share them: one's trouble is everybody's."""

from dashboard.clock import now_ms
from dashboard.exchange.exchange_client import ExchangeClient

_DOUBLINGS = 6
_REMEMBERED = 3_600_000
"""Milliseconds after which a renewal for one market alone is forgotten."""


class SocketGuard:
    """Breaks the sockets of `client` where they are deaf, and once for all who notice. Belongs to one loop.

    While other markets are heard it is not the socket that is deaf. Then one market has to wait before
    the others are disturbed for it, each time twice as long; it is polled meanwhile.
    """

    def __init__(self, client: ExchangeClient, *, silence: int, alone: int) -> None:
        """Milliseconds: who spoke within `silence` is heard; `alone` is the first wait of one market."""
        self._client = client
        self._silence = silence
        self._alone = alone
        self._renewals = 0
        self._began: dict[str, int] = {}
        self._heard: dict[str, int] = {}
        self._wished: dict[str, int] = {}
        self._granted: dict[str, tuple[int, int]] = {}

    def begins(self, symbol: str) -> None:
        """A market begins to wait for the websocket, on the sockets of now."""
        self._began[symbol] = self._renewals

    def heard(self, symbol: str) -> None:
        """The websocket told something of a market."""
        self._heard[symbol] = now_ms()
        self._wished.pop(symbol, None)

    def forget(self, symbol: str) -> None:
        """A market is watched no more. How often it was helped alone counts if it comes again."""
        for known in (self._began, self._heard, self._wished):
            known.pop(symbol, None)

    def renew(self, symbol: str, since: int) -> bool:
        """Breaks all sockets if that may help a market in trouble from `since` on; says whether it did."""
        if self._began.get(symbol) != self._renewals:
            return False  # its trouble was with sockets that are gone
        now = now_ms()
        if self._others_heard(symbol, max(since, now - self._silence)) and not self._alone_in_turn(
            symbol, now
        ):
            return False
        self._wished.clear()  # it is done for everybody
        self._renewals += 1
        self._client.reset_websockets()
        return True

    def _others_heard(self, symbol: str, after: int) -> bool:
        return any(at > after for other, at in self._heard.items() if other != symbol)

    def _alone_in_turn(self, symbol: str, now: int) -> bool:
        """Whether a market has waited long enough for the others to be disturbed."""
        wished_at = self._wished.setdefault(symbol, now)
        times, last = self._granted.get(symbol, (0, 0))
        if now - last > _REMEMBERED:
            times = 0
        if now - wished_at < self._alone << min(times, _DOUBLINGS):
            return False
        self._granted[symbol] = (times + 1, now)
        return True
