"""The worker class of the web processes: uvicorn under gunicorn, with the dashboard's limits."""

from typing import Any

from uvicorn_worker import UvicornWorker

from dashboard.clock import now_ms
from dashboard.processes.uvicorn_options import uvicorn_options
from dashboard.systemd import Watchdog

_STALLED_AFTER_MS = 10_000
"""Milliseconds without work after which the subscriber's thread counts as stalled."""


class Worker(UvicornWorker):
    """Sends heartbeats to gunicorn and watchdog pings to systemd from the event loop that serves."""

    CONFIG_KWARGS: dict[str, Any] = {  # noqa: RUF012 # uvicorn-worker's own way to take options
        **UvicornWorker.CONFIG_KWARGS,
        **uvicorn_options(shutdown_timeout_s=5),
        "timeout_notify": 2,
        "access_log": False,  # nginx keeps one
        "log_level": "warning",  # uvicorn logs websockets with their query strings
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._watchdog = Watchdog()

    async def callback_notify(self) -> None:
        """Called by uvicorn every `timeout_notify` seconds; gunicorn replaces a worker without heartbeats."""
        if now_ms() - self.wsgi.state.subscriber.worked_at < _STALLED_AFTER_MS:
            await super().callback_notify()
            self._watchdog.ping()
