"""Formats and levels of the log, and secrets redacted from it."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote_plus

import pytest
import uvicorn

from dashboard import logs, redaction
from tests.waiting import TIMEOUT_S

ROOT = Path(__file__).parents[1]
SECRET = "s3cr/t+k=y ü\"'\\"
UVICORN = ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi")
CONFIGURED = ("ccxt", *UVICORN, "gunicorn.error", "gunicorn.access")


@pytest.fixture(autouse=True)
def _restored_logging() -> Iterator[None]:
    """Undoes the logging configuration of each test."""
    loggers = [logging.getLogger(), *map(logging.getLogger, CONFIGURED)]
    before = [(each, each.level, each.handlers[:], each.propagate, each.disabled) for each in loggers]
    yield
    for logger, level, handlers, propagate, disabled in before:
        logger.setLevel(level)
        logger.handlers, logger.propagate, logger.disabled = handlers, propagate, disabled


def objects(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


class TestTextFormat:
    def test_line_has_date_level_logger_and_message(self, capsys):
        logs.configure("info", json=False, debug=False)
        logging.getLogger("dashboard.feed").info("tick %d", 7)
        date, time, *words = capsys.readouterr().err.split()
        datetime.fromisoformat(f"{date} {time.replace(',', '.')}")
        assert words == ["INFO", "dashboard.feed:", "tick", "7"]

    @pytest.mark.parametrize(
        ("level", "debug", "logged"),
        [("warning", False, ["c"]), ("info", False, ["b", "c"]), ("warning", True, ["a", "b", "c"])],
    )
    def test_level_and_debug_select_the_lines(self, capsys, level, debug, logged):
        logs.configure(level, json=False, debug=debug)
        log = logging.getLogger("dashboard.any")
        log.debug("a")
        log.info("b")
        log.warning("c")
        assert [line[-1] for line in capsys.readouterr().err.splitlines()] == logged

    def test_text_from_outside_cannot_look_like_a_record(self, capsys):
        logs.configure("info", json=False, debug=False)
        log = logging.getLogger("dashboard.any")
        log.info("begins\n2026-01-01 CRITICAL forged\r2026\u2028<2>forged \x1b[2J\u202e")
        try:
            raise ValueError("gone\n2026-01-01 CRITICAL forged")
        except ValueError:
            log.exception("it failed")
        lines = capsys.readouterr().err.splitlines()
        assert [line for line in lines if not line.startswith("    ")] == [lines[0], lines[4]]
        assert lines[3] == "    <2>forged  [2J"

    def test_huge_text_is_cut_in_its_middle(self, capsys):
        logs.configure("info", json=False, debug=False)
        logging.getLogger("dashboard").info("begin%send", "x" * 10_000_000)
        line = capsys.readouterr().err
        assert len(line) < 40_000
        assert "begin" in line
        assert line.endswith("end\n")

    def test_debug_lines_of_ccxt_are_never_logged(self, capsys):
        logs.configure("debug", json=False, debug=True)
        logging.getLogger("ccxt.base.exchange").debug("signature 0f0f")
        logging.getLogger("ccxt").info("an info line")
        assert capsys.readouterr().err.splitlines()[0].endswith("ccxt: an info line")

    def test_second_configure_does_not_duplicate_lines(self, capsys):
        logs.configure("info", json=True, debug=False)
        logs.configure("info", json=False, debug=False)
        logging.getLogger("dashboard").info("once")
        assert len(capsys.readouterr().err.splitlines()) == 1


class TestJsonFormat:
    def test_record_is_one_object_on_one_line(self, capsys):
        logs.configure("info", json=True, debug=False)
        logging.getLogger("dashboard.feed").warning("line one\nline „two“ %s", "x")
        (logged,) = objects(capsys.readouterr().err)
        assert list(logged) == ["timestamp", "level", "logger", "message"]
        assert logged["level"] == "WARNING"
        assert logged["logger"] == "dashboard.feed"
        assert logged["message"] == "line one\nline „two“ x"
        when = datetime.fromisoformat(str(logged["timestamp"]))
        assert when.utcoffset() == timedelta(0)
        assert abs(datetime.now(UTC) - when) < timedelta(minutes=1)

    def test_exception_is_one_field(self, capsys):
        logs.configure("info", json=True, debug=False)
        try:
            raise ValueError("no number")
        except ValueError:
            logging.getLogger("dashboard").exception("it failed")
        (logged,) = objects(capsys.readouterr().err)
        assert list(logged) == ["timestamp", "level", "logger", "message", "exception"]
        assert str(logged["exception"]).startswith("Traceback")
        assert str(logged["exception"]).endswith("ValueError: no number")

    def test_uvicorn_logs_in_the_same_format(self, capsys):
        """Only log_config=None keeps uvicorn from installing its own handlers."""
        logs.configure("info", json=True, debug=False)
        uvicorn.Config("nowhere:app", log_config=None, log_level="info")
        logging.getLogger("uvicorn.error").info("Started", extra={"color_message": "\x1b[1mStarted"})
        logging.getLogger("uvicorn.access").info('%s - "%s"', "1.2.3.4", "GET /")
        first, second = objects(capsys.readouterr().err)
        assert (first["logger"], first["message"]) == ("uvicorn.error", "Started")
        assert second["message"] == '1.2.3.4 - "GET /"'
        assert "color_message" not in first


class TestGunicorn:
    def test_handlers_of_gunicorn_are_replaced(self, capsys):
        from gunicorn.config import Config
        from gunicorn.glogging import Logger

        gunicorn = Logger(Config())
        logs.configure("info", json=True, debug=False)
        gunicorn.error("Worker (pid:%s) exited", 7)
        (logged,) = objects(capsys.readouterr().err)
        assert (logged["logger"], logged["message"]) == ("gunicorn.error", "Worker (pid:7) exited")


JOURNAL = """
import logging, os, sys
stream = os.fstat(2)
os.environ["JOURNAL_STREAM"] = sys.argv[1] or f"{stream.st_dev}:{stream.st_ino}"
from dashboard import logs, redaction
logs.configure("debug", json=sys.argv[2] == "json", debug=False)
log = logging.getLogger("dashboard.x")
for level in (10, 20, 30, 40, 50):
    log.log(level, "first\\nsecond")
"""


def journal(stream: str = "", form: str = "text") -> list[str]:
    """Lines logged by a process whose JOURNAL_STREAM is `stream`, or its own standard error."""
    command = [sys.executable, "-c", JOURNAL, stream, form]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=True, timeout=TIMEOUT_S, cwd=ROOT)
    return done.stderr.splitlines()


class TestJournal:
    def test_each_line_begins_with_its_priority_and_has_no_date(self):
        lines = journal()
        assert lines[:2] == ["<7>DEBUG dashboard.x: first", "<7>    second"]
        assert [line[:3] for line in lines[::2]] == ["<7>", "<6>", "<4>", "<3>", "<2>"]

    def test_redirected_standard_error_gets_lines_with_a_date(self):
        assert journal("1:1")[0].startswith("20")

    def test_json_format_is_unchanged_in_the_journal(self):
        assert objects("\n".join(journal(form="json")))[0]["message"] == "first\nsecond"


def redacting_logger(form: str) -> logging.Logger:
    """Configures logging in `form` with `SECRET` redacted."""
    logs.configure("info", json=form == "json", debug=False)
    redaction.add_secret(SECRET)
    return logging.getLogger("dashboard")


class TestQueries:
    @pytest.mark.parametrize("json", [False, True])
    @pytest.mark.parametrize(
        ("message", "logged"),
        [
            ('1.2.3.4 - "GET /a?key=x HTTP/1.1" 200', '1.2.3.4 - "GET /a?*** HTTP/1.1" 200'),
            ('"WebSocket /a?key=x" [accepted]', '"WebSocket /a?***" [accepted]'),
            ("GET /a%3Fkey=x HTTP/1.1", "GET /a?*** HTTP/1.1"),
            ("GET /a%253fkey=x HTTP/1.1", "GET /a?*** HTTP/1.1"),
            ('GET /?"x"y HTTP/1.1', "GET /?*** HTTP/1.1"),
            ("bitget GET https://api.example/v2?a=b&sign=x", "bitget GET https://api.example/v2"),
            (
                "two https://a.example/?x and https://b.example/?y z",
                "two https://a.example/ and https://b.example/ z",
            ),
            ("no query? none, /a? neither", "no query? none, /a? neither"),
        ],
    )
    def test_query_is_not_logged(self, capsys, json: bool, message: str, logged: str):
        """A client may put a key there, an exchange's client its signature."""
        logs.configure("info", json=json, debug=False)
        logging.getLogger("any.library").info("%s", message)
        text = capsys.readouterr().err
        assert (objects(text)[0]["message"] if json else text.partition(": ")[2][:-1]) == logged


@pytest.mark.parametrize("form", ["text", "json"])
class TestRedaction:
    @pytest.fixture
    def logged(self, capsys):
        def logged() -> str:
            text = capsys.readouterr().err
            for shown in (SECRET, quote_plus(SECRET), json.dumps(SECRET)[1:-1], repr(SECRET)[1:-1], "s3cr"):
                assert shown not in text
            assert "***" in text
            return text

        return logged

    def test_secret_in_a_message(self, logged, form):
        log = redacting_logger(form)
        log.info(f"key {SECRET} refused")
        assert "key *** refused" in logged()

    def test_secret_in_arguments(self, logged, form):
        log = redacting_logger(form)
        log.info("keys %s %r %s", SECRET, SECRET, {"key": SECRET})
        logged()

    def test_secret_encoded_for_a_url(self, logged, form):
        log = redacting_logger(form)
        encoded = quote_plus(SECRET)
        log.info("body key=%s&low=%s", encoded, encoded.lower())
        assert "body key=***&low=***" in logged()

    def test_secret_in_a_json_text(self, logged, form):
        log = redacting_logger(form)
        log.info("response %s", json.dumps({"key": SECRET}))
        logged()

    def test_secret_in_extra_fields(self, logged, form):
        log = redacting_logger(form)
        log.info("***", extra={"request": {"keys": [SECRET]}, SECRET: 1})
        logged()

    def test_secret_in_a_traceback(self, logged, form):
        log = redacting_logger(form)

        def fails() -> None:
            try:
                raise KeyError(SECRET)
            except KeyError as error:
                raise ValueError(f"cannot sign with {SECRET}") from error

        try:
            fails()
        except ValueError:
            log.exception("of %s", SECRET)
        assert "Traceback" in logged()

    def test_secret_in_a_record_that_cannot_be_formatted(self, capsys, form, monkeypatch):
        monkeypatch.setattr(logging.getLogger(), "handlers", [])  # pytest's own would raise
        log = redacting_logger(form)
        log.info("%d", SECRET)
        text = capsys.readouterr().err
        assert "test_logs.py" in text
        assert "cannot be formatted" in text
        assert "s3cr" not in text

    def test_longest_secret_is_redacted_first(self, logged, form):
        log = redacting_logger(form)
        redaction.add_secret(SECRET + "-and-more")
        log.info(f"{SECRET}-and-more")
        assert "more" not in logged()

    def test_short_secret_is_redacted_only_as_a_whole_word(self, capsys, form):
        log = redacting_logger(form)
        redaction.add_secret("abc")
        log.info("abc alphabcd key=abc&x")
        assert "*** alphabcd key=***&x" in capsys.readouterr().err

    def test_empty_secret_redacts_nothing(self, capsys, form):
        log = redacting_logger(form)
        redaction.add_secret("")
        redaction.add_secret(None)
        log.info("all of it")
        assert "all of it" in capsys.readouterr().err
