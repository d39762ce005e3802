"""The door of the REST side: access keys, and other sites that are on the list."""

from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.auth.api_access import ApiAccess

PREFIX = "/api/v1/"


class RestAccess:
    """Asks every request to the API for its key; other paths pass. Websockets have their own door."""

    def __init__(self, app: ASGIApp, entrance: ApiAccess) -> None:
        self._app = app
        self._entrance = entrance
        self._inside = CORSMiddleware(
            self._checked, allow_origins=entrance.origins, allow_methods=["GET"], allow_headers=["*"]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await self._inside(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _checked(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = self._entrance.refusal(scope)
        if refused is not None:
            status, reason = refused
            headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
            await JSONResponse({"detail": reason}, status, headers)(scope, receive, send)
            return

        async def fresh(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), (b"cache-control", b"no-store")]
            await send(message)

        await self._app(scope, receive, fresh)
