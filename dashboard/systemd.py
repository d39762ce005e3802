"""What systemd gives to a service and hears from it; nothing of it happens elsewhere.

Protocols: sd_notify(3) and sd_listen_fds(3).
"""

import logging
import os
import socket
import time

log = logging.getLogger(__name__)

_FIRST = 3
"""The file descriptor of the first socket that was handed over."""


def is_managed() -> bool:
    """Whether systemd started this, and nobody sits in front of it who could mend something at once."""
    return "NOTIFY_SOCKET" in os.environ


def notify(state: str) -> None:
    """Says READY=1, WATCHDOG=1, STATUS=... to systemd."""
    if is_managed():
        from gunicorn.systemd import sd_notify  # not on every system that the dashboard runs on

        sd_notify(state, log)


def inherited_socket() -> socket.socket | None:
    """The listening socket that systemd keeps for this service, if there is one."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return None
    from gunicorn.systemd import listen_fds

    return socket.socket(fileno=_FIRST) if listen_fds() else None


class Watchdog:
    """Tells systemd that the service is alive: one that hangs falls silent, and is restarted."""

    def __init__(self) -> None:
        wanted = int(os.environ.get("WATCHDOG_USEC", 0)) / 1_000_000
        self._interval = wanted / 4
        self._next = 0.0

    def alive(self) -> None:
        """To be called often; says it as often as needed."""
        if self._interval and time.monotonic() >= self._next:
            self._next = time.monotonic() + self._interval
            notify("WATCHDOG=1")
