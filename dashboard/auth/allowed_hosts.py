"""The names under which the dashboard may be reached, as the settings give them."""

import re
from ipaddress import IPv6Address

from dashboard.errors import SettingsError

_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?", re.IGNORECASE)


def parse_allowed_hosts(text: str | None) -> list[str]:
    """The names in a list with commas, in small letters, without ports. Raises SettingsError."""
    given = [part.strip() for part in (text or "").split(",")]
    return [spelling for part in given if part for spelling in _spellings(part)]


def _spellings(name: str) -> list[str]:
    if _NAME.fullmatch(name) and ".." not in name:
        return [name.lower()]
    try:
        plain = str(IPv6Address(name.removeprefix("[").removesuffix("]")))
    except ValueError:
        raise SettingsError(
            f"--allowed-hosts {name!r}: write names alone, without scheme, port or *: dash.example.org"
        ) from None
    return [plain, f"[{plain}]"]
