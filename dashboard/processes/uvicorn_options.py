"""How the application is served, whoever serves it: no viewer can hold up the shut-down."""

from typing import Any

MESSAGE_LIMIT = 64 * 1024
"""Bytes of the largest websocket message taken from a viewer, who has little to say."""


def uvicorn_options(*, farewell: int) -> dict[str, Any]:
    """Options for uvicorn's Config. `farewell` is the time in seconds that requests have at a shut-down."""
    return {
        "http": "h11",  # the faster one has no limit for what comes before a request's body
        "ws_max_size": MESSAGE_LIMIT,
        "ws_ping_interval": 20,  # a viewer who is gone without a word is found
        "ws_ping_timeout": 20,
        "ws_per_message_deflate": False,  # a view is small and the same for all: do not compress it for each
        "timeout_graceful_shutdown": farewell,
        "server_header": False,
        "log_config": None,  # ours is set already
    }
