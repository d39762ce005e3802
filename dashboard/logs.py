"""The log: lines of text or of JSON on standard error, without a secret in them."""

import json as to_json
import logging
import os
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import quote, quote_plus

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_JOURNAL = "%(levelname)s %(name)s: %(message)s"
_SERVERS = ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi", "gunicorn.error", "gunicorn.access")
"""Loggers that bring handlers of their own."""
_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
_SHORT = 4
"""Characters below which a secret is only hidden where it stands as a word of its own."""

_hidden: set[str] = set()
_secrets: re.Pattern[str] | None = None


def configure(level: str, *, json: bool, debug: bool) -> None:
    """Says what is logged from now on, and how; may be called again. `debug` beats `level`.

    ccxt's own debug lines stay out even so: they carry key, signature and passphrase.
    """
    handler = _Handler(sys.stderr)
    handler.setFormatter(_formatter(json=json))
    root = logging.getLogger()
    for earlier in [one for one in root.handlers if isinstance(one, _Handler)]:
        root.removeHandler(earlier)
    root.addHandler(handler)
    root.setLevel("DEBUG" if debug else level.upper())
    logging.getLogger("ccxt").setLevel(logging.INFO)
    for name in _SERVERS:
        server = logging.getLogger(name)
        server.handlers = []
        server.propagate = True


def hide(secret: str | None) -> None:
    """Puts *** in the place of `secret` wherever it would be logged, as it is and encoded for a URL."""
    global _secrets
    if not secret:
        return
    _hidden.update(_spellings(secret))
    longest_first = sorted(_hidden, key=len, reverse=True)
    _secrets = re.compile("|".join(map(_pattern, longest_first)))


def without_secrets(text: str) -> str:
    """The text as it may be shown to others."""
    return _secrets.sub("***", text) if _secrets else text


class _Handler(logging.StreamHandler[Any]):
    """Ours: `configure` replaces it, and lets others be."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """A line that cannot be made. The library would show its arguments, with the secrets in them."""
        place = f"{record.pathname}:{record.lineno}"
        told = {"name": __name__, "levelno": logging.ERROR, "levelname": "ERROR"}
        line = logging.makeLogRecord({**told, "msg": f"a line from {place} cannot be logged"})
        with suppress(Exception):  # nobody is left who could be told
            self.stream.write(self.format(line) + self.terminator)
            self.flush()


class _Text(logging.Formatter):
    """A line as a person reads it, tracebacks below it."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


class _Journal(_Text):
    """The journal knows the time, and takes the level from the beginning of each line."""

    def format(self, record: logging.LogRecord) -> str:
        priority = next((one for level, one in _PRIORITIES if record.levelno >= level), 7)
        return "\n".join(f"<{priority}>{line}" for line in super().format(record).splitlines())


class _Json(JsonFormatter):
    """One object a line."""

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        timestamp = log_data.pop("timestamp").isoformat(timespec="milliseconds")
        return {"timestamp": timestamp, **_clean(log_data)}


def _formatter(*, json: bool) -> logging.Formatter:
    if json:
        return _Json(
            ["levelname", "name", "message"],
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "exception"},
            reserved_attrs=[*RESERVED_ATTRS, "color_message"],
            timestamp=True,
            json_ensure_ascii=False,
        )
    return _Journal(_JOURNAL) if _to_journal() else _Text(_TEXT)


def _to_journal() -> bool:
    """Whether standard error leads to systemd's journal, and not to a file or pipe set up later."""
    try:
        stream = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):  # closed, or none of the system's
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{stream.st_dev}:{stream.st_ino}"


def _clean(value: Any) -> Any:
    """Texts without secrets, in whatever was given beside the message, too."""
    if isinstance(value, dict):
        return {without_secrets(str(name)): _clean(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set):
        return [_clean(one) for one in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return without_secrets(str(value))


def _spellings(secret: str) -> Iterable[str]:
    """As it is, and as it stands in a URL, in JSON or in Python's own way of showing texts."""
    encoded = {quote(secret), quote(secret, safe=""), quote_plus(secret)}
    lower = {re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), one) for one in encoded}
    shown = {to_json.dumps(secret)[1:-1], repr(secret)[1:-1], *secret.splitlines()}
    return {one for one in {secret} | encoded | lower | shown if one}


def _pattern(secret: str) -> str:
    escaped = re.escape(secret)
    return escaped if len(secret) >= _SHORT else rf"(?<!\w){escaped}(?!\w)"
