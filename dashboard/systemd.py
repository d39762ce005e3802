"""systemd's protocols for services: sd_notify(3), the watchdog, and sd_listen_fds(3).

Without systemd's environment variables each function does nothing.
"""

import logging
import os
import socket
import time

log = logging.getLogger(__name__)

_LISTEN_FDS_START = 3
"""The first inherited file descriptor, as in sd_listen_fds(3)."""


def is_managed() -> bool:
    """True if systemd started this process: errors that may pass are then retried instead of fatal."""
    return "NOTIFY_SOCKET" in os.environ


def notify(state: str) -> None:
    """Sends READY=1, WATCHDOG=1 or STATUS=... to systemd."""
    if is_managed():
        from gunicorn.systemd import sd_notify  # not available on every platform that the dashboard runs on

        sd_notify(state, log)


def inherited_socket() -> socket.socket | None:
    """Returns the listening socket that systemd opened for this service, if there is one."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return None
    from gunicorn.systemd import listen_fds

    return socket.socket(fileno=_LISTEN_FDS_START) if listen_fds() else None


class Watchdog:
    """Keep-alive pings for systemd, which restarts a service once they stop."""

    def __init__(self) -> None:
        timeout_s = int(os.environ.get("WATCHDOG_USEC", 0)) / 1_000_000
        self._interval_s = timeout_s / 4
        self._next_ping_s = 0.0

    def ping(self) -> None:
        """Sends WATCHDOG=1 if one is due. Cheap enough for each turn of a loop."""
        if self._interval_s and time.monotonic() >= self._next_ping_s:
            self._next_ping_s = time.monotonic() + self._interval_s
            notify("WATCHDOG=1")
