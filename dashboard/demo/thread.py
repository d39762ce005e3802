"""The demo exchange in a thread of its own, for the demo mode and for synchronous tests."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TypeVar

from dashboard.demo.demo_exchange import DemoExchange
from dashboard.demo.market.demo_market import DemoMarket

Result = TypeVar("Result")


class DemoThread:
    """Runs an exchange in a thread with its own event loop, so that no other task delays its ticks."""

    def __init__(self, exchange: DemoExchange | None = None) -> None:
        self.exchange = exchange or DemoExchange()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None

    def start(self) -> None:
        """Starts the thread and waits until the exchange listens; raises the errors of its start."""
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="demo-exchange", daemon=True)
        self._thread.start()
        try:
            self.call(self.exchange.start())
        except BaseException:
            self._stop_loop()
            raise

    def stop(self) -> None:
        """Stops the exchange and its thread; does nothing if they are stopped."""
        if self._loop is not None:
            self.call(self.exchange.stop())
            self._stop_loop()

    def call(self, coroutine: Coroutine[object, object, Result], timeout_s: float = 10.0) -> Result:
        """Runs a coroutine, such as `exchange.publish(...)`, in the exchange's loop; returns its result."""
        if self._loop is None:
            coroutine.close()
            raise RuntimeError("the demo exchange is not running: call start() first")
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout_s)

    def _stop_loop(self) -> None:
        loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            # Connections closed last end in one more turn of the loop.
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()


@contextmanager
def running_demo(
    market: DemoMarket | None = None,
    *,
    port: int = 0,
    tick_interval_s: float | None = 0.1,
    trader: bool = False,
) -> Iterator[DemoThread]:
    """Runs a demo exchange during a `with` block; yields its thread."""
    demo = DemoThread(DemoExchange(market, port=port, tick_interval_s=tick_interval_s, trader=trader))
    demo.start()
    try:
        yield demo
    finally:
        demo.stop()
