"""Names under which it may be reached, and addresses on which it may listen."""

import pytest
from fastapi import FastAPI

from dashboard.auth.allowed_hosts import parse_allowed_hosts
from dashboard.auth.auth_store import AuthStore
from dashboard.auth.bind_policy import require_password_for
from dashboard.auth.origin import add_origin_checks
from dashboard.errors import SettingsError
from tests.auth.conftest import PASSWORD
from tests.auth.test_api_access import answer


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (None, []),
        ("", []),
        (" , ", []),
        ("dash.example.org", ["dash.example.org"]),
        ("Dash.Example.org, context ,192.168.1.7", ["dash.example.org", "context", "192.168.1.7"]),
        ("fd00::7", ["fd00::7", "[fd00::7]"]),
        ("[fd00::7]", ["fd00::7", "[fd00::7]"]),
    ],
)
def test_names(text: str | None, names: list[str]) -> None:
    assert parse_allowed_hosts(text) == names


@pytest.mark.parametrize(
    "text",
    ["https://dash.example.org", "dash.example.org:443", "*", "*.example.org", "a/b", "a b", "a..b", ".a",
     "a.", "dash.example.org,[fd00::7]:80", "däsh.example"],
)  # fmt: skip
def test_what_is_no_name(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^--allowed-hosts '.*': write names alone"):
        parse_allowed_hosts(text)
    with pytest.raises(SettingsError):
        add_origin_checks(FastAPI(), "127.0.0.1", text)


@pytest.mark.parametrize(
    ("host", "status"),
    [("dash.example.org", 200), ("DASH.example.org:8443", 200), ("[fd00::7]:80", 200), ("evil.example", 400)],
)
async def test_they_are_let_in(host: str, status: int) -> None:
    sent = await answer("http", "/", host, allowed_hosts="dash.example.org,fd00::7")
    assert sent[0]["status"] == status


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::", "dash.example.org", ""])  # noqa: S104
def test_beyond_this_machine_a_password_is_needed(store: AuthStore, host: str) -> None:
    with pytest.raises(SettingsError) as error:
        require_password_for([(host, 8056)], store)
    assert str(error.value) == (
        f"--host {host}: beyond this machine a password is needed: set one with dashboard-admin set-password"
    )
    store.set_password(PASSWORD)
    require_password_for([(host, 8056)], store)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.7", "::1", "localhost"])
def test_on_this_machine_it_is_not(store: AuthStore, host: str) -> None:
    require_password_for([(host, 8056)], store)


def test_a_socket_among_the_files_is_on_this_machine(store: AuthStore) -> None:
    require_password_for(["/run/dashboard/web.sock"], store)
