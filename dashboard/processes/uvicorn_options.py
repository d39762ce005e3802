"""Options of uvicorn that every process shares: a client can neither delay a shutdown nor send much."""

from typing import Any

from dashboard.processes.http_protocol import HttpProtocol
from dashboard.processes.websocket_protocol import WebSocketProtocol

MAX_MESSAGE_BYTES = 64 * 1024
"""Size limit of an incoming websocket message; clients send short commands only."""


def uvicorn_options(*, shutdown_timeout_s: int) -> dict[str, Any]:
    """Options for `uvicorn.Config`. A shutdown cuts off open requests after `shutdown_timeout_s`."""
    return {
        "http": HttpProtocol,  # of h11: httptools does not limit the size of request headers
        "ws": WebSocketProtocol,
        "ws_max_size": MAX_MESSAGE_BYTES,
        "ws_ping_interval": 20,  # detects clients that vanished without closing
        "ws_ping_timeout": 20,
        "ws_per_message_deflate": False,  # views are small and shared: compressing each copy costs more
        "timeout_graceful_shutdown": shutdown_timeout_s,
        "server_header": False,
        "proxy_headers": False,  # dashboard.auth.trusted_proxies decides whose are believed
        "log_config": None,  # logging is configured already
    }
