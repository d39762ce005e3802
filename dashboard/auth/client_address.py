"""The network address of a client, as login attempts are counted by it."""

from ipaddress import IPv6Address, ip_network

from starlette.types import Scope

from dashboard.auth.trusted_proxies import plain_address

UNKNOWN = "unknown"


def client_address(scope: Scope) -> str:
    """Returns the address by which attempts of the scope's client are counted."""
    client = scope.get("client")
    try:
        return counted_address(client[0]) if client else UNKNOWN
    except ValueError:
        return UNKNOWN


def counted_address(text: str) -> str:
    """Returns the IPv4 address, or the /64 network of an IPv6 address, which is one household's.

    Raises ValueError.
    """
    address = plain_address(text)
    return str(ip_network((address, 64), strict=False) if isinstance(address, IPv6Address) else address)
