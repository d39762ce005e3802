"""The outcome of the access policy for one request: allow, refuse, or redirect to the login."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class PrincipalKind(StrEnum):
    """Kinds of callers."""

    NONE = "none"
    """Not identified: sees the login and the health checks only."""
    OPEN = "open"
    """Not identified, and not asked to be: no password is set or required."""
    SESSION = "session"
    ACCESS_KEY = "access key"


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller that a request or websocket belongs to. Starlette's `request.user`."""

    kind: PrincipalKind = PrincipalKind.NONE
    id: str = ""
    """Hex SHA-256 of the session's token, or the name of the access key."""


ANONYMOUS = Principal()
OPEN = Principal(PrincipalKind.OPEN)


@dataclass(frozen=True, slots=True)
class Decision:
    """Allows a request, or carries the HTTP answer that refuses it."""

    status: int
    """HTTP status of the refusal; 200 if the request is allowed."""
    detail: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    principal: Principal = ANONYMOUS
    cors_origins: tuple[str, ...] = ()
    """Other sites whose pages may read the answer."""

    @property
    def allowed(self) -> bool:
        """True if the application may serve the request."""
        return self.status == 200


def allow(principal: Principal) -> Decision:
    """Allows a request of the principal."""
    return Decision(200, principal=principal)
