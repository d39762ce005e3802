"""Version of the page: a browser with another version reloads it."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from dashboard.app.context import EngineInfo

_PACKAGE = Path(__file__).parent


def page_version(about: EngineInfo) -> str:
    """Changes with the code, as after an upgrade, and with the exchange, symbol or environment shown.

    Otherwise an open page could show real money under the badge of a demo.
    """
    text = f"{_code_digest()} {about.exchange} {about.symbol} {about.environment} {about.has_account}"
    return sha256(text.encode()).hexdigest()[:12]


@cache
def _code_digest() -> str:
    """A digest of all files of this package."""
    files = sorted(path for path in _PACKAGE.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
