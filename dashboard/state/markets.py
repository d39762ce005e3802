"""Markets: the live state of every watched market, the main one and those of open positions."""

import logging
import threading
from collections.abc import Callable, Iterable

from dashboard.domain.events import FeedEvent
from dashboard.domain.keys import MarketKey
from dashboard.state.runtime import MarketListener, MarketSnapshot, RuntimeConfig

log = logging.getLogger(__name__)


class Markets:
    """Keeps one RuntimeConfig for each market, so that a tick of one costs the others nothing.

    The feed writes through `apply` and `keep`; any thread may read and register.
    """

    def __init__(self, main: MarketKey, poll_interval: int) -> None:
        """`main` is the market that the user asked for; `poll_interval` is in milliseconds."""
        self._poll_interval = poll_interval
        self._listeners: tuple[MarketListener, ...] = ()
        self._registration = threading.Lock()
        self._watching = threading.Lock()  # the feeds of several exchanges have a thread each
        self.requested_key = main
        """The key of the main market before its symbol was resolved."""
        self.main = self._watched(main)
        """The market that the user asked for. Its key changes once its symbol is resolved."""
        self._others: dict[MarketKey, RuntimeConfig] = {}

    @property
    def main_key(self) -> MarketKey:
        """The key of the main market."""
        return self.main.snapshot.key

    def is_main(self, key: MarketKey) -> bool:
        """True for the main market's key, also for the one before its symbol was resolved."""
        return key in (self.main_key, self.requested_key)

    def label(self, key: MarketKey) -> str:
        """Returns the name of a market for people: its symbol, with `@exchange` off the main exchange."""
        return key.symbol if key.exchange == self.main_key.exchange else f"{key.symbol}@{key.exchange}"

    def get(self, key: MarketKey) -> RuntimeConfig | None:
        """The state of one market; None while it is not watched."""
        return self.main if self.is_main(key) else self._others.get(key)

    def snapshots(self) -> dict[MarketKey, MarketSnapshot]:
        """Every watched market as it is now, the main one first."""
        states = (self.main, *self._others.copy().values())
        return {snapshot.key: snapshot for snapshot in (state.snapshot for state in states)}

    def register(self, listener: MarketListener) -> Callable[[], None]:
        """Calls `listener` with each new snapshot of each market. Returns the function that unregisters it.

        Listeners are called as those of RuntimeConfig are, in the order of their registration.
        """
        with self._registration:
            self._listeners += (listener,)
        return lambda: self._unregister(listener)

    def apply(self, key: MarketKey, event: FeedEvent) -> None:
        """Applies an event to one market, which is watched from now on."""
        self._watch(key).apply(event)

    def mirror(self, key: MarketKey, snapshot: MarketSnapshot) -> None:
        """Replaces the state of one market by that of another process."""
        self._watch(key).mirror(snapshot)

    def mirror_main(self, snapshot: MarketSnapshot) -> None:
        """Replaces the main market, which may become another one."""
        self.requested_key = snapshot.key
        self.main.mirror(snapshot)
        with self._watching:
            self._others = {key: state for key, state in self._others.items() if key != snapshot.key}

    def keep(self, keys: Iterable[MarketKey]) -> None:
        """Forgets every market but the main one and `keys`."""
        wanted = set(keys)
        with self._watching:
            self._others = {key: state for key, state in self._others.items() if key in wanted}

    def _watch(self, key: MarketKey) -> RuntimeConfig:
        with self._watching:
            state = self.get(key)
            if state is None:
                state = self._watched(key)
                self._others = self._others | {key: state}
            return state

    def _watched(self, key: MarketKey) -> RuntimeConfig:
        state = RuntimeConfig(key, self._poll_interval)
        state.register(self._notify)
        return state

    def _notify(self, snapshot: MarketSnapshot) -> None:
        for listener in self._listeners:
            try:
                listener(snapshot)
            except Exception:
                log.exception("a listener of the markets failed; the others are not affected")

    def _unregister(self, listener: MarketListener) -> None:
        with self._registration:
            self._listeners = tuple(each for each in self._listeners if each is not listener)
