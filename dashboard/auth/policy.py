"""The one judgement of who may enter, by the password, the sessions and the access keys of this moment."""

from starlette.datastructures import Headers
from starlette.types import Scope

from dashboard.auth.api_access import ApiAccess
from dashboard.auth.auth_store import AuthStore
from dashboard.auth.cookies import token_of

HEALTH = ("/healthz", "/readyz")
"""What whoever restarts the dashboard has to see; nothing is judged there."""
LOGIN = (
    "/login",
    "/logout",
    "/assets/css/1-tokens.css",
    "/assets/early/theme.js",
    "/assets/login/login.css",
    "/assets/vendor/inter-latin-wght-normal.woff2",
    "/assets/favicon.svg",
)
"""What everybody may ask for, to be able to log in."""
NO_PASSWORD = 503, "no password is set: run dashboard-admin set-password on the dashboard's machine"
UNREADABLE = 503, "passwords and keys cannot be read or written: the dashboard's log says why"
NO_ENTRY = 401, "log in, or send an access key where one is enough"


class AccessPolicy:
    """Is open until a password is set or asked for, and from then on for as long as the process lives.

    So a file that is lost, or taken away, locks the dashboard and does not open it.
    """

    def __init__(self, entrance: ApiAccess, store: AuthStore, *, required: bool) -> None:
        self.store = store
        self._entrance = entrance
        self._locked = required

    @property
    def is_locked(self) -> bool:
        """Whether a login is needed."""
        self._locked = self._locked or self.store.has_password
        return self._locked

    def refusal(self, scope: Scope) -> tuple[int, str] | None:
        """HTTP status and reason why a request may not enter; None if it may. Raises AccessFileError."""
        has_password = self.store.has_password
        self._locked = self._locked or has_password
        if not self._locked:
            return None
        if not has_password:
            return NO_PASSWORD
        if scope["path"] in LOGIN or self.has_session(scope) or self._has_key(scope):
            return None
        return NO_ENTRY

    def still_admits(self, scope: Scope) -> bool:
        """Whether somebody who entered, and stays, might enter now. Raises AccessFileError."""
        if self.refusal(scope) is not None:
            return False
        return not scope["path"].startswith("/api/") or self._entrance.refusal(scope) is None

    def has_session(self, scope: Scope) -> bool:
        """Whether who asks has logged in."""
        token = token_of(scope)
        return token is not None and self.store.has_session(token)

    def _has_key(self, scope: Scope) -> bool:
        return takes_keys(scope["path"]) and self._entrance.owner(Headers(scope=scope)) is not None


def takes_keys(path: str) -> bool:
    """Whether this is for programs, which show an access key."""
    return path == "/metrics" or path == "/api" or path.startswith("/api/")
