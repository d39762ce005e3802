"""What is logged, in which form, and that no secret is in it."""

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

from dashboard import logs

ROOT = Path(__file__).parents[1]
SECRET = "s3cr/t+k=y ü\"'\\"
UVICORN = ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi")
TOUCHED = ("ccxt", *UVICORN, "gunicorn.error", "gunicorn.access")


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test configures and hides is its own."""
    monkeypatch.setattr(logs, "_hidden", set())
    monkeypatch.setattr(logs, "_secrets", None)
    loggers = [logging.getLogger(), *map(logging.getLogger, TOUCHED)]
    before = [(one, one.level, one.handlers[:], one.propagate, one.disabled) for one in loggers]
    yield
    for one, level, handlers, propagate, disabled in before:
        one.setLevel(level)
        one.handlers, one.propagate, one.disabled = handlers, propagate, disabled


def objects(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


class TestText:
    def test_a_line_has_date_level_logger_and_message(self, capsys):
        logs.configure("info", json=False, debug=False)
        logging.getLogger("dashboard.feed").info("tick %d", 7)
        date, time, *words = capsys.readouterr().err.split()
        datetime.fromisoformat(f"{date} {time.replace(',', '.')}")
        assert words == ["INFO", "dashboard.feed:", "tick", "7"]

    @pytest.mark.parametrize(
        ("level", "debug", "heard"),
        [("warning", False, ["c"]), ("info", False, ["b", "c"]), ("warning", True, ["a", "b", "c"])],
    )
    def test_as_much_as_was_asked_for(self, capsys, level, debug, heard):
        logs.configure(level, json=False, debug=debug)
        log = logging.getLogger("dashboard.any")
        log.debug("a")
        log.info("b")
        log.warning("c")
        assert [line[-1] for line in capsys.readouterr().err.splitlines()] == heard

    def test_ccxts_own_debug_lines_stay_out(self, capsys):
        logs.configure("debug", json=False, debug=True)
        logging.getLogger("ccxt.base.exchange").debug("signature 0f0f")
        logging.getLogger("ccxt").info("but this")
        assert capsys.readouterr().err.splitlines()[0].endswith("ccxt: but this")

    def test_called_again_it_does_not_say_everything_twice(self, capsys):
        logs.configure("info", json=True, debug=False)
        logs.configure("info", json=False, debug=False)
        logging.getLogger("dashboard").info("once")
        assert len(capsys.readouterr().err.splitlines()) == 1


class TestJson:
    def test_one_object_a_line(self, capsys):
        logs.configure("info", json=True, debug=False)
        logging.getLogger("dashboard.feed").warning("line one\nline „two“ %s", "x")
        (told,) = objects(capsys.readouterr().err)
        assert list(told) == ["timestamp", "level", "logger", "message"]
        assert told["level"] == "WARNING"
        assert told["logger"] == "dashboard.feed"
        assert told["message"] == "line one\nline „two“ x"
        when = datetime.fromisoformat(str(told["timestamp"]))
        assert when.utcoffset() == timedelta(0)
        assert abs(datetime.now(UTC) - when) < timedelta(minutes=1)

    def test_an_exception_is_one_field(self, capsys):
        logs.configure("info", json=True, debug=False)
        try:
            raise ValueError("no number")
        except ValueError:
            logging.getLogger("dashboard").exception("it failed")
        (told,) = objects(capsys.readouterr().err)
        assert list(told) == ["timestamp", "level", "logger", "message", "exception"]
        assert str(told["exception"]).startswith("Traceback")
        assert str(told["exception"]).endswith("ValueError: no number")

    def test_uvicorn_speaks_alike(self, capsys):
        """It sets up its own logging wherever it may: log_config=None is what keeps it from that."""
        logs.configure("info", json=True, debug=False)
        uvicorn.Config("nowhere:app", log_config=None, log_level="info")
        logging.getLogger("uvicorn.error").info("Started", extra={"color_message": "\x1b[1mStarted"})
        logging.getLogger("uvicorn.access").info('%s - "%s"', "1.2.3.4", "GET /")
        first, second = objects(capsys.readouterr().err)
        assert (first["logger"], first["message"]) == ("uvicorn.error", "Started")
        assert second["message"] == '1.2.3.4 - "GET /"'
        assert "color_message" not in first


class TestServers:
    def test_gunicorns_handlers_are_replaced(self, capsys):
        from gunicorn.config import Config
        from gunicorn.glogging import Logger

        gunicorn = Logger(Config())
        logs.configure("info", json=True, debug=False)
        gunicorn.error("Worker (pid:%s) exited", 7)
        (told,) = objects(capsys.readouterr().err)
        assert (told["logger"], told["message"]) == ("gunicorn.error", "Worker (pid:7) exited")


JOURNAL = """
import logging, os, sys
stream = os.fstat(2)
os.environ["JOURNAL_STREAM"] = sys.argv[1] or f"{stream.st_dev}:{stream.st_ino}"
from dashboard import logs
logs.configure("debug", json=sys.argv[2] == "json", debug=False)
log = logging.getLogger("dashboard.x")
for level in (10, 20, 30, 40, 50):
    log.log(level, "told\\ntwice")
"""


def journal(stream: str = "", form: str = "text") -> list[str]:
    """What a process logs whose standard error is what JOURNAL_STREAM says, or `stream`."""
    command = [sys.executable, "-c", JOURNAL, stream, form]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=True, timeout=30, cwd=ROOT)
    return done.stderr.splitlines()


class TestJournal:
    def test_each_line_begins_with_its_priority_and_has_no_date(self):
        lines = journal()
        assert lines[:2] == ["<7>DEBUG dashboard.x: told", "<7>twice"]
        assert [line[:3] for line in lines[::2]] == ["<7>", "<6>", "<4>", "<3>", "<2>"]

    def test_where_the_stream_leads_elsewhere_lines_have_a_date(self):
        assert journal("1:1")[0].startswith("20")

    def test_json_stays_json(self):
        assert objects("\n".join(journal(form="json")))[0]["message"] == "told\ntwice"


def keeping(form: str) -> logging.Logger:
    """A log in this form that was told of the secret."""
    logs.configure("info", json=form == "json", debug=False)
    logs.hide(SECRET)
    return logging.getLogger("dashboard")


@pytest.mark.parametrize("form", ["text", "json"])
class TestSecrets:
    @pytest.fixture
    def said(self, capsys):
        def said() -> str:
            text = capsys.readouterr().err
            for shown in (SECRET, quote_plus(SECRET), json.dumps(SECRET)[1:-1], repr(SECRET)[1:-1], "s3cr"):
                assert shown not in text
            assert "***" in text
            return text

        return said

    def test_in_a_message(self, said, form):
        log = keeping(form)
        log.info(f"key {SECRET} refused")
        assert "key *** refused" in said()

    def test_in_arguments(self, said, form):
        log = keeping(form)
        log.info("keys %s %r %s", SECRET, SECRET, {"key": SECRET})
        said()

    def test_in_a_url(self, said, form):
        log = keeping(form)
        encoded = quote_plus(SECRET)
        log.info("GET /x?key=%s&low=%s", encoded, encoded.lower())
        assert "GET /x?key=***&low=***" in said()

    def test_in_json_that_is_told(self, said, form):
        log = keeping(form)
        log.info("answered %s", json.dumps({"key": SECRET}))
        said()

    def test_in_what_is_given_beside(self, said, form):
        log = keeping(form)
        log.info("***", extra={"request": {"keys": [SECRET]}, SECRET: 1})
        said()

    def test_in_tracebacks(self, said, form):
        log = keeping(form)

        def fails() -> None:
            try:
                raise KeyError(SECRET)
            except KeyError as error:
                raise ValueError(f"cannot sign with {SECRET}") from error

        try:
            fails()
        except ValueError:
            log.exception("of %s", SECRET)
        assert "Traceback" in said()

    def test_in_a_line_that_cannot_be_made(self, capsys, form, monkeypatch):
        monkeypatch.setattr(logging.getLogger(), "handlers", [])  # pytest's own would raise
        log = keeping(form)
        log.info("%d", SECRET)
        text = capsys.readouterr().err
        assert "test_logs.py" in text
        assert "cannot be logged" in text
        assert "s3cr" not in text

    def test_the_longest_comes_first(self, said, form):
        log = keeping(form)
        logs.hide(SECRET + "-and-more")
        log.info(f"{SECRET}-and-more")
        assert "more" not in said()

    def test_a_short_one_leaves_other_words_whole(self, capsys, form):
        log = keeping(form)
        logs.hide("abc")
        log.info("abc alphabcd key=abc&x")
        assert "*** alphabcd key=***&x" in capsys.readouterr().err

    def test_nothing_to_hide(self, capsys, form):
        log = keeping(form)
        logs.hide("")
        logs.hide(None)
        log.info("all of it")
        assert "all of it" in capsys.readouterr().err
