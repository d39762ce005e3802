"""Access keys: their format in the settings, and where a request may carry one."""

from hashlib import sha256

import pytest
from starlette.datastructures import Headers

from dashboard.auth.access_keys import has_key_in_query, key_owner, parse_access_keys
from dashboard.errors import SettingsError

KEY = "a-key-of-enough-characters"
KEYS = {"bot": sha256(KEY.encode()).digest()}


@pytest.mark.parametrize("text", [f"bot:{KEY}", f" bot : {KEY} ,,"])
def test_keys_are_kept_as_their_hash(text: str) -> None:
    assert parse_access_keys(text) == KEYS


@pytest.mark.parametrize("text", [None, "", " , "])
def test_no_keys(text: str | None) -> None:
    assert parse_access_keys(text) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (KEY, "entry 1 is not of the form NAME:KEY"),
        (f"bot:{KEY},:{KEY}", "entry 2 is not of the form NAME:KEY"),
        ("bot:secret", "the key of bot has 6 characters: use at least 16"),
        (f"bot:{KEY},bot:{KEY}", "the name bot is used twice"),
    ],
)
def test_malformed_keys_are_refused_without_showing_them(text: str, message: str) -> None:
    with pytest.raises(SettingsError) as error:
        parse_access_keys(text)
    assert str(error.value).startswith(f"--access-keys: {message}")
    assert KEY not in str(error.value)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("headers", "owner"),
    [
        ({"x-api-key": KEY}, "bot"),
        ({"authorization": f"Bearer {KEY}"}, "bot"),
        ({"authorization": f"bearer  {KEY} "}, "bot"),
        ({"authorization": f"Basic {KEY}"}, None),
        ({"x-api-key": KEY + "x"}, None),
        ({"x-api-key": ""}, None),
        ({"x-api-key": "\u00e9"}, None),
        ({}, None),
    ],
)
def test_key_of_a_request(headers: dict[str, str], owner: str | None) -> None:
    assert key_owner(Headers(headers), KEYS.items()) == owner


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (b"", False),
        (b"symbol=BTC", False),
        (b"api_key=x", True),
        (b"API_KEY=x", True),
        (b"symbol=BTC&X-Api-Key=x", True),
        (b"%6bey=x", True),
        (b"\xff=x", False),
    ],
)
def test_key_in_the_query_string(query: bytes, found: bool) -> None:
    assert has_key_in_query({"query_string": query}) is found
