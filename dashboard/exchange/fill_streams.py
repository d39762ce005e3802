"""FillStreams: an account's trades from all of its websockets."""

import asyncio

from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.adapters.families import Params
from dashboard.exchange.normalize import Raw


class FillStreams:
    """Waits for trades on every stream of an adapter. Streams may share a connection."""

    def __init__(self, adapter: AccountAdapter) -> None:
        """Connects when trades are awaited for the first time."""
        self._adapter = adapter
        self._watchers: dict[int, asyncio.Task[list[Raw]]] = {}

    async def next_trades(self) -> list[Raw]:
        """Returns the next trades of any stream. Raises ccxt's error if one stream fails."""
        first, *others = self._adapter.fill_streams
        if not others or self._adapter.has_all_fill_streams():
            self._cancel()
            # Not a task: it starts one iteration of the loop later, which delays fills.
            return await self._adapter.watch_trades(first)
        try:
            return await self._next_of((first, *others))
        except BaseException:
            self._cancel()
            raise

    async def _next_of(self, streams: tuple[Params, ...]) -> list[Raw]:
        """Returns the trades of those that end first, and leaves the others waiting."""
        for index, params in enumerate(streams):
            if index not in self._watchers:
                self._watchers[index] = asyncio.create_task(self._adapter.watch_trades(params))
        done, _ = await asyncio.wait(self._watchers.values(), return_when=asyncio.FIRST_COMPLETED)
        finished = [index for index, watcher in self._watchers.items() if watcher in done]
        rows = [row for index in finished for row in self._watchers.pop(index).result()]
        # Streams of one connection each return every trade.
        return list({id(row): row for row in rows}.values())

    def _cancel(self) -> None:
        for watcher in self._watchers.values():
            watcher.cancel()
        self._watchers.clear()
