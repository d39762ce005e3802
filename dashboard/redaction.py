"""Redaction: credentials in a text become ***, known ones in every spelling, others by their form."""

import html
import json
import re
import string
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

HIDDEN = "***"
_FRAGMENT_LENGTH = 8
"""A run of so many characters of a secret is redacted: a message may contain only a part of it."""
_MIN_SUBSTRING_LENGTH = 4
"""Shorter secrets are redacted only as whole words, and as they are: in hex, "e" is 65."""

_NAME = (
    r"((?:api[-_]?key|access[-_]?key|authorization|pass(?:phrase|word|wd)|private[-_]?key|secret|sign(?:ature)?|"
    r"token|[-_]sig|cookie|session)\\?[\"']?"
)
_QUOTE = r"\\?[\"']?"
_VALUE = r"[^\s\"'&,;)}\]]"
_CREDENTIALS = tuple(
    (re.compile(form, re.IGNORECASE), replacement)
    for form, replacement in (
        (r"(://)[^\s/?#\"'<>]{0,500}@", r"\1"),
        (r"(://[^\s?#\"'<>]{1,500})[?#][^\s\"'<>)]*", r"\1"),
        (r"(cookie\s*[:=]\s*)\S.*", rf"\1{HIDDEN}"),
        (rf"\b(Bearer|Basic)\s+(?=\S{{0,200}}?\d)\S{{{_FRAGMENT_LENGTH},}}", rf"\1 {HIDDEN}"),
        (rf"{_NAME}={_QUOTE}){_VALUE}+", rf"\1{HIDDEN}"),
        (rf"{_NAME}\s*:\s*{_QUOTE})(?=\S{{0,200}}?\d){_VALUE}{{{_FRAGMENT_LENGTH},}}", rf"\1{HIDDEN}"),
    )
)
"""Forms of credentials: the user and the query of a URL, headers, and named values. All take linear time."""

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_WORD = "(?:[A-Z]?[a-z]+|[A-Z]+)"
_WORDS = re.compile(rf"[\W_]*{_WORD}(?:[\W_]+{_WORD})*[\W_]*")
"""Words stay readable, though a passphrase may contain them."""
_spellings: set[str] = set()
_fragments: set[str] = set()
_pattern_of_secrets: re.Pattern[str] | None = None


def add_secret(secret: str | None) -> None:
    """Redacts `secret` in every later text, in each spelling in which it may come back."""
    global _pattern_of_secrets
    if not secret:
        return
    spellings = set(_spellings_of(secret))
    windows = (window for spelling in spellings for window in _windows(spelling))
    _fragments.update(_folded(window) for window in windows if not _WORDS.fullmatch(window))
    _spellings.update(map(_folded, spellings))
    _pattern_of_secrets = re.compile("|".join(map(_pattern, sorted(_spellings, key=len, reverse=True))))


def redact(text: str) -> str:
    """Returns `text` with *** in place of each known secret and of what has the form of a credential."""
    text = redact_known(text)
    for form, replacement in _CREDENTIALS:
        text = form.sub(replacement, text)
    return text


def redact_known(text: str) -> str:
    """Returns `text` with *** in place of each known secret, and of each longer part of one."""
    spans = sorted(_secret_spans(_folded(text)))
    parts: list[str] = []
    end = 0
    for start, stop in spans:
        if start > end or not parts:
            parts += [text[end:start], HIDDEN]
        end = max(end, stop)
    return "".join((*parts, text[end:]))


def _secret_spans(folded: str) -> Iterator[tuple[int, int]]:
    if _pattern_of_secrets is None:
        return
    yield from (found.span() for found in _pattern_of_secrets.finditer(folded))
    for start, window in enumerate(_windows(folded)):
        if window in _fragments:
            yield start, start + _FRAGMENT_LENGTH


def _spellings_of(secret: str) -> Iterator[str]:
    """The secret in plain text, and as URLs, JSON, Python, HTML, hex and base64 have it."""
    if len(secret) < _MIN_SUBSTRING_LENGTH:
        yield secret
        return
    raw = secret.encode("utf-8", "surrogatepass")
    lines = (line for line in secret.splitlines() if len(line) >= _MIN_SUBSTRING_LENGTH)
    yield from (secret, *lines, repr(secret)[1:-1], html.escape(secret))
    yield from (quote(raw), quote(raw, safe=""), quote_plus(raw), "".join(f"%{byte:02x}" for byte in raw))
    in_json = json.dumps(secret)[1:-1]
    yield from (in_json, in_json.replace("/", r"\/"), json.dumps(secret, ensure_ascii=False)[1:-1])
    yield json.dumps(in_json)[1:-1]  # an answer inside another
    yield "".join(f"\\u{ord(each):04x}" for each in secret)
    yield raw.hex()
    for before in range(3):  # base64 of a longer text: the secret begins at any of three bits
        encoded = b64encode(b"\0" * before + raw).decode().rstrip("=")
        own = encoded[before and before + 1 :]
        if not before or len(own) > _FRAGMENT_LENGTH:
            yield from (own, own.translate(str.maketrans("+/", "-_")))


def _windows(text: str) -> Iterator[str]:
    return (text[at : at + _FRAGMENT_LENGTH] for at in range(len(text) - _FRAGMENT_LENGTH + 1))


def _folded(text: str) -> str:
    """The text in lower case, character by character."""
    return text.translate(_LOWER)


def _pattern(spelling: str) -> str:
    escaped = re.escape(spelling)
    return escaped if len(spelling) >= _MIN_SUBSTRING_LENGTH else rf"(?<!\w){escaped}(?!\w)"
