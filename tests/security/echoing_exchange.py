"""A demo exchange whose errors contain all that it was sent, and the account's secrets in every form."""

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from urllib.parse import quote

import pytest
from aiohttp import web

from dashboard.demo.demo_exchange import DemoExchange
from dashboard.demo.thread import DemoThread

SECRETS = ("ak_7Qw3-rT9z/bX2+echo", 's9K/v2+Lm"Zé\\p7&Qx', "Ph4ss phr4se=7")
MARK = "shown anyway"
"""The words in each error that may be shown."""
_BASIC = [b64encode(f"{SECRETS[0]}:{each}".encode()).decode() for each in SECRETS]
SPELLINGS = (
    *SECRETS,
    *(quote(each, safe="") for each in SECRETS),
    *(json.dumps(each)[1:-1] for each in SECRETS),
    *(b64encode(each.encode()).decode() for each in SECRETS),
    *_BASIC,
)
REST_KINDS = ("error 400", "error 200", "page 403", "page 429", "plain 500", "truncated")
SOCKET_KINDS = ("login", "close", "handshake")


class EchoingExchange:
    """Answers requests of the account with errors, each of another kind."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.exchange = DemoExchange()
        account = self.exchange.account
        account.api_key, account.secret, account.passphrase = SECRETS
        self.is_echoing = True
        """False answers as usual."""
        self._rest_errors = self._socket_errors = 0
        self.sent: set[str] = set()
        """Each signature that was received."""
        self._serve = self.exchange._rest.serve
        self._serve_socket = self.exchange._websockets.serve_private
        patch.setattr(self.exchange._rest, "serve", self._answer)
        patch.setattr(self.exchange._websockets, "serve_private", self._answer_socket)

    @property
    def has_shown_all(self) -> bool:
        """True once every kind of error was sent."""
        return self._rest_errors >= len(REST_KINDS) and self._socket_errors >= len(SOCKET_KINDS)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        is_private = "ACCESS-SIGN" in request.headers
        if is_private:
            self.sent.add(request.headers["ACCESS-SIGN"])
        if not self.is_echoing or not (is_private or "candles" in request.path):
            return await self._serve(request)
        kind = REST_KINDS[self._rest_errors % len(REST_KINDS)]
        self._rest_errors += 1
        text = f"{MARK} {request.headers} {request.rel_url.raw_query_string} " + " ".join(SPELLINGS)
        form, _, status = kind.partition(" ")
        if form == "error":
            body = json.dumps({"code": "40012", "msg": text, "data": None})
            return web.Response(text=body, status=int(status), content_type="application/json")
        if form == "page":
            page = f"<html><title>{MARK}</title>\r\n<b>{escape(text)}\x1b[2J\u202e</b></html>"
            return web.Response(text=page, status=int(status), content_type="text/html")
        return web.Response(text=f'{{"code":"1","msg":"{text}', status=int(status or 200))

    async def _answer_socket(self, request: web.Request) -> web.StreamResponse:
        if not self.is_echoing:
            return await self._serve_socket(request)
        kind = SOCKET_KINDS[self._socket_errors % len(SOCKET_KINDS)]
        self._socket_errors += 1
        text = f"{MARK} " + " ".join(SPELLINGS)
        if kind == "handshake":
            return web.Response(text=text, status=403, reason=" ".join((MARK, *SECRETS)))
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        login = await socket.receive()
        self.sent.add(json.loads(login.data)["args"][0]["sign"])
        if kind == "close":
            await socket.close(code=4001, message=f"{MARK} {' '.join(SPELLINGS[:3])}".encode()[:120])
        else:
            await socket.send_json({"event": "error", "code": 30011, "msg": f"{text} {login.data}"})
            await socket.receive()
        return socket


@contextmanager
def echoing_exchange() -> Iterator[EchoingExchange]:
    """Runs such an exchange during a `with` block."""
    with pytest.MonkeyPatch.context() as patch:
        echoing = EchoingExchange(patch)
        thread = DemoThread(echoing.exchange)
        thread.start()
        try:
            yield echoing
        finally:
            thread.stop()


def traces(text: str, echoing: EchoingExchange) -> list[str]:
    """Returns each part of a secret or a signature that a text contains, in any of the forms."""
    length = 10
    folded = text.lower()
    spellings = {*SPELLINGS, *echoing.sent, *(quote(each, safe="") for each in echoing.sent)}
    parts = {each[at : at + length] for each in spellings for at in range(len(each) - length + 1)}
    return sorted(part for part in parts if part.lower() in folded)
