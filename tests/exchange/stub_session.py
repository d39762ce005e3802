"""An HTTP session beneath ccxt that records what would leave this machine, and answers from a table."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

_SETTLING_TURNS = 200
"""Turns of the event loop in which ccxt does everything that it can do without further messages."""


class StubSession:
    """Stands in for aiohttp's session: pass it to ccxt's constructor as `session`.

    `answers` maps ends of paths to JSON, or to functions of a request's parameters; `default` answers others.
    """

    def __init__(self, answers: Mapping[str, Any] | None = None, default: Any = None) -> None:
        self.answers = answers or {}
        self.default = {} if default is None else default
        self.headers: dict[str, str] = {}
        """Headers of every response."""
        self.status = 200
        self.requests: list[str] = []
        """Method and path of each request."""
        self.messages: list[Any] = []
        """Each websocket message, decoded."""

    def get(self, url: Any, **options: Any) -> "_Response":
        return self._respond("GET", url, options)

    def post(self, url: Any, **options: Any) -> "_Response":
        return self._respond("POST", url, options)

    def put(self, url: Any, **options: Any) -> "_Response":
        return self._respond("PUT", url, options)

    def delete(self, url: Any, **options: Any) -> "_Response":
        return self._respond("DELETE", url, options)

    def ws_connect(self, _url: str, **_options: Any) -> "_Socket":
        return _Socket(self.messages)

    async def settled(self) -> None:
        """Lets pending tasks run until all of them wait for a message."""
        for _ in range(_SETTLING_TURNS):
            await asyncio.sleep(0)

    def _respond(self, method: str, url: Any, options: Mapping[str, Any]) -> "_Response":
        address = urlsplit(str(url))
        self.requests.append(f"{method} {address.path}")
        answer = next((self.answers[end] for end in self.answers if address.path.endswith(end)), self.default)
        answer = answer(_parameters(address.query, options.get("data"))) if callable(answer) else answer
        return _Response(answer, self.status, self.headers)


def _parameters(query: str, body: Any) -> dict[str, Any]:
    text = body.decode() if isinstance(body, bytes) else ""
    of_body = json.loads(text) if text.startswith("{") else dict(parse_qsl(text))
    return {**dict(parse_qsl(query)), **of_body}


class _Response:
    reason = "stub"

    def __init__(self, answer: Any, status: int, headers: dict[str, str]) -> None:
        self._text = json.dumps(answer)
        self.status = status
        self.headers = {"Content-Type": "application/json", **headers}

    async def __aenter__(self) -> "_Response":
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Does nothing."""

    async def text(self, **_options: Any) -> str:
        return self._text


class _Socket:
    _conn = None  # read by ccxt

    def __init__(self, messages: list[Any]) -> None:
        self._messages = messages
        self._end: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def __aenter__(self) -> "_Socket":
        return self

    @property
    def closed(self) -> bool:
        return self._end.done()

    async def send_str(self, text: str) -> None:
        self._messages.append(json.loads(text) if text.startswith(("{", "[")) else text)

    async def receive(self) -> None:
        await asyncio.shield(self._end)

    async def close(self) -> None:
        if not self.closed:
            self._end.cancel()
