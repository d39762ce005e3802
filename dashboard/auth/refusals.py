"""The refusals of the access policy: status, text and headers of each."""

from starlette.types import Scope

from dashboard.auth.decision import Decision
from dashboard.auth.redirects import login_url

_BEARER = {"WWW-Authenticate": "Bearer"}

HOST_NOT_ALLOWED = Decision(400, "host name not allowed: add it to --allowed-hosts")
CROSS_SITE = Decision(
    403,
    "cross-site request refused: its Origin is not the address of this dashboard; "
    "behind a proxy with TLS, name the proxy in --trusted-proxies",
)
ORIGIN_NOT_ALLOWED = Decision(
    403, "origin not allowed: add the site to --allowed-origins to let it use the API"
)
KEY_IN_QUERY = Decision(
    400, "access key in the URL, which is logged: send it as X-API-Key or Authorization: Bearer"
)
KEY_REQUIRED = Decision(
    401, "access key required: send it as X-API-Key or Authorization: Bearer", headers=_BEARER
)
LOGIN_REQUIRED = Decision(401, "login required: log in at /login")
LOGIN_OR_KEY_REQUIRED = Decision(
    401,
    "login or access key required: log in, or send a key as X-API-Key or Authorization: Bearer",
    headers=_BEARER,
)
NO_PASSWORD = Decision(503, "no password is set: run dashboard-admin set-password on the dashboard's machine")
KEYS_BUT_NO_PASSWORD = Decision(
    503,
    "there are access keys, which open the API, but no password, which the page needs: "
    "run dashboard-admin set-password on the dashboard's machine",
)
AUTH_FILE_UNREADABLE = Decision(
    503, "passwords and keys cannot be read or written: see the dashboard's log for the reason"
)


def behind_proxy(sign: str) -> Decision:
    """Refuses what a proxy passed on while there is no password; `sign` is what shows the proxy."""
    return Decision(
        403,
        f"a proxy passed this request on ({sign}), and no password is set: everyone whom the proxy serves "
        "could see this dashboard; run dashboard-admin set-password on its machine, then log in",
    )


def redirect_to_login(scope: Scope) -> Decision:
    """Redirects to the login, which leads back to the requested page."""
    return Decision(303, headers={"Location": login_url(scope)})
