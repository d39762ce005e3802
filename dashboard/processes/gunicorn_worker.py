"""The worker class of the web processes: uvicorn under gunicorn, with our limits, and known to systemd."""

from typing import Any

from uvicorn_worker import UvicornWorker

from dashboard.clock import now_ms
from dashboard.processes.uvicorn_options import uvicorn_options
from dashboard.systemd import Watchdog

_HANGS = 10_000
"""Milliseconds after which a worker that hears nothing, not even silence, is said to hang."""


class Worker(UvicornWorker):
    """Sends gunicorn its heartbeat, and systemd's watchdog a sign, from the event loop that serves."""

    CONFIG_KWARGS: dict[str, Any] = {  # noqa: RUF012 # uvicorn-worker's own way to take options
        **UvicornWorker.CONFIG_KWARGS,
        **uvicorn_options(farewell=5),
        "timeout_notify": 2,
        "access_log": False,  # nginx keeps one
        "log_level": "warning",  # the lines of websockets have their queries in them
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._watchdog = Watchdog()

    async def callback_notify(self) -> None:
        """Is called by uvicorn while its loop turns. Without a sign gunicorn replaces the worker."""
        if now_ms() - self.wsgi.state.hearing.worked_at < _HANGS:
            await super().callback_notify()
            self._watchdog.alive()
