"""Logging to standard error, as text or as JSON, without known secrets and without queries of URLs."""

import logging
import os
import re
import sys
from contextlib import suppress
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from dashboard.outside_text import printable
from dashboard.redaction import redact

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
_MAX_LENGTH = 32_768
"""Characters of a line with its traceback: an error may contain a whole answer of an exchange."""

_QUERY = re.compile(r"(?<=[\w/.~%:-])(?:\?|%(?:25)*3f)\S+?(\"?)(?=\s|$)", re.IGNORECASE)
"""The query of a URL or a path, also where its question mark is percent-encoded."""


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
    """Formats a record as a line of text, followed by its further lines and its traceback.

    These are indented, so that no text from outside looks like a record.
    """

    def format(self, record: logging.LogRecord) -> str:
        return "\n    ".join(map(printable, _cleaned(super().format(record)).splitlines()))


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
    """`text` cut, and without known secrets and queries, where unknown keys and signatures stand."""
    if len(text) > _MAX_LENGTH:
        text = f"{text[: _MAX_LENGTH // 2]} … {text[-_MAX_LENGTH // 2 :]}"
    return _QUERY.sub(r"?***\1", redact(text))
