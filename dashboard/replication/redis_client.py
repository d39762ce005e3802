"""Connection to Redis, and its errors as one line."""

from urllib.parse import urlsplit

from redis import Redis
from redis.exceptions import RedisError

from dashboard.errors import SettingsError
from dashboard.outside_text import scrub

_TIMEOUT_S = 1.0
"""Time allowed for a connection or a response. The mirrored state ages while a client waits."""


def connect(url: str) -> Redis:
    """Returns a client, which connects on first use. Raises SettingsError if `url` is no Redis URL."""
    try:
        return Redis.from_url(url, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S)
    except ValueError as error:
        raise SettingsError(
            f"--redis-url: {error}; write it like unix:///run/redis/redis.sock or redis://127.0.0.1:6379/0"
        ) from None


def describe_error(error: RedisError, url: str) -> str:
    """Returns address and error as one line, without the password that the URL may contain."""
    parts = urlsplit(url)
    where = parts.path if parts.scheme == "unix" else f"{parts.hostname}:{parts.port or 6379}"
    return f"Redis at {where}: {scrub(str(error)) or type(error).__name__}"
