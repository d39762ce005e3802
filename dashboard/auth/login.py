"""The routes /login, /logout and /session."""

import logging

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboard.auth.auth_database import AuthFileError
from dashboard.auth.auth_store import AuthStore
from dashboard.auth.client_address import client_address
from dashboard.auth.cookies import (
    delete_session_cookie,
    device_id,
    session_token,
    set_device_cookie,
    set_session_cookie,
)
from dashboard.auth.decision import PrincipalKind
from dashboard.auth.login_attempts import LoginAttempts
from dashboard.auth.login_form import InvalidForm, LoginForm, read_form
from dashboard.auth.login_page import login_page, reload_page, throttled_message
from dashboard.auth.redirects import local_path
from dashboard.auth.refusals import AUTH_FILE_UNREADABLE
from dashboard.auth.responses import refusal_response
from dashboard.auth.throttle import Throttle

log = logging.getLogger(__name__)

_NO_STORE = {"Cache-Control": "no-store"}
_WRONG_PASSWORD = "That is not the password."  # noqa: S105
_UNREADABLE_FORM = "The form could not be read. Type the password again."


def add_login(
    app: FastAPI, store: AuthStore, *, session_hours: float = 168, redis_url: str | None = None
) -> None:
    """Adds the login to an application behind AccessMiddleware. Raises SettingsError."""
    attempts = LoginAttempts(store, Throttle(redis_url, store.read), session_hours)
    login = Login(attempts, session_hours)
    app.router.routes += [
        Route("/login", login.show, methods=["GET"]),
        Route("/login", login.submit, methods=["POST"]),
        Route("/logout", login.log_out, methods=["POST"]),
        Route("/session", _session, methods=["GET"]),
    ]
    app.add_exception_handler(AuthFileError, _unavailable)


class Login:
    """The endpoints of login and log-out."""

    def __init__(self, attempts: LoginAttempts, session_hours: float) -> None:
        self._attempts = attempts
        self._session_hours = session_hours

    async def show(self, request: Request) -> Response:
        """Shows the form, or redirects a client that need not log in."""
        next_path = local_path(request.query_params.get("next"))
        if request.user.kind is not PrincipalKind.NONE:
            return _redirect(next_path)
        if request.headers.get("sec-fetch-site") == "cross-site":
            return reload_page(f"{request.url.path}?{request.url.query}".rstrip("?"))
        return login_page(next_path)

    async def submit(self, request: Request) -> Response:
        """Starts a session for the right password."""
        try:
            form = await read_form(request)
        except InvalidForm as error:
            return login_page("/", _UNREADABLE_FORM, error.status)
        return await self._attempt(request, form)

    async def _attempt(self, request: Request, form: LoginForm) -> Response:
        next_path = local_path(form.next)
        address, device = client_address(request.scope), device_id(request.scope)
        outcome = await self._attempts.log_in(form.password, address, device)
        if wait_s := outcome.retry_after_s:
            return login_page(next_path, throttled_message(wait_s), 429, wait_s)
        if outcome.token is None:
            return login_page(next_path, _WRONG_PASSWORD, 401)
        response = _redirect(next_path)
        set_session_cookie(response, request.scope, outcome.token, self._session_hours)
        set_device_cookie(response, request.scope, outcome.device)
        return response

    async def log_out(self, request: Request) -> Response:
        """Ends the session, here and in the browser."""
        token = session_token(request.scope)
        if token is not None and request.user.kind is PrincipalKind.SESSION:
            await self._attempts.log_out(token)
        response = _redirect("/login")
        delete_session_cookie(response, request.scope)
        return response


async def _session(_request: Request) -> Response:
    """Answers 204; the middleware answers 401 once the session has ended."""
    return Response(status_code=204, headers=_NO_STORE)


def _redirect(path: str) -> Response:
    return RedirectResponse(path, 303, _NO_STORE)


async def _unavailable(request: Request, error: Exception) -> Response:
    """Answers 503 when the auth file fails while a request is served."""
    log.error("login and log-out are unavailable: %s", error)
    return refusal_response(AUTH_FILE_UNREADABLE, request.scope)
