"""Text from outside: exchanges, proxies, other processes and users. It is shown only after `scrub`."""

import html
import re
import unicodedata

from dashboard.redaction import HIDDEN, redact, redact_known

MAX_LENGTH = 600
"""Characters of an error: a list of similar symbols fits, an HTML page does not."""
_MAX_READ = 4_096
"""Characters that are looked at: the time is bounded, whatever is sent."""
_TAG = re.compile(r"<[a-z/!?][^<>]*>", re.IGNORECASE)
_HEX = re.compile(
    r"(?<![0-9a-z])(?:0x)?(?:(?=[0-9]*[a-f])[0-9a-f]{32,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.I
)
_BASE64 = re.compile(r"(?<![\w/+-])[\w+-][\w+/-]{23,}={0,2}|(?<=/)[\w+-]{24,}={0,2}", re.ASCII)
_SPACES = ("Cc", "Zl", "Zp", "Zs")
_REMOVED = ("Cf", "Cs", "Co", "Cn")
"""Marks without a shape, such as those that reverse the direction of text."""


def scrub(text: str, limit: int = MAX_LENGTH) -> str:
    """Returns one line of at most `limit` printable characters without markup, credentials and signatures."""
    text = redact_known(printable(text[:_MAX_READ]))
    text = redact(printable(_TAG.sub(" ", html.unescape(text))))
    text = _BASE64.sub(_hidden_token, _HEX.sub(HIDDEN, text))
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def printable(text: str) -> str:
    """Returns `text` with spaces for control characters and line ends, and without invisible marks."""
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    return " " if category in _SPACES else "" if category in _REMOVED else character


def _hidden_token(found: re.Match[str]) -> str:
    """Hides a token: letters of both cases and digits, as neither words nor paths mix them."""
    token = found[0]
    is_mixed = any(each.isupper() for each in token) and any(each.islower() for each in token)
    return HIDDEN if is_mixed and sum(each.isdigit() for each in token) > 1 else token
