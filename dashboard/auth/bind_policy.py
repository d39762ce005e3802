"""Where the dashboard may listen: beyond this machine only behind a password."""

from collections.abc import Iterable
from ipaddress import ip_address

from dashboard.auth.auth_store import AuthStore
from dashboard.errors import SettingsError


def require_password_for(addresses: Iterable[object], store: AuthStore) -> None:
    """Raises SettingsError if one can be reached from elsewhere while no password is set.

    They are as `socket` has them: host and port, or the path of a socket, which is always on this machine.
    """
    for address in addresses:
        if isinstance(address, tuple) and not _is_this_machine(address[0]) and not store.has_password:
            raise SettingsError(
                f"--host {address[0]}: beyond this machine a password is needed: "
                "set one with dashboard-admin set-password"
            )


def is_reachable(address: object) -> bool:
    """Whether others can get there: by its host, or, as a socket among the files, through a proxy."""
    return not isinstance(address, tuple) or not _is_this_machine(address[0])


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
