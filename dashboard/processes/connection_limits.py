"""Limits of the connections of one process: their number, by its file descriptors, and their time."""

import sys

RECEIVE_TIMEOUT_S = 15.0
"""Seconds for a whole request, from the connection or its first byte to the last byte of its body."""
SEND_TIMEOUT_S = 30.0
"""Seconds in which a client must read what was sent: 64 kB, or one message of a websocket."""
MAX_WEBSOCKET_FRAMES = 40
"""Frames of any kind that one websocket may send per second, fragments, pings and pongs included."""

_MAX_CONNECTIONS = 10_000
_WITHOUT_LIMIT = 512
"""Connections on Windows, which does not report a limit of descriptors."""


def max_connections() -> int:
    """Three quarters of the process's file descriptors: exchange, Redis, files and arrivals need the rest."""
    if sys.platform == "win32":
        return _WITHOUT_LIMIT
    import resource  # not on Windows

    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MAX_CONNECTIONS if soft == resource.RLIM_INFINITY else min(_MAX_CONNECTIONS, soft * 3 // 4)


def max_websockets() -> int:
    """Three quarters of the connections: the rest remains for requests, such as health checks."""
    return max_connections() * 3 // 4
