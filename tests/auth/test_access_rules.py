"""The access settings together: what is for others requires a login."""

import pytest

from dashboard.auth.access_rules import AccessRules


@pytest.mark.parametrize(
    ("settings", "required"),
    [
        ({}, False),
        ({"login_required": True}, True),
        ({"allowed_hosts": "dash.example.org"}, True),
        ({"allowed_hosts": "localhost,192.168.1.7"}, True),
        ({"allowed_hosts": "fd00::7"}, True),
        ({"allowed_hosts": "desktop"}, True),
        ({"allowed_hosts": "dash.localhost"}, True),
        ({"allowed_hosts": "localhost, 127.0.0.7,[::1]"}, False),
        ({"trusted_proxies": "127.0.0.1"}, True),
        ({"trusted_proxies": " , "}, False),
        ({"host": "127.0.0.7"}, False),
        ({"access_keys": "bot:a-key-of-enough-characters"}, False),
    ],
)
def test_login_is_required_for_others(settings: dict[str, object], required: bool) -> None:
    assert AccessRules.parse(**settings).login_required is required  # type: ignore[arg-type] # a row of the table
