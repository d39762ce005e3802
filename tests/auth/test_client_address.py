"""The address by which login attempts are counted."""

import pytest

from dashboard.auth.client_address import client_address


@pytest.mark.parametrize(
    ("client", "address"),
    [
        (("192.0.2.7", 1), "192.0.2.7"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::/64"),
        (("2001:db8:1:2::", 1), "2001:db8:1:2::/64"),
        (("fe80::1%eth0", 1), "fe80::/64"),
        (("::ffff:192.0.2.7", 1), "192.0.2.7"),
        (("", 0), "unknown"),
        (("a proxy\nwith text", 0), "unknown"),
        (None, "unknown"),
    ],
)
def test_address_of_a_client(client: object, address: str) -> None:
    assert client_address({"client": client}) == address
