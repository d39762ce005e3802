"""The feed as a process of its own, as systemd would run it."""

import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dashboard.clock import now_ms
from dashboard.domain.feed_state import FeedState
from dashboard.replication.mirror import Mirror
from tests.redis_server import RedisServer
from tests.replication.harness import heard
from tests.systemd_harness import FEED, Manager, start
from tests.waiting import until

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def feed(redis_server: RedisServer) -> Iterator[Start]:
    """Starts feeds of the demo exchange."""
    started: list[subprocess.Popen[str]] = []

    def begin(*flags: str, manager: Manager | None = None) -> subprocess.Popen[str]:
        url = {"DASHBOARD_REDIS_URL": redis_server.url}
        started.append(start(FEED, "--demo", *flags, manager=manager, environment=url))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def streams(mirror: Mirror) -> bool:
    return mirror.markets.main.snapshot.health.state_at(now_ms()) is FeedState.STREAMING


def test_it_publishes_what_it_reads_and_tells_systemd(feed: Start, redis_server: RedisServer):
    with Manager() as manager, heard(redis_server) as mirror:
        process = feed(manager=manager)
        manager.until("READY=1")
        until(lambda: streams(mirror), 30)
        until(lambda: len(mirror.board.get_all_positions()) == 3, 30)
        assert mirror.about().exchange == "Bitget"
        manager.until("WATCHDOG=1")
        process.terminate()
        assert process.wait(10) == 0
        assert not redis_server.client.exists("dashboard:lease")


def test_of_two_one_waits_and_takes_over_when_the_first_dies(feed: Start, redis_server: RedisServer):
    with Manager() as manager, heard(redis_server) as mirror:
        first = feed()
        until(lambda: streams(mirror), 30)
        feed(manager=manager)
        assert "another feed leads" in manager.until("STATUS")
        manager.until("WATCHDOG=1")  # to wait is no hanging
        before = mirror.markets.main.snapshot
        first.kill()
        manager.until("leads: reads")
        until(lambda: streams(mirror) and mirror.markets.main.snapshot.version < before.version, 30)


def test_a_reload_keeps_the_process_and_begins_anew(feed: Start, redis_server: RedisServer):
    with Manager() as manager, heard(redis_server) as mirror:
        process = feed(manager=manager)
        manager.until("leads: reads")
        until(lambda: streams(mirror), 30)
        process.send_signal(signal.SIGHUP)
        manager.until("RELOADING=1")
        manager.until("leads: reads")
        until(lambda: streams(mirror), 30)
        assert process.poll() is None


def test_reloads_one_after_another_end_nothing(feed: Start, redis_server: RedisServer):
    with Manager() as manager, heard(redis_server) as mirror:
        process = feed(manager=manager)
        manager.until("leads: reads")
        process.send_signal(signal.SIGHUP)
        manager.until("RELOADING=1")
        process.send_signal(signal.SIGHUP)  # while it is another program, which does not listen yet
        manager.until("RELOADING=1")
        manager.until("leads: reads")
        until(lambda: streams(mirror), 30)
        assert process.poll() is None


def test_a_spare_on_the_same_trail_is_there_for_the_next_try(
    feed: Start, redis_server: RedisServer, tmp_path: Path
):
    """The leader hangs and holds the trail still: that is nothing for an operator to mend."""
    with Manager() as manager, heard(redis_server) as mirror:
        first = feed(f"--log-dir={tmp_path}")
        until(lambda: streams(mirror), 30)
        spare = feed(f"--log-dir={tmp_path}", manager=manager)
        manager.until("waits: another feed leads")
        first.send_signal(signal.SIGSTOP)
        assert spare.wait(30) == 1
        first.kill()
        feed(f"--log-dir={tmp_path}")
        until(lambda: streams(mirror), 30)


def test_what_the_exchange_refuses_is_tried_again_and_said(feed: Start, redis_server: RedisServer):
    """There is nobody to read a last line: the page says it."""
    with Manager() as manager, heard(redis_server) as mirror:
        process = feed("--symbol=NOSUCH", manager=manager)
        manager.until("leads: reads")
        until(lambda: "NOSUCH" in (mirror.markets.main.snapshot.health.reason or ""), 30)
        assert mirror.markets.main.snapshot.health.state is FeedState.DISCONNECTED
        for _ in range(3):
            manager.until("WATCHDOG=1")
        assert process.poll() is None


def test_it_waits_for_redis(feed: Start, redis_server: RedisServer):
    redis_server.stop()
    with Manager() as manager, heard(redis_server) as mirror:
        feed(manager=manager)
        manager.until("waits: Redis at")
        redis_server.start()
        until(lambda: streams(mirror), 30)


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        pytest.param(["--demo"], "--redis-url: needed", id="none"),
        pytest.param(["--demo", "--redis-url=ftp://x"], "--redis-url: Redis URL must", id="no address"),
    ],
)
def test_where_redis_is_has_to_be_told(flags: list[str], says: str):
    process = start(FEED, *flags)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert says in errors
    assert "Traceback" not in errors


def test_the_password_of_redis_is_not_told(feed: Start, redis_server: RedisServer):
    redis_server.client.config_set("requirepass", "swordfish-is-secret")
    with Manager() as manager:
        process = feed(f"--redis-url=unix://{redis_server.path}?password=wrong-and-secret", manager=manager)
        assert "waits: Redis at" in manager.until("STATUS")
        process.terminate()
        _, errors = process.communicate(timeout=10)
    assert "secret" not in errors.replace("other users of this machine can see a secret", "")
