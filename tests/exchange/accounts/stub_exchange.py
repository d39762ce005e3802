"""A local HTTP server with an exchange's answers, and options that direct ccxt's client to it."""

import json
import re
from collections.abc import Iterable
from typing import Any

import ccxt.pro
from aiohttp import web

from tests.exchange.accounts.account_case import Answer, Query

_HOST = re.compile(r"^(http|ws)s?://[^/]+")


class StubExchange:
    """Serves answers at `url`. Used as an async context manager."""

    def __init__(self, answers: Iterable[Answer]) -> None:
        self._answers = tuple(answers)
        self.unanswered: list[str] = []
        """Requests without an answer, which got 404."""

    async def __aenter__(self) -> "StubExchange":
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        query = dict(request.query) | _posted(await request.text())
        for answer in self._answers:
            if answer.fits(request.method, request.path, query):
                return web.json_response(answer.body(query) if callable(answer.body) else answer.body)
        if "Upgrade" not in request.headers:
            self.unanswered.append(f"{request.method} {request.path} {query}")
        return web.json_response({}, status=404)

    def ccxt_config(self, exchange: str) -> dict[str, Any]:
        """Returns constructor options of ccxt: its URLs with this server's host in place of theirs."""
        return {"urls": {"api": self._moved(getattr(ccxt.pro, exchange)().urls["api"])}}

    def _moved(self, urls: Any) -> Any:
        if isinstance(urls, dict):
            return {name: self._moved(url) for name, url in urls.items()}
        return _HOST.sub(lambda found: found[1] + self.url.removeprefix("http"), urls)


def _posted(body: str) -> Query:
    """Returns the parameters of a JSON body; those of any other body are not read."""
    try:
        posted = json.loads(body)
    except ValueError:
        return {}
    return posted if isinstance(posted, dict) else {}
