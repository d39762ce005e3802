"""The demo exchange in a thread of its own, for the demo mode and for tests that are not asynchronous."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TypeVar

from dashboard.demo.demo_exchange import DemoExchange
from dashboard.demo.market.demo_market import DemoMarket

Result = TypeVar("Result")


class DemoThread:
    """Runs an exchange in a thread with an event loop of its own, so that nobody else delays its ticks."""

    def __init__(self, exchange: DemoExchange | None = None) -> None:
        self.exchange = exchange or DemoExchange()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None

    def start(self) -> None:
        """Starts the thread and waits until the exchange listens; what goes wrong there is raised here."""
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="demo-exchange", daemon=True)
        self._thread.start()
        try:
            self.call(self.exchange.start())
        except BaseException:
            self._end()
            raise

    def stop(self) -> None:
        """Stops the exchange and its thread; a second time it does nothing."""
        if self._loop is not None:
            self.call(self.exchange.stop())
            self._end()

    def call(self, coroutine: Coroutine[object, object, Result], timeout: float = 10.0) -> Result:
        """Runs a coroutine, such as `exchange.publish(...)`, in the exchange's loop; waits for its result."""
        if self._loop is None:
            coroutine.close()
            raise RuntimeError("the demo exchange is not running")
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout)

    def _end(self) -> None:
        loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()


@contextmanager
def running_demo(
    market: DemoMarket | None = None,
    *,
    port: int = 0,
    tick_interval: float | None = 0.1,
    trader: bool = False,
) -> Iterator[DemoThread]:
    """A demo exchange for the length of a `with` block; `.exchange` is it, `.call` runs its coroutines."""
    demo = DemoThread(DemoExchange(market, port=port, tick_interval=tick_interval, trader=trader))
    demo.start()
    try:
        yield demo
    finally:
        demo.stop()
