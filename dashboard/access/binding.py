"""Where the dashboard may listen: beyond this machine only behind a password."""

from ipaddress import ip_address

from dashboard.access.store import AccessStore
from dashboard.errors import SettingsError


def refuse_open_host(host: str, store: AccessStore) -> None:
    """Raises SettingsError if `host` can be reached from elsewhere while no password is set."""
    if not _is_this_machine(host) and not store.has_password:
        raise SettingsError(
            f"--host {host}: beyond this machine a password is needed: "
            "set one with dashboard-admin set-password"
        )


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
