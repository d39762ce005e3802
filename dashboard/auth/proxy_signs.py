"""Signs that a proxy has passed a request on: others than the users of this machine may have sent it."""

from starlette.datastructures import Headers
from starlette.types import Scope

_HEADERS = frozenset((
    "forwarded", "via", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip", "client-ip",
    "x-rewrite-url", "x-scheme", "x-url-scheme", "front-end-https", "cdn-loop", "x-varnish", "x-arr-ssl",
    "x-arr-log-id", "x-amzn-trace-id", "x-azure-clientip", "x-azure-ref", "x-appengine-user-ip",
    "x-nginx-proxy", "x-proxyuser-ip",
))  # fmt: skip
_PREFIXES = (
    "x-forwarded", "x-original-", "x-envoy-", "cf-", "fastly-", "fly-", "tailscale-", "x-goog-",
    "x-amz-cf-", "x-vercel-", "akamai-", "x-akamai-", "incap-", "x-sucuri-", "ngrok-",
    "remote-", "x-remote-", "x-webauth-", "x-auth-request-", "x-authentik-",
)  # fmt: skip
"""Of any proxy, of Envoy, of hosting and tunnel services, and of those that log users in for others."""
_OLD_VERSIONS = ("0.9", "1.0")


def proxy_sign(scope: Scope) -> str | None:
    """Returns what shows that a proxy passed the request on, such as the name of a header; else None.

    That includes HTTP/1.0, which no browser speaks, but nginx does by default.
    """
    if scope.get("http_version") in _OLD_VERSIONS:
        return f"HTTP/{scope['http_version']}"
    names = (name.lower() for name in Headers(scope=scope))
    return next((name for name in names if name in _HEADERS or name.startswith(_PREFIXES)), None)
