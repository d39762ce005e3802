"""Which markets are watched beside the main one: a task for each."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable


class Subscriptions:
    """Starts and ends the watching of markets. Belongs to one event loop."""

    def __init__(self, watch: Callable[[str], Coroutine[object, object, None]]) -> None:
        """`watch` watches one market until it is cancelled."""
        self._watch = watch
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def follow(self, symbols: Iterable[str]) -> None:
        """From now on exactly these."""
        wanted = set(symbols)
        for symbol in self._tasks.keys() - wanted:
            self._tasks.pop(symbol).cancel()
        for symbol in sorted(wanted - self._tasks.keys()):
            self._tasks[symbol] = asyncio.get_running_loop().create_task(self._watch(symbol))

    async def end(self) -> None:
        """Ends all of them."""
        tasks, self._tasks = list(self._tasks.values()), {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
