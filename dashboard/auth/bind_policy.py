"""Addresses to listen on: beyond this machine only with a password set."""

from collections.abc import Iterable

from dashboard.auth.allowed_hosts import is_loopback
from dashboard.auth.auth_store import AuthStore
from dashboard.errors import SettingsError


def require_password_for(addresses: Iterable[object], store: AuthStore) -> None:
    """Raises SettingsError if an address is reachable from other machines while no password is set.

    Addresses are those of `socket`: a tuple of host and port, or the path of a Unix socket, which is local.
    """
    for address in addresses:
        if isinstance(address, tuple) and not is_loopback(address[0]) and not store.has_password:
            raise SettingsError(
                f"--host {address[0]}: beyond this machine a password is needed: "
                "set one with dashboard-admin set-password"
            )


def is_reachable(address: object) -> bool:
    """True if others can reach the address: by its host, or through a proxy in front of a Unix socket."""
    return not isinstance(address, tuple) or not is_loopback(address[0])
