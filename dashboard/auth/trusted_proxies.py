"""Proxies that are believed: those of the settings, and the peers of a unix socket.

The one place that reads X-Forwarded-For and X-Forwarded-Proto: the options of the server switch its own off.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

from dashboard.errors import SettingsError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_MAPPED_PREFIX = 96
"""Bits before an IPv4 address that IPv6 carries."""
_SCHEMES = {"http": {"http": "http", "https": "https"}, "websocket": {"http": "ws", "https": "wss"}}


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """The networks whose X-Forwarded-For and X-Forwarded-Proto are believed."""

    networks: tuple[Network, ...] = ()

    @classmethod
    def parse(cls, text: str | None) -> "TrustedProxies":
        """Parses a comma-separated list of addresses and networks. Raises SettingsError."""
        return cls(tuple(_network(part.strip()) for part in (text or "").split(",") if part.strip()))

    def resolve(self, scope: Scope) -> Scope:
        """Returns the scope with the client and the scheme that a trusted proxy reports."""
        if not self._is_believed(scope):
            return scope
        headers = Headers(scope=scope)
        forwarded = [each for line in headers.getlist("x-forwarded-for") for each in line.split(",")]
        protocol = headers.getlist("x-forwarded-proto")[-1:] or [""]
        scheme = _SCHEMES[scope["type"]].get(protocol[0].rpartition(",")[2].strip().lower())
        return {
            **scope,
            "client": (self._client(forwarded), 0) if forwarded else scope.get("client"),
            "scheme": scheme or scope["scheme"],
        }

    def _is_believed(self, scope: Scope) -> bool:
        """True for a unix socket, which has a path instead of a port, and for a trusted address."""
        server, client = scope.get("server"), scope.get("client")
        return bool(server and server[1] is None) or bool(client and self._trusts(client[0]))

    def _client(self, forwarded: list[str]) -> str:
        """Returns the last address that is not a trusted proxy's: what stands before it may be made up."""
        strangers = (each for each in reversed(forwarded) if not self._trusts(_without_port(each)))
        return _without_port(next(strangers, forwarded[0]))

    def _trusts(self, host: str) -> bool:
        try:
            address = plain_address(host)
        except ValueError:
            return False
        return any(address in network for network in self.networks)


NO_PROXIES = TrustedProxies()
"""None over TCP."""


def plain_address(text: str) -> Address:
    """Returns an address without its zone, as IPv4 where IPv6 only carries one. Raises ValueError."""
    address = ip_address(text.partition("%")[0])
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def _without_port(text: str) -> str:
    """Returns the address of `203.0.113.9:443` or `[2001:db8::1]:443`; other text unchanged."""
    text = text.strip()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


def _network(text: str) -> Network:
    try:
        network = _plain_network(ip_network(text))
    except ValueError:
        raise SettingsError(
            f"--trusted-proxies {text!r}: is no address or network: write it like 127.0.0.1 or 10.0.0.0/8"
        ) from None
    if network.prefixlen == 0:
        raise SettingsError(f"--trusted-proxies {text!r}: believes everyone: name the proxies' own addresses")
    return network


def _plain_network(network: Network) -> Network:
    """A network of IPv4 addresses that IPv6 carries, as IPv4, since `plain_address` makes them so, too."""
    first = plain_address(str(network.network_address))
    if network.version == 4 or not isinstance(first, IPv4Address) or network.prefixlen < _MAPPED_PREFIX:
        return network
    return IPv4Network((first, network.prefixlen - _MAPPED_PREFIX))
