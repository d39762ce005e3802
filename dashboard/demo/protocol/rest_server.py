"""REST server: routes a request, checks its signature where required, and applies the faults."""

import asyncio
import json
from collections import deque
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import unquote

from aiohttp import web

from dashboard.demo.account.demo_account import DemoAccount
from dashboard.demo.market.quote_board import QuoteBoard
from dashboard.demo.matching.bitget_error import BitgetError
from dashboard.demo.protocol.envelopes import error_response, success_response
from dashboard.demo.protocol.fault_injection import Faults, RestFaults
from dashboard.demo.protocol.rest_private import SIGNED_ENDPOINTS
from dashboard.demo.protocol.rest_public import PUBLIC_ENDPOINTS
from dashboard.demo.protocol.signature import check_request

REQUEST_LOG_SIZE = 10_000


class RestServer:
    """Answers REST requests; `requests` holds the newest requested paths, oldest first."""

    def __init__(self, quote_board: QuoteBoard, account: DemoAccount, faults: Faults) -> None:
        self._quote_board = quote_board
        self._account = account
        self._faults = faults
        self.requests: deque[str] = deque(maxlen=REQUEST_LOG_SIZE)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answers one request, or fails as the faults of its path require."""
        self.requests.append(request.path)
        faults = self._faults.rest_for(request.path, request.query.get("symbol"))
        if faults.hang:
            await asyncio.Event().wait()
        await asyncio.sleep(faults.delay_s)
        if faults.status is not None or faults.code is not None or faults.body is not None:
            return _failure(faults, self._quote_board.wall_clock())
        body, status = self._answer(request, await request.text())
        text = _json_text(faults, body)
        return web.Response(text=text, status=status, content_type="application/json")

    def _answer(self, request: web.Request, body: str) -> tuple[dict[str, object], int]:
        """The response's body and HTTP status."""
        try:
            return success_response(self._data(request, body), self._quote_board.wall_clock()), 200
        except BitgetError as error:
            return error_response(error.code, str(error), self._quote_board.wall_clock()), error.status

    def _data(self, request: web.Request, body: str) -> object:
        if request.method == "GET" and request.path in PUBLIC_ENDPOINTS:
            return PUBLIC_ENDPOINTS[request.path](request.query, self._quote_board)
        if request.method == "GET" and request.path in SIGNED_ENDPOINTS:
            text, now_ms = _signed_text(request, body), self._quote_board.wall_clock()
            check_request(self._account, request.headers, text, now_ms)
            return SIGNED_ENDPOINTS[request.path](request.query, self._quote_board, self._account)
        raise BitgetError("40404", "Request URL NOT FOUND", status=404)


def _signed_text(request: web.Request, body: str) -> str:
    # Bitget signs the decoded query, not the percent-encoded one.
    query = unquote(request.rel_url.raw_query_string)
    return request.method + request.path + (f"?{query}" if query else "") + body


def _failure(faults: RestFaults, now_ms: int) -> web.Response:
    status = faults.status or 200
    if faults.body is not None:
        return web.Response(text=faults.body, status=status, content_type="application/json")
    if faults.code is not None:
        body = json.dumps(error_response(faults.code, "injected fault of the demo exchange", now_ms))
        return web.Response(text=body, status=status, content_type="application/json")
    page = f"<html><body><h1>{status} {HTTPStatus(status).phrase}</h1></body></html>"
    return web.Response(text=page, status=status, content_type="text/html")


def _json_text(faults: RestFaults, body: Mapping[str, object]) -> str:
    """The body as JSON, emptied or truncated as the faults require."""
    if faults.empty_data:
        body = {**body, "data": {} if isinstance(body["data"], dict) else []}
    text = json.dumps(body, separators=(",", ":"))
    return text[: len(text) // 2] if faults.truncated_json else text
