"""Names in Redis, and the way to it."""

from urllib.parse import urlsplit

from redis import Redis
from redis.exceptions import RedisError

from dashboard.errors import DashboardError, SettingsError

LEASE = "dashboard:lease"
"""The token of the feed that leads; gone when it was not renewed in time."""
EPOCH = "dashboard:epoch"
"""The newest epoch: the one that leads counts its messages anew."""
STATE = "dashboard:state"
"""A hash of all that is known now; see `wire`."""
CHANNEL = "dashboard:news"
"""The channel of what changes."""
COMMANDS = "dashboard:commands"
"""A list of what workers ask of the feed."""
ANSWERS = "dashboard:answer:"
"""Before a command's id: the list in which it is answered."""

_PATIENCE = 1.0
"""Seconds that Redis has for an answer: what is shown meanwhile grows old."""


class RedisUnavailable(DashboardError):
    """Redis cannot be reached, or refuses. It may pass by itself."""


def connect(url: str) -> Redis:
    """A client, which connects when it is used. Raises SettingsError for what is no address of a Redis."""
    try:
        return Redis.from_url(url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE)
    except ValueError as error:
        raise SettingsError(
            f"--redis-url: {error}; write it like unix:///run/redis/redis.sock or redis://127.0.0.1:6379/0"
        ) from None


def describe_error(error: RedisError, url: str) -> str:
    """What went wrong, as one line, without a password that the address may hold."""
    parts = urlsplit(url)
    where = parts.path if parts.scheme == "unix" else f"{parts.hostname}:{parts.port or 6379}"
    return f"Redis at {where}: {' '.join(str(error).split()) or type(error).__name__}"
