"""Which edition of the page a browser has: where the server has another one, it is loaded anew."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from dashboard.app.context import EngineInfo

_ROOM = Path(__file__).parent


def page_version(about: EngineInfo) -> str:
    """Changes with the program, as after an upgrade, and with the exchange that is shown, or its environment.

    A page that stayed open all the while would otherwise show real money under a demo's badge.
    """
    told = f"{_program()} {about.exchange} {about.symbol} {about.environment} {about.has_account}"
    return sha256(told.encode()).hexdigest()[:12]


@cache
def _program() -> str:
    """A digest of all that the page is made of."""
    files = sorted(path for path in _ROOM.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
