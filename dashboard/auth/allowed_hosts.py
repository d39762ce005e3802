"""Host names under which the dashboard answers: this machine's own, and those of the settings.

Any other name may be a site's that was made to resolve to 127.0.0.1 (DNS rebinding), whose pages a browser
would then let read everything here.
"""

import re
from collections.abc import Collection
from ipaddress import IPv6Address, ip_address

from dashboard.errors import SettingsError

LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?", re.IGNORECASE)
_HOST_HEADER = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:\d+)?", re.IGNORECASE)


def parse_allowed_hosts(text: str | None) -> list[str]:
    """Returns the names of a comma-separated list in lower case, IPv6 in brackets. Raises SettingsError."""
    return [_host_name(part.strip()) for part in (text or "").split(",") if part.strip()]


def is_allowed_host(header: str, hosts: Collection[str]) -> bool:
    """True if a Host header names one of the `hosts`, with any port."""
    match = _HOST_HEADER.fullmatch(header)
    return match is not None and match[1].lower() in hosts


def is_loopback(host: str) -> bool:
    """True for an address or a name that only this machine can reach; IPv6 with or without brackets."""
    try:
        return host == "localhost" or ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False


def bracketed(address: str) -> str:
    """Returns a host as it stands in a Host header: an IPv6 address in brackets."""
    return f"[{address}]" if ":" in address else address


def _host_name(text: str) -> str:
    if _NAME.fullmatch(text) and ".." not in text:
        return text.lower()
    try:
        return f"[{IPv6Address(text.removeprefix('[').removesuffix(']'))}]"
    except ValueError:
        raise SettingsError(
            f"--allowed-hosts {text!r}: give names without scheme, port or *: dash.example.org"
        ) from None
