"""`dashboard-admin clear-lockout` while the dashboard runs, alone and with several workers."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dashboard.auth.auth_store import AuthStore
from dashboard.paths import auth_file
from tests.processes.running_dashboard import ROOT, WAYS, running
from tests.redis_server import RedisServer
from tests.waiting import TIMEOUT_S

pytestmark = pytest.mark.longest

PASSWORD = "a long enough passphrase"
WRONG = "a wrong passphrase"
LOCKED, REFUSED, ALLOWED = 429, 401, 303
Attempt = Callable[[str, str], int]


def clear_lockout(folder: Path, *address: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dashboard.auth.admin", "--state-dir", str(folder), "clear-lockout", *address],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


@contextmanager
def dashboard(way: str, folder: Path, redis: RedisServer) -> Iterator[Attempt]:
    """Yields an attempt to log in from an address, as nginx passes it on. Each has its own connection."""
    AuthStore(auth_file(folder)).set_password(PASSWORD)
    with running(way, folder, unix_socket=True, redis_url=redis.url) as server:

        def attempt(address: str, password: str) -> int:
            with server.client() as client:
                sent = {"X-Forwarded-For": address}
                return client.post("/login", data={"password": password}, headers=sent).status_code

        yield attempt


@pytest.mark.parametrize("way", WAYS)
def test_cleared_address_may_try_again_and_others_not(way: str, tmp_path: Path, redis_server: RedisServer):
    with dashboard(way, tmp_path, redis_server) as attempt:
        for address in ("203.0.113.9", "203.0.113.10", "2001:db8:1:2::9"):
            assert [attempt(address, WRONG) for _ in range(6)] == [REFUSED] * 5 + [LOCKED]
        cleared = clear_lockout(tmp_path, "203.0.113.9")
        assert (cleared.returncode, cleared.stderr) == (0, "")
        assert cleared.stdout == "Failed logins from 203.0.113.9 are forgotten.\n"
        assert attempt("203.0.113.10", PASSWORD) == LOCKED
        assert [attempt("203.0.113.9", WRONG) for _ in range(6)] == [REFUSED] * 5 + [LOCKED]
        clear_lockout(tmp_path, "203.0.113.9")
        assert attempt("203.0.113.9", PASSWORD) == ALLOWED
        assert clear_lockout(tmp_path, "2001:db8:1:2::1").returncode == 0
        assert attempt("2001:db8:1:2::9", PASSWORD) == ALLOWED


@pytest.mark.parametrize("way", WAYS)
def test_everyone_may_try_again(way: str, tmp_path: Path, redis_server: RedisServer):
    with dashboard(way, tmp_path, redis_server) as attempt:
        for address in ("203.0.113.9", "203.0.113.10"):
            assert [attempt(address, WRONG) for _ in range(6)] == [REFUSED] * 5 + [LOCKED]
        assert clear_lockout(tmp_path).stdout == "All failed logins are forgotten.\n"
        for address in ("203.0.113.9", "203.0.113.10"):
            assert attempt(address, PASSWORD) == ALLOWED
