"""Resets of the price websockets. All markets share them: a dead socket affects every market."""

from dashboard.clock import now_ms
from dashboard.exchange.exchange_client import ExchangeClient

_MAX_DOUBLINGS = 6
_FORGET_RESETS_AFTER_MS = 3_600_000
"""Resets for a single market count towards its next wait for this long."""


class SocketGuard:
    """Resets the websockets of `client` if they are dead: once for all markets that notice.

    The sockets work as long as other markets receive messages. A single silent market then waits before
    the others are interrupted for it, twice as long each time. Runs in one event loop.
    """

    def __init__(self, client: ExchangeClient, *, silence_ms: int, first_wait_ms: int) -> None:
        """A market is live for `silence_ms` after a message. A single silent one waits `first_wait_ms`."""
        self._client = client
        self._silence_ms = silence_ms
        self._first_wait_ms = first_wait_ms
        self._resets = 0
        self._resets_at_subscription: dict[str, int] = {}
        self._received_at: dict[str, int] = {}
        self._silent_since: dict[str, int] = {}
        self._single_resets: dict[str, tuple[int, int]] = {}

    def subscribed(self, symbol: str) -> None:
        """Records that a market is subscribed to over the current sockets."""
        self._resets_at_subscription[symbol] = self._resets

    def message_received(self, symbol: str) -> None:
        """Records a message of the websocket for a market."""
        self._received_at[symbol] = now_ms()
        self._silent_since.pop(symbol, None)

    def forget(self, symbol: str) -> None:
        """Drops a market that is no longer watched. Its single resets still count if it returns."""
        for records in (self._resets_at_subscription, self._received_at, self._silent_since):
            records.pop(symbol, None)

    def request_reset(self, symbol: str, since: int) -> bool:
        """Resets all sockets if that may help a market that failed at `since`. True if it did."""
        if self._resets_at_subscription.get(symbol) != self._resets:
            return False  # the failure was on sockets that are already replaced
        now = now_ms()
        others_live = self._others_received(symbol, max(since, now - self._silence_ms))
        if others_live and not self._has_waited(symbol, now):
            return False
        self._silent_since.clear()  # the reset serves all markets
        self._resets += 1
        self._client.reset_websockets()
        return True

    def _others_received(self, symbol: str, after: int) -> bool:
        return any(at > after for other, at in self._received_at.items() if other != symbol)

    def _has_waited(self, symbol: str, now: int) -> bool:
        """True if a market was silent long enough to interrupt the others."""
        silent_since = self._silent_since.setdefault(symbol, now)
        resets, last = self._single_resets.get(symbol, (0, 0))
        if now - last > _FORGET_RESETS_AFTER_MS:
            resets = 0
        if now - silent_since < self._first_wait_ms << min(resets, _MAX_DOUBLINGS):
            return False
        self._single_resets[symbol] = (resets + 1, now)
        return True
