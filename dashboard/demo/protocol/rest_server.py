"""The REST room: answers a path, checks the signature where one is due, and applies the faults."""

import asyncio
import json
from collections import deque
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import unquote

from aiohttp import web

from dashboard.demo.account.demo_account import DemoAccount
from dashboard.demo.market.quote_board import QuoteBoard
from dashboard.demo.protocol.envelopes import BitgetError, answer, error_answer
from dashboard.demo.protocol.fault_injection import Faults, RestFaults
from dashboard.demo.protocol.rest_private import PRIVATE
from dashboard.demo.protocol.rest_public import PUBLIC
from dashboard.demo.protocol.signature import check_request

REMEMBERED = 10_000


class RestServer:
    """Answers REST requests; `requests` holds the newest paths that were asked for, in order."""

    def __init__(self, board: QuoteBoard, account: DemoAccount, faults: Faults) -> None:
        self._board = board
        self._account = account
        self._faults = faults
        self.requests: deque[str] = deque(maxlen=REMEMBERED)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answers one request, or fails as the switches say."""
        self.requests.append(request.path)
        faults = self._faults.rest_for(request.path)
        if faults.hang:
            await asyncio.Event().wait()
        await asyncio.sleep(faults.delay)
        if faults.status is not None or faults.code is not None or faults.body is not None:
            return _refusal(faults, self._board.wall())
        body, status = self._answer(request, await request.text())
        return web.Response(text=_spoilt(faults, body), status=status, content_type="application/json")

    def _answer(self, request: web.Request, body: str) -> tuple[dict[str, object], int]:
        try:
            return answer(self._data(request, body), self._board.wall()), 200
        except BitgetError as error:
            return error_answer(error.code, str(error), self._board.wall()), error.status

    def _data(self, request: web.Request, body: str) -> object:
        if request.method == "GET" and request.path in PUBLIC:
            return PUBLIC[request.path](request.query, self._board)
        if request.method == "GET" and request.path in PRIVATE:
            check_request(self._account, request.headers, _signed_text(request, body), self._board.wall())
            return PRIVATE[request.path](request.query, self._board, self._account)
        raise BitgetError("40404", "Request URL NOT FOUND", status=404)


def _signed_text(request: web.Request, body: str) -> str:
    # Bitget signs the query as it reads, not as it is percent-encoded.
    query = unquote(request.rel_url.raw_query_string)
    return request.method + request.path + (f"?{query}" if query else "") + body


def _refusal(faults: RestFaults, now_ms: int) -> web.Response:
    status = faults.status or 200
    if faults.body is not None:
        return web.Response(text=faults.body, status=status, content_type="application/json")
    if faults.code is not None:
        body = json.dumps(error_answer(faults.code, "the demo exchange fails as told", now_ms))
        return web.Response(text=body, status=status, content_type="application/json")
    page = f"<html><body><h1>{status} {HTTPStatus(status).phrase}</h1></body></html>"
    return web.Response(text=page, status=status, content_type="text/html")


def _spoilt(faults: RestFaults, body: Mapping[str, object]) -> str:
    if faults.empty_data:
        body = {**body, "data": {} if isinstance(body["data"], dict) else []}
    text = json.dumps(body, separators=(",", ":"))
    return text[: len(text) // 2] if faults.truncated_json else text
