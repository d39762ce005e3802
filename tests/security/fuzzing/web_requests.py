"""Parsers of what browsers, programs and proxies send: headers, cookies, queries, bodies, messages."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

from hypothesis import strategies as st
from starlette.datastructures import Headers
from starlette.requests import Request

from dashboard.api.client_messages import ClientProtocol, ProtocolViolation
from dashboard.auth import access_keys, client_address, cookies, origin, redirects
from dashboard.auth.access_rules import AccessRules
from dashboard.auth.allowed_hosts import is_allowed_host
from dashboard.auth.login_form import InvalidForm, read_form
from dashboard.domain.manual_position import FIELD_NAMES, ManualPosition
from dashboard.errors import PositionError, SettingsError
from dashboard.positions.labels import PositionLabels
from dashboard.web import stream
from tests.security.fuzzing.parser import Parser
from tests.security.fuzzing.values import ascii_texts, deep, json_values, texts

_LABELS = PositionLabels("bitget live 1f3a90c2")


def _scope(name: str) -> Any:
    """Returns a function from a header's value to the scope of a request with it."""

    def scope(value: str) -> dict[str, Any]:
        raw = value.encode("latin-1", "replace")
        return {
            "type": "http",
            "scheme": "http",
            "path": "/",
            "query_string": raw,
            "headers": [(name.encode(), raw)],
        }

    return scope


def _headers(name: str, value: str) -> Headers:
    return Headers(raw=_scope(name)(value)["headers"])


def _form(body: bytes) -> Any:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {
        "type": "http",
        "method": "POST",
        "headers": [(b"content-type", b"application/x-www-form-urlencoded")],
    }
    return asyncio.run(read_form(Request(scope, receive)))


def _client_message(text: str) -> str:
    return ClientProtocol({"ping": dict}).answer({"text": text})


def _position(fields: dict[str, str]) -> Any:
    entered = ManualPosition.from_fields(fields)
    assert ManualPosition.from_fields(entered.to_fields()) == entered
    return entered


def _redirect(target: str) -> None:
    path = redirects.local_path(target)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert urlsplit(path).netloc == ""


def _label(text: str) -> None:
    for key in _LABELS.keys_of(text):
        assert set(_LABELS.keys_of(_LABELS.label(key))) >= set()


_cookie = _scope("cookie")
_fields = st.dictionaries(st.sampled_from(sorted(FIELD_NAMES)) | texts, texts | st.none(), max_size=6)
_rules = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("host", "allowed_hosts", "allowed_origins", "access_keys"), texts)
)

PARSERS = (
    Parser("Host", ascii_texts, lambda given: is_allowed_host(given, ("localhost", "[::1]"))),
    Parser("Origin", ascii_texts, lambda given: origin.is_same_origin(_scope("origin")(given))),
    Parser(
        "Cookie",
        ascii_texts | texts.map(lambda text: f"dashboard={text}; dashboard-device={text}"),
        lambda given: (cookies.session_token(_cookie(given)), cookies.device_id(_cookie(given))),
    ),
    Parser(
        "access keys of requests",
        ascii_texts,
        lambda given: (
            access_keys.key_owner(_headers("authorization", given), [("a", b"x")]),
            access_keys.key_owner(_headers("x-api-key", given), [("a", b"x")]),
        ),
    ),
    Parser(
        "keys in queries",
        ascii_texts,
        lambda given: access_keys.has_key_in_query(_scope("x")(given)),
        (ValueError,),
    ),
    Parser(
        "focus of a page",
        ascii_texts | texts.map(lambda text: f"focus={text}"),
        lambda given: stream._selected(_scope("x")(given)),
        (ValueError,),
    ),
    Parser(
        "addresses of clients", texts, lambda given: client_address.client_address({"client": (given, 1)})
    ),
    Parser("targets of redirects", texts | ascii_texts, _redirect),
    Parser(
        "login form",
        st.binary(max_size=200)
        | texts.map(lambda text: f"password={text}&next={text}".encode(errors="replace")),
        _form,
        (InvalidForm,),
        cost=4,
    ),
    Parser(
        "messages of clients",
        texts | deep | json_values.map(json.dumps),
        _client_message,
        (ProtocolViolation,),
    ),
    Parser("fields of the position form", _fields, _position, (PositionError,), cost=4),
    Parser("labels", texts, _label),
    Parser("settings of access", _rules, lambda given: AccessRules.parse(**given), (SettingsError,)),
)
