"""Addresses to listen on: beyond this machine only with a password."""

import pytest

from dashboard.auth.auth_store import AuthStore
from dashboard.auth.bind_policy import is_reachable, require_password_for
from dashboard.errors import SettingsError
from tests.auth.conftest import PASSWORD


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::", "dash.example.org", ""])  # noqa: S104
def test_address_beyond_this_machine_needs_a_password(store: AuthStore, host: str) -> None:
    with pytest.raises(SettingsError) as error:
        require_password_for([(host, 8056)], store)
    assert str(error.value) == (
        f"--host {host}: beyond this machine a password is needed: set one with dashboard-admin set-password"
    )
    store.set_password(PASSWORD)
    require_password_for([(host, 8056)], store)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.7", "::1", "localhost"])
def test_loopback_address_needs_no_password(store: AuthStore, host: str) -> None:
    require_password_for([(host, 8056)], store)


def test_unix_socket_needs_no_password(store: AuthStore) -> None:
    require_password_for(["/run/dashboard/web.sock"], store)


@pytest.mark.parametrize(
    ("address", "reachable"),
    [
        (("127.0.0.1", 8056), False),
        (("localhost", 8056), False),
        (("192.168.1.7", 8056), True),
        ("/run/dashboard/web.sock", True),
    ],
)
def test_reachable_addresses(address: object, reachable: bool) -> None:
    assert is_reachable(address) is reachable
