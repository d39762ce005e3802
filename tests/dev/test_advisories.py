"""dev/audit distinguishes holes, a broken answer and no source, over a real socket and with pip-audit."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from dev.advisories import BROKEN, UNREACHABLE, VULNERABLE, main

LOCK = "".join(f"{name}==1.0 \\\n    --hash=sha256:{'0' * 64}\n" for name in ("safe", "holey"))
ADVISORY = {
    "id": "PYSEC-2026-1",
    "summary": "a hole",
    "affected": [
        {"package": {"name": "holey", "ecosystem": "PyPI"}, "ranges": [
            {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}
        ]}
    ],
}  # fmt: skip


@contextmanager
def advisory_server(answers: dict[str, Any], status: int = 200) -> Iterator[str]:
    """OSV's protocol on loopback: the answer by the name of the package, as bytes or JSON."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = answers.get(query["package"]["name"], {})
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1/query"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def checked(tmp_path, monkeypatch, capsys):
    """Runs the audit with the given server; returns the exit code and what it printed."""
    lock = tmp_path / "requirements.lock"
    lock.write_text(LOCK)
    for name in ("CI", "REQUIRE_ADVISORIES"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)

    def run(url: str) -> tuple[int, str]:
        monkeypatch.setenv("ADVISORIES_OSV_URL", url)
        return main(Path(lock)), capsys.readouterr().err

    return run


def test_packages_without_holes_are_counted(checked):
    with advisory_server({}) as url:
        code, text = checked(url)
    assert code == 0
    assert text.startswith(f"audit: 2 packages checked with {url}: no advisories")


@pytest.mark.parametrize("ci", [False, True])
def test_hole_fails_with_package_advisory_and_remedy(checked, monkeypatch, ci):
    if ci:
        monkeypatch.setenv("CI", "true")
    with advisory_server({"holey": {"vulns": [ADVISORY]}}) as url:
        code, text = checked(url)
    assert code == VULNERABLE
    line = "audit: VULNERABLE: holey 1.0: PYSEC-2026-1, fixed in 1.1\n"
    assert text.startswith(f"::error::{line}" if ci else line)


@pytest.mark.parametrize(
    ("answers", "status"),
    [({}, 500), ({}, 403), ({"holey": b"<html>"}, 200), ({"holey": b'{"vulns":7}'}, 200)],
    ids=["an error", "refused", "a page", "another form"],
)
def test_broken_answer_of_a_source_that_was_reached_fails(checked, answers, status):
    with advisory_server(answers, status) as url:
        code, text = checked(url)
    assert code == BROKEN
    assert "was reached, but its answer is unusable" in text


@pytest.mark.parametrize(("required", "expected"), [(False, 0), (True, UNREACHABLE)])
def test_unreachable_source_is_reported_and_fails_only_if_required(
    checked, monkeypatch, unused_tcp_port, required, expected
):
    if required:
        monkeypatch.setenv("REQUIRE_ADVISORIES", "true")
    monkeypatch.setenv("CI", "true")
    code, text = checked(f"http://127.0.0.1:{unused_tcp_port}/v1/query")
    assert code == expected
    assert text.startswith("audit: NOT CHECKED: no source of advisories is reachable (http://127.0.0.1")
