"""Limits on failed logins: in one process, shared through Redis, and while Redis is down."""

import threading
import time
from collections.abc import Iterator

import pytest

from dashboard.auth.auth_store import AuthStore
from dashboard.auth.throttle import Throttle
from dashboard.errors import SettingsError
from tests.auth.conftest import PASSWORD, AuthTestApp
from tests.redis_server import RedisServer


class Clock:
    """The wall clock, set forward by the test."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        real, self.ahead = time.time, 0.0
        patch.setattr(time, "time", lambda: real() + self.ahead)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    server = RedisServer()
    yield server
    server.close()


def guesses(throttle: Throttle, address: str, attempts: int) -> list[bool]:
    """Makes wrong attempts. Returns for each of them if the throttle allowed it."""
    allowed = []
    for _ in range(attempts):
        allowed.append(throttle.acquire(address) == 0)
        if allowed[-1]:
            throttle.record_failure()
    return allowed


def guesses_from_addresses(throttle: Throttle, count: int, net: str = "10.0") -> list[bool]:
    return [guesses(throttle, f"{net}.{i // 200}.{i % 200}", 1)[0] for i in range(count)]


class TestOneProcess:
    def test_five_attempts_in_five_minutes(self, clock: Clock):
        throttle = Throttle()
        assert guesses(throttle, "10.0.0.1", 7) == [True] * 5 + [False] * 2
        assert 298 <= throttle.acquire("10.0.0.1") <= 300
        assert guesses(throttle, "10.0.0.2", 1) == [True]
        clock.ahead = 290
        assert 8 <= throttle.acquire("10.0.0.1") <= 10
        clock.ahead = 301
        assert guesses(throttle, "10.0.0.1", 6) == [True] * 5 + [False]

    def test_success_resets_the_limit(self, clock: Clock):
        throttle = Throttle()
        guesses(throttle, "10.0.0.1", 4)
        assert throttle.acquire("10.0.0.1") == 0
        throttle.reset("10.0.0.1")
        assert guesses(throttle, "10.0.0.1", 6) == [True] * 5 + [False]

    def test_a_hundred_failures_an_hour_of_all_unknown_clients(self, clock: Clock):
        throttle = Throttle()
        assert guesses_from_addresses(throttle, 100) == [True] * 100
        assert 3_500 < throttle.acquire("192.0.2.1") <= 3_600

    def test_known_device_is_exempt_from_the_shared_limit(self):
        throttle = Throttle()
        guesses_from_addresses(throttle, 100)
        assert throttle.acquire("192.0.2.1", known=True) == 0
        assert [throttle.acquire("a browser", known=True) == 0 for _ in range(6)] == [True] * 5 + [False]

    def test_refused_attempts_do_not_extend_the_wait(self, clock: Clock):
        """Each failure expires an hour after it was made."""
        throttle = Throttle()
        for _ in range(20):
            guesses_from_addresses(throttle, 5)
            clock.ahead += 60
        assert guesses_from_addresses(throttle, 50, "10.1") == [False] * 50
        assert throttle.acquire("192.0.2.1") <= 2_400
        clock.ahead += 2_401
        assert throttle.acquire("192.0.2.1") == 0

    def test_concurrent_attempts_are_all_counted(self):
        throttle, allowed = Throttle(), []
        threads = [
            threading.Thread(target=lambda: allowed.append(throttle.acquire("10.0.0.1") == 0))
            for _ in range(30)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert allowed.count(True) == 5


class TestRedis:
    @pytest.mark.parametrize("scheme", ["unix", "redis+unix"])
    def test_workers_share_the_limit(self, redis: RedisServer, scheme: str):
        one, other = (Throttle(redis.url.replace("unix", scheme, 1)) for _ in range(2))
        assert guesses(one, "10.0.0.1", 3) == [True] * 3
        assert guesses(other, "10.0.0.1", 3) == [True, True, False]
        assert one.acquire("10.0.0.1") > 0
        guesses_from_addresses(other, 95, "10.1")
        assert one.acquire("192.0.2.1") > 3_500

    def test_limit_holds_per_process_while_redis_is_down(
        self, redis: RedisServer, caplog: pytest.LogCaptureFixture
    ):
        throttle = Throttle(redis.url)
        assert guesses(throttle, "10.0.0.1", 3) == [True] * 3
        redis.stop()
        assert guesses(throttle, "10.0.0.1", 4) == [True] * 2 + [False] * 2
        assert guesses(throttle, "10.0.0.2", 1) == [True]
        assert len(caplog.records) == 1
        redis.start()
        assert guesses(throttle, "10.0.0.1", 6) == [True] * 5 + [False]

    def test_frozen_redis_delays_little(self, redis: RedisServer):
        throttle = Throttle(redis.url)
        throttle.acquire("10.0.0.1")
        redis.suspend()
        started = time.monotonic()
        assert guesses(throttle, "10.0.0.1", 1) == [True]
        assert time.monotonic() - started < 20  # its timeout is a second; a blocking read would never end
        redis.resume()

    def test_limit_holds_without_a_redis_server(self, tmp_path):
        assert guesses(Throttle(f"unix://{tmp_path}/no.sock"), "10.0.0.1", 6) == [True] * 5 + [False]

    @pytest.mark.parametrize("url", ["redis.sock", "http://127.0.0.1/secret", "redis://127.0.0.1:secret"])
    def test_malformed_url_is_refused_without_showing_it(self, url: str):
        with pytest.raises(SettingsError) as error:
            Throttle(url)
        assert "secret" not in str(error.value)


def test_logins_are_throttled_through_redis(redis: RedisServer, visit) -> None:
    site: AuthTestApp = visit(redis_url=redis.url, proxies="127.0.0.1")
    for _ in range(5):
        assert site.log_in("wrong password").status_code == 401
    assert site.log_in().status_code == 429
    assert site.log_in(x_forwarded_for="192.0.2.7").status_code == 303
    assert not any(PASSWORD.encode() in key for key in redis.client.scan_iter())


class TestClearing:
    @pytest.fixture(params=["one process", "Redis"])
    def throttles(self, request: pytest.FixtureRequest, store: AuthStore) -> list[Throttle]:
        """One for each process that counts."""
        if request.param == "one process":
            return [Throttle(read_auth_data=store.read)]
        url = request.getfixturevalue("redis").url
        return [Throttle(url, store.read) for _ in range(2)]

    def test_address(self, throttles: list[Throttle], store: AuthStore):
        for address in ("10.0.0.1", "10.0.0.2"):
            assert guesses(throttles[0], address, 6) == [True] * 5 + [False]
        store.clear_lockout("10.0.0.1")
        assert all(throttle.acquire("10.0.0.2") for throttle in throttles)
        assert guesses(throttles[-1], "10.0.0.1", 3) == [True] * 3
        assert guesses(throttles[0], "10.0.0.1", 3) == [True] * 2 + [False]

    def test_limit_of_all_together_needs_a_clearing_of_all(self, throttles: list[Throttle], store: AuthStore):
        guesses_from_addresses(throttles[0], 100)
        for _ in range(6):
            throttles[0].acquire("a browser", known=True)
        store.clear_lockout("192.0.2.1")
        assert throttles[-1].acquire("192.0.2.1") > 0
        store.clear_lockout()
        assert throttles[-1].acquire("192.0.2.1") == 0
        assert throttles[-1].acquire("a browser", known=True) == 0
        assert guesses_from_addresses(throttles[-1], 101) == [True] * 100 + [False]

    def test_later_clearing_of_all_counts_for_a_cleared_address(
        self, throttles: list[Throttle], store: AuthStore
    ):
        store.clear_lockout("10.0.0.1")
        guesses(throttles[0], "10.0.0.1", 5)
        store.clear_lockout()
        assert throttles[-1].acquire("10.0.0.1") == 0
