"""The feed as a separate process, as systemd runs it."""

import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dashboard.clock import now_ms
from dashboard.domain.feed_state import FeedState
from dashboard.replication.mirror import Mirror
from tests.redis_server import RedisServer
from tests.replication.harness import mirrored
from tests.systemd_harness import FEED, NotifySocket, start
from tests.waiting import TIMEOUT_S, until

pytestmark = pytest.mark.longest

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def feed(redis_server: RedisServer) -> Iterator[Start]:
    """Starts feed processes on the demo exchange."""
    started: list[subprocess.Popen[str]] = []

    def begin(*flags: str, manager: NotifySocket | None = None) -> subprocess.Popen[str]:
        url = {"DASHBOARD_REDIS_URL": redis_server.url}
        started.append(start(FEED, "--demo", *flags, manager=manager, environment=url))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def is_streaming(mirror: Mirror) -> bool:
    return mirror.markets.main.snapshot.health.state_at(now_ms()) is FeedState.STREAMING


def test_feed_publishes_its_state_and_notifies_systemd(feed: Start, redis_server: RedisServer):
    with NotifySocket() as manager, mirrored(redis_server) as mirror:
        process = feed(manager=manager)
        manager.until("READY=1")
        until(lambda: is_streaming(mirror))
        until(lambda: len(mirror.positions.get_all_positions()) == 3)
        assert mirror.info().exchange == "Bitget"
        manager.until("WATCHDOG=1")
        process.terminate()
        assert process.wait(TIMEOUT_S) == 0
        assert not redis_server.client.exists("dashboard:lease")


def test_standby_feed_takes_over_when_the_first_dies(feed: Start, redis_server: RedisServer):
    with NotifySocket() as manager, mirrored(redis_server) as mirror:
        first = feed()
        until(lambda: is_streaming(mirror))
        feed(manager=manager)
        assert "another feed holds the lease" in manager.until("STATUS")
        manager.until("WATCHDOG=1")  # a standby counts as healthy
        before = mirror.markets.main.snapshot
        first.kill()
        manager.until("active: reading")
        until(lambda: is_streaming(mirror) and mirror.markets.main.snapshot.version < before.version)


def test_reload_restarts_the_feed_in_the_same_process(feed: Start, redis_server: RedisServer):
    with NotifySocket() as manager, mirrored(redis_server) as mirror:
        process = feed(manager=manager)
        manager.until("active: reading")
        until(lambda: is_streaming(mirror))
        process.send_signal(signal.SIGHUP)
        manager.until("RELOADING=1")
        manager.until("active: reading")
        until(lambda: is_streaming(mirror))
        assert process.poll() is None


def test_reload_during_a_reload_does_not_end_the_process(feed: Start, redis_server: RedisServer):
    with NotifySocket() as manager, mirrored(redis_server) as mirror:
        process = feed(manager=manager)
        manager.until("active: reading")
        process.send_signal(signal.SIGHUP)
        manager.until("RELOADING=1")
        process.send_signal(signal.SIGHUP)  # before the new program has installed its handler
        manager.until("RELOADING=1")
        manager.until("active: reading")
        until(lambda: is_streaming(mirror))
        assert process.poll() is None


def test_standby_that_finds_the_audit_trail_locked_is_restarted_later(
    feed: Start, redis_server: RedisServer, tmp_path: Path
):
    """The stalled holder still locks the trail: exit code 1 lets systemd retry, 2 would stop the unit."""
    with NotifySocket() as manager, mirrored(redis_server) as mirror:
        first = feed(f"--log-dir={tmp_path}")
        until(lambda: is_streaming(mirror))
        standby = feed(f"--log-dir={tmp_path}", manager=manager)
        manager.until("standby: another feed holds the lease")
        first.send_signal(signal.SIGSTOP)
        assert standby.wait(TIMEOUT_S) == 1
        first.kill()
        feed(f"--log-dir={tmp_path}")
        until(lambda: is_streaming(mirror))


def test_symbol_that_the_exchange_refuses_is_retried_and_shown(feed: Start, redis_server: RedisServer):
    """A service does not exit for it: the page shows the reason."""
    with NotifySocket() as manager, mirrored(redis_server) as mirror:
        process = feed("--symbol=NOSUCH", manager=manager)
        manager.until("active: reading")
        until(lambda: "NOSUCH" in (mirror.markets.main.snapshot.health.reason or ""))
        assert mirror.markets.main.snapshot.health.state is FeedState.DISCONNECTED
        for _ in range(3):
            manager.until("WATCHDOG=1")
        assert process.poll() is None


def test_feed_waits_for_redis(feed: Start, redis_server: RedisServer):
    redis_server.stop()
    with NotifySocket() as manager, mirrored(redis_server) as mirror:
        feed(manager=manager)
        manager.until("standby: Redis at")
        redis_server.start()
        until(lambda: is_streaming(mirror))


@pytest.mark.parametrize(
    ("flags", "error"),
    [
        pytest.param(["--demo"], "--redis-url: required", id="missing"),
        pytest.param(["--demo", "--redis-url=ftp://x"], "--redis-url: Redis URL must", id="invalid"),
    ],
)
def test_missing_or_invalid_redis_url_ends_the_start(flags: list[str], error: str):
    process = start(FEED, *flags)
    _, errors = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 2
    assert error in errors
    assert "Traceback" not in errors


def test_password_of_redis_is_not_logged(feed: Start, redis_server: RedisServer):
    redis_server.client.config_set("requirepass", "swordfish-is-secret")
    with NotifySocket() as manager:
        process = feed(f"--redis-url=unix://{redis_server.path}?password=wrong-and-secret", manager=manager)
        assert "standby: Redis at" in manager.until("STATUS")
        process.terminate()
        _, errors = process.communicate(timeout=TIMEOUT_S)
    assert "--redis-url: command lines are visible" in errors
    assert "secret" not in errors
