"""Login and log-out, and the gate that makes them necessary."""

import logging

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard.auth.api_access import ApiAccess
from dashboard.auth.auth_database import AuthFileError
from dashboard.auth.auth_store import AuthStore
from dashboard.auth.client_address import client_address
from dashboard.auth.cookies import device_of, give, give_device, take, token_of
from dashboard.auth.login_attempts import LoginAttempts
from dashboard.auth.login_form import LoginForm, Unreadable, read_form
from dashboard.auth.login_page import detour, login_page, too_often
from dashboard.auth.middleware import AuthMiddleware
from dashboard.auth.origin import origin_allowed
from dashboard.auth.policy import UNREADABLE, AccessPolicy
from dashboard.auth.redirects import local_path
from dashboard.auth.throttle import Throttle

log = logging.getLogger(__name__)

_NO_STORE = {"Cache-Control": "no-store"}
_WRONG = "That is not the password."
_UNREADABLE = "That could not be read. Type the password again."


def add_login(
    app: FastAPI,
    entrance: ApiAccess,
    store: AuthStore,
    *,
    required: bool = False,
    session_hours: float = 168,
    redis_url: str | None = None,
) -> None:
    """Serves /login, /logout and /session, and lets in nobody who has not logged in, nor has a key, once
    a password is set or if it is `required`. /session answers 204 to who is in, and 401 to others.

    To be called after everything that it has to protect was added. Raises SettingsError.
    """
    door = AccessPolicy(entrance, store, required=required)
    login = Login(door, LoginAttempts(store, Throttle(redis_url), session_hours), session_hours)
    app.router.routes += [
        Route("/login", login.show, methods=["GET"]),
        Route("/login", login.enter, methods=["POST"]),
        Route("/logout", login.leave, methods=["POST"]),
        Route("/session", _still_here, methods=["GET"]),
    ]
    app.add_exception_handler(AuthFileError, _cannot_tell)
    app.add_middleware(AuthMiddleware, door=door, origins=entrance.origins)


class Login:
    """What the three routes do."""

    def __init__(self, door: AccessPolicy, attempts: LoginAttempts, hours: float) -> None:
        self._door = door
        self._attempts = attempts
        self._hours = hours

    async def show(self, request: Request) -> Response:
        """The form; or what was asked for, to who has logged in already."""
        after = local_path(request.query_params.get("next"))
        if not self._door.is_locked or self._door.has_session(request.scope):
            return _go(after)
        if request.headers.get("sec-fetch-site") == "cross-site":
            return detour(f"{request.url.path}?{request.url.query}".rstrip("?"))
        return login_page(after)

    async def enter(self, request: Request) -> Response:
        """Takes the form: a cookie for the right password."""
        if not origin_allowed(request.headers):
            return _stranger()
        try:
            form = await read_form(request)
        except Unreadable as error:
            return _unreadable(error.status)
        return await self._try(request, form)

    async def _try(self, request: Request, form: LoginForm) -> Response:
        after = local_path(form.next)
        address, device = client_address(request.scope), device_of(request.scope)
        outcome = await self._attempts.make(form.password, address, device)
        if outcome.wait:
            return login_page(after, too_often(outcome.wait), 429, outcome.wait)
        if outcome.token is None:
            return login_page(after, _WRONG, 401)
        answer = _go(after)
        give(answer, request.scope, outcome.token, self._hours)
        give_device(answer, request.scope, outcome.device)
        return answer

    async def leave(self, request: Request) -> Response:
        """Ends the session, here and in the browser."""
        if not origin_allowed(request.headers):
            return _stranger()
        token = token_of(request.scope)
        if token is not None and self._door.has_session(request.scope):
            await self._attempts.end(token)
        answer = _go("/login")
        take(answer, request.scope)
        return answer


async def _still_here(_request: Request) -> Response:
    """Nothing: whose session has ended does not get past the gate."""
    return Response(status_code=204, headers=_NO_STORE)


def _go(path: str) -> Response:
    return RedirectResponse(path, 303, _NO_STORE)


def _unreadable(status: int) -> Response:
    """The form once more. The connection does not stay open for the rest of what was sent."""
    answer = login_page("/", _UNREADABLE, status)
    answer.headers["Connection"] = "close"
    return answer


def _stranger() -> Response:
    return PlainTextResponse("another site's page may not do this", 403, _NO_STORE)


async def _cannot_tell(_request: Request, error: Exception) -> Response:
    """The file of passwords and keys failed in the middle of a request."""
    log.error("nobody can log in or out: %s", error)
    status, reason = UNREADABLE
    return PlainTextResponse(f"{reason}\n", status, _NO_STORE)
