"""Markets: a live state for each market that is watched, the one asked for and those of open positions."""

import threading
from collections.abc import Callable, Iterable

from dashboard.domain.events import FeedEvent
from dashboard.state.runtime import Listener, RuntimeConfig, Snapshot


class Markets:
    """Keeps one RuntimeConfig a market, so that a tick of one costs the others nothing.

    `apply` and `keep` are the feed's, in its one thread; reading and registering are anybody's.
    """

    def __init__(self, main: RuntimeConfig, beside: Callable[[], RuntimeConfig]) -> None:
        """`main` is the market that the user asked for; `beside` makes the state of another one."""
        self.main = main
        self._beside = beside
        self._others: dict[str, RuntimeConfig] = {}
        self._listeners: list[Listener] = []
        self._registering = threading.Lock()
        main.register(self._tell)

    @property
    def symbol(self) -> str | None:
        """The main market's unified symbol; None until it was found."""
        instrument = self.main.snapshot.instrument
        return instrument.symbol if instrument else None

    def of(self, symbol: str | None) -> RuntimeConfig | None:
        """The state of the market `symbol`, the main one for None; None where it is not watched."""
        if symbol is None or symbol == self.symbol:
            return self.main
        return self._others.get(symbol)

    def snapshots(self) -> tuple[Snapshot, ...]:
        """What is known of every market now, the main one first."""
        return tuple(each.snapshot for each in (self.main, *tuple(self._others.values())))

    def beside(self) -> dict[str, Snapshot]:
        """What is known of the markets but the main one, by symbol."""
        return {symbol: market.snapshot for symbol, market in self._others.items()}

    def register(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener` with each new snapshot of each market. Returns what takes it off again.

        What holds for a listener of RuntimeConfig holds here.
        """
        with self._registering:
            self._listeners = [*self._listeners, listener]
        return lambda: self._unregister(listener)

    def apply(self, symbol: str | None, event: FeedEvent) -> None:
        """Lets an event change the market `symbol`, which is watched from now on; the main one for None."""
        self._market(symbol).apply(event)

    def mirror(self, symbol: str | None, snapshot: Snapshot) -> None:
        """Takes over what another process knows of a market; of the main one for None."""
        self._market(symbol).mirror(snapshot)

    def keep(self, symbols: Iterable[str]) -> None:
        """Forgets all markets but the main one and `symbols`."""
        wanted = set(symbols)
        self._others = {symbol: market for symbol, market in self._others.items() if symbol in wanted}

    def _market(self, symbol: str | None) -> RuntimeConfig:
        market = self.of(symbol)
        if market is None:
            assert symbol is not None
            market = self._beside()
            market.register(self._tell)
            self._others = self._others | {symbol: market}
        return market

    def _tell(self, snapshot: Snapshot) -> None:
        failed: Exception | None = None
        for listener in self._listeners:
            try:
                listener(snapshot)
            except Exception as error:
                failed = error  # RuntimeConfig logs it; the other listeners come first
        if failed is not None:
            raise failed

    def _unregister(self, listener: Listener) -> None:
        with self._registering:
            self._listeners = [one for one in self._listeners if one is not listener]
