"""Authentication of requests and logins: HMAC-SHA256 in base64, as Bitget specifies."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

from dashboard.demo.account.demo_account import DemoAccount
from dashboard.demo.matching.bitget_error import BitgetError

MAX_CLOCK_SKEW_MS = 30_000
"""The largest accepted difference between a request's timestamp and the exchange's clock."""


def sign(secret: str, text: str) -> str:
    """Bitget's signature of a text."""
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


def check_request(account: DemoAccount, headers: Mapping[str, str], text: str, now_ms: int) -> None:
    """Raises Bitget's error for a wrong key or signature; `text` is method, path, query and body."""
    timestamp = headers.get("ACCESS-TIMESTAMP", "")
    if not headers.get("ACCESS-KEY"):
        raise BitgetError("40001", "ACCESS_KEY cannot be empty")
    if headers["ACCESS-KEY"] != account.api_key:
        raise BitgetError("40037", "Apikey does not exist")
    if headers.get("ACCESS-PASSPHRASE") != account.passphrase:
        raise BitgetError("40012", "apikey/password is incorrect")
    if not timestamp.isdigit() or abs(now_ms - int(timestamp)) > MAX_CLOCK_SKEW_MS:
        raise BitgetError("40008", "Request timestamp expired")
    if not hmac.compare_digest(headers.get("ACCESS-SIGN", ""), sign(account.secret, timestamp + text)):
        raise BitgetError("40009", "sign signature error")


def login_error(account: DemoAccount, login: Mapping[str, str]) -> tuple[int, str] | None:
    """Code and message of the websocket's error for a login; None if it is valid."""
    if login.get("apiKey") != account.api_key:
        return 30011, "Invalid ACCESS_KEY"
    if login.get("passphrase") != account.passphrase:
        return 30012, "Invalid ACCESS_PASSPHRASE"
    expected = sign(account.secret, login.get("timestamp", "") + "GET/user/verify")
    if not hmac.compare_digest(login.get("sign", ""), expected):
        return 30015, "Invalid sign"
    return None
