"""Logging to standard error, as text or as JSON, without known secrets and without queries of URLs."""

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

_TEXT_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_JOURNAL_FORMAT = "%(levelname)s %(name)s: %(message)s"
_SERVER_LOGGERS = (
    "uvicorn",
    "uvicorn.error",
    "uvicorn.access",
    "uvicorn.asgi",
    "gunicorn.error",
    "gunicorn.access",
)
"""Loggers that install handlers of their own."""
_SYSLOG_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
_SYSLOG_DEBUG = 7
_MIN_SUBSTRING_LENGTH = 4
"""Shorter secrets are redacted only as whole words."""

_QUERY = re.compile(r"(?<=[\w/.~%:-])(?:\?|%(?:25)*3f)\S+?(\"?)(?=\s|$)", re.IGNORECASE)
"""The query of a URL or a path, also where its question mark is percent-encoded."""

_spellings: set[str] = set()
_secret_pattern: re.Pattern[str] | None = None


def configure(level: str, *, json: bool, debug: bool) -> None:
    """Sets the level and the format of all loggers; `debug` overrides `level`. Can be called again.

    The debug lines of ccxt are never logged: they contain key, signature and passphrase.
    """
    handler = _LogHandler(sys.stderr)
    handler.setFormatter(_formatter(json=json))
    root = logging.getLogger()
    for previous in [each for each in root.handlers if isinstance(each, _LogHandler)]:
        root.removeHandler(previous)
    root.addHandler(handler)
    root.setLevel("DEBUG" if debug else level.upper())
    logging.getLogger("ccxt").setLevel(logging.INFO)
    for name in _SERVER_LOGGERS:
        server = logging.getLogger(name)
        server.handlers = []
        server.propagate = True


def add_secret(secret: str | None) -> None:
    """Redacts `secret` in every later log line, in plain text, in JSON and encoded for a URL."""
    global _secret_pattern
    if not secret:
        return
    _spellings.update(_spellings_of(secret))
    longest_first = sorted(_spellings, key=len, reverse=True)
    _secret_pattern = re.compile("|".join(map(_pattern, longest_first)))


def redact(text: str) -> str:
    """`text` with *** in place of each known secret."""
    return _secret_pattern.sub("***", text) if _secret_pattern else text


class _LogHandler(logging.StreamHandler[Any]):
    """The handler of `configure`, which replaces it and leaves the handlers of others."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Logs the place of a record that cannot be formatted.

        The base class would print the arguments, and the secrets in them.
        """
        place = f"{record.pathname}:{record.lineno}"
        fields = {"name": __name__, "levelno": logging.ERROR, "levelname": "ERROR"}
        line = logging.makeLogRecord({**fields, "msg": f"a log record of {place} cannot be formatted"})
        with suppress(Exception):  # standard error itself has failed: there is no other place to report it
            self.stream.write(self.format(line) + self.terminator)
            self.flush()


class _TextFormatter(logging.Formatter):
    """Formats a record as a line of text, followed by its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        return _cleaned(super().format(record))


class _JournalFormatter(_TextFormatter):
    """Begins each line with its syslog priority; the journal adds the time."""

    def format(self, record: logging.LogRecord) -> str:
        priority = next(
            (number for level, number in _SYSLOG_PRIORITIES if record.levelno >= level), _SYSLOG_DEBUG
        )
        return "\n".join(f"<{priority}>{line}" for line in super().format(record).splitlines())


class _RedactingJsonFormatter(JsonFormatter):
    """Formats a record as one JSON object on one line."""

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        timestamp = log_data.pop("timestamp").isoformat(timespec="milliseconds")
        return {"timestamp": timestamp, **_redacted(log_data)}


def _formatter(*, json: bool) -> logging.Formatter:
    if json:
        return _RedactingJsonFormatter(
            ["levelname", "name", "message"],
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "exception"},
            reserved_attrs=[*RESERVED_ATTRS, "color_message"],
            timestamp=True,
            json_ensure_ascii=False,
        )
    return _JournalFormatter(_JOURNAL_FORMAT) if _logs_to_journal() else _TextFormatter(_TEXT_FORMAT)


def _logs_to_journal() -> bool:
    """True if standard error is systemd's journal itself, not a file or pipe it was redirected to."""
    try:
        stream = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):  # closed, or replaced by an object without a file descriptor
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{stream.st_dev}:{stream.st_ino}"


def _redacted(value: Any) -> Any:
    """`value` with all secrets redacted, in nested keys and values too."""
    if isinstance(value, dict):
        return {_cleaned(str(name)): _redacted(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set):
        return [_redacted(each) for each in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return _cleaned(str(value))


def _cleaned(text: str) -> str:
    """`text` without known secrets, and without queries, where unknown keys and signatures stand."""
    return _QUERY.sub(r"?***\1", redact(text))


def _spellings_of(secret: str) -> Iterable[str]:
    """The secret in plain text, encoded for a URL, in JSON and in Python's repr."""
    encoded = {quote(secret), quote(secret, safe=""), quote_plus(secret)}
    lower = {re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), each) for each in encoded}
    escaped = {to_json.dumps(secret)[1:-1], repr(secret)[1:-1], *secret.splitlines()}
    return {each for each in {secret} | encoded | lower | escaped if each}


def _pattern(spelling: str) -> str:
    escaped = re.escape(spelling)
    return escaped if len(spelling) >= _MIN_SUBSTRING_LENGTH else rf"(?<!\w){escaped}(?!\w)"
