"""Subscriptions to markets: one task for each watched symbol."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable


class Subscriptions:
    """Starts and cancels the tasks that watch markets. Runs in one event loop."""

    def __init__(self, watch: Callable[[str], Coroutine[object, object, None]]) -> None:
        """`watch` watches one market until it is cancelled."""
        self._watch = watch
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def set_symbols(self, symbols: Iterable[str]) -> None:
        """Watches exactly these symbols."""
        watched = set(symbols)
        for symbol in self._tasks.keys() - watched:
            self._tasks.pop(symbol).cancel()
        for symbol in sorted(watched - self._tasks.keys()):
            self._tasks[symbol] = asyncio.get_running_loop().create_task(self._watch(symbol))

    async def close(self) -> None:
        """Cancels all tasks and waits for their end."""
        tasks, self._tasks = list(self._tasks.values()), {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
