"""Security headers: the page may load from this server only, no other site may use what it serves."""

import re
from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HOST = re.compile(r"[\w.\-]{1,253}(:\d{1,5})?|\[[0-9a-fA-F:]{2,45}\](:\d{1,5})?")
"""A host as long as names and addresses can be: a proxy refuses responses with large headers."""

_OWN_CACHE_CONTROL = ("/assets/", "/_dash-component-suites/")
"""Paths that set Cache-Control themselves. All others may show the account, which the browser's history must
not do after the log-out."""

_UNUSED_FEATURES = (
    *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer"),
    *("microphone", "midi", "payment", "usb"),
)
FIXED_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _UNUSED_FEATURES),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
"""The same on every response. nginx adds them to its own, too: deploy/nginx/headers.conf."""


class SecurityHeaders:
    """Adds the headers to every response: refusals, failures and refused websockets included."""

    def __init__(self, app: ASGIApp, script_hashes: Sequence[str]) -> None:
        """`script_hashes` are those of the inline scripts, from Dash's `csp_hashes`."""
        self._app = app
        self._scripts = " ".join(["'self'", *script_hashes])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        policy = content_policy(self._scripts, Headers(scope=scope).get("host", ""))

        async def send_with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = policy
                headers.update(FIXED_HEADERS)
                if not scope["path"].startswith(_OWN_CACHE_CONTROL):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)


def content_policy(scripts: str, host: str) -> str:
    """The Content-Security-Policy. Websockets are named, since older Safari does not count them as 'self'."""
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self'",
            f"connect-src 'self'{sockets}",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )
