"""How often one may be wrong about the password: alone, by Redis for many processes, and while it is away."""

import asyncio
import logging
import threading
import time
from collections.abc import Iterator

import pytest

from dashboard.auth.auth_store import AuthStore
from dashboard.auth.client_address import client_address
from dashboard.auth.login_attempts import LoginAttempts
from dashboard.auth.passwords import matches
from dashboard.auth.throttle import Throttle
from dashboard.errors import SettingsError
from tests.auth.conftest import PASSWORD, AuthTestApp
from tests.redis_server import RedisServer


class Clock:
    """The wall's, set forward by hand."""

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


def guesses(throttle: Throttle, address: str, tries: int) -> list[bool]:
    """Whether each of so many wrong tries was let through."""
    let = []
    for _ in range(tries):
        let.append(throttle.take(address) == 0)
        if let[-1]:
            throttle.failed()
    return let


def of_addresses(throttle: Throttle, count: int, net: str = "10.0") -> list[bool]:
    return [guesses(throttle, f"{net}.{i // 200}.{i % 200}", 1)[0] for i in range(count)]


class TestAlone:
    def test_five_in_five_minutes(self, clock: Clock):
        throttle = Throttle()
        assert guesses(throttle, "10.0.0.1", 7) == [True] * 5 + [False] * 2
        assert 298 <= throttle.take("10.0.0.1") <= 300
        assert guesses(throttle, "10.0.0.2", 1) == [True]
        clock.ahead = 290
        assert 8 <= throttle.take("10.0.0.1") <= 10
        clock.ahead = 301
        assert guesses(throttle, "10.0.0.1", 6) == [True] * 5 + [False]

    def test_being_right_forgives(self, clock: Clock):
        throttle = Throttle()
        guesses(throttle, "10.0.0.1", 4)
        assert throttle.take("10.0.0.1") == 0
        throttle.forgive("10.0.0.1")
        assert guesses(throttle, "10.0.0.1", 6) == [True] * 5 + [False]

    def test_a_hundred_an_hour_from_everywhere(self, clock: Clock):
        throttle = Throttle()
        assert of_addresses(throttle, 100) == [True] * 100
        assert 3_500 < throttle.take("192.0.2.1") <= 3_600

    def test_which_one_that_is_known_need_not_mind(self):
        throttle = Throttle()
        of_addresses(throttle, 100)
        assert throttle.take("192.0.2.1", known=True) == 0
        assert [throttle.take("a browser", known=True) == 0 for _ in range(6)] == [True] * 5 + [False]

    def test_nobody_is_locked_out_for_ever(self, clock: Clock):
        """Tries that were refused do not count: each failure makes room an hour after it was made."""
        throttle = Throttle()
        for _ in range(20):
            of_addresses(throttle, 5)
            clock.ahead += 60
        assert of_addresses(throttle, 50, "10.1") == [False] * 50
        assert throttle.take("192.0.2.1") <= 2_400
        clock.ahead += 2_401
        assert throttle.take("192.0.2.1") == 0

    def test_many_at_once_are_many(self):
        throttle, let = Throttle(), []
        threads = [
            threading.Thread(target=lambda: let.append(throttle.take("10.0.0.1") == 0)) for _ in range(30)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert let.count(True) == 5


class TestRedis:
    @pytest.mark.parametrize("scheme", ["unix", "redis+unix"])
    def test_workers_count_together(self, redis: RedisServer, scheme: str):
        one, other = (Throttle(redis.url.replace("unix", scheme, 1)) for _ in range(2))
        assert guesses(one, "10.0.0.1", 3) == [True] * 3
        assert guesses(other, "10.0.0.1", 3) == [True, True, False]
        assert one.take("10.0.0.1") > 0
        of_addresses(other, 95, "10.1")
        assert one.take("192.0.2.1") > 3_500

    def test_while_it_is_away_nothing_is_free_and_nobody_is_shut_out(
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

    def test_one_that_answers_nothing_costs_a_second(self, redis: RedisServer):
        throttle = Throttle(redis.url)
        throttle.take("10.0.0.1")
        redis.suspend()
        begun = time.monotonic()
        assert guesses(throttle, "10.0.0.1", 1) == [True]
        assert time.monotonic() - begun < 3
        redis.resume()

    def test_one_that_was_never_there(self, tmp_path):
        assert guesses(Throttle(f"unix://{tmp_path}/no.sock"), "10.0.0.1", 6) == [True] * 5 + [False]

    def test_over_a_whole_login(self, redis: RedisServer, visit):
        site: AuthTestApp = visit(redis_url=redis.url)
        for _ in range(5):
            assert site.log_in("wrong password").status_code == 401
        assert site.log_in().status_code == 429
        assert site.log_in(x_forwarded_for="192.0.2.7").status_code == 303
        assert not any(PASSWORD.encode() in key for key in redis.client.scan_iter())

    @pytest.mark.parametrize("url", ["redis.sock", "http://127.0.0.1/secret", "redis://127.0.0.1:secret"])
    def test_what_is_no_address_of_one(self, url: str):
        with pytest.raises(SettingsError) as error:
            Throttle(url)
        assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("client", "address"),
    [
        (("192.0.2.7", 1), "192.0.2.7"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::/64"),
        (("2001:db8:1:2::", 1), "2001:db8:1:2::/64"),
        (("fe80::1%eth0", 1), "fe80::/64"),
        (("::ffff:192.0.2.7", 1), "192.0.2.7"),
        (("", 0), "unknown"),
        (("a proxy\nwith words", 0), "unknown"),
        (None, "unknown"),
    ],
)
def test_where_somebody_comes_from(client: object, address: str) -> None:
    assert client_address({"client": client}) == address


class TestFlood:
    @pytest.fixture
    def attempts(self, store: AuthStore) -> LoginAttempts:
        store.set_password(PASSWORD)
        return LoginAttempts(store, Throttle(), 1)

    async def test_two_are_compared_at_a_time_and_the_loop_goes_on(
        self, attempts: LoginAttempts, monkeypatch
    ):
        lock, now, most = threading.Lock(), 0, 0

        def slow(_password: str, _known: str) -> bool:
            nonlocal now, most
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.02)
            with lock:
                now -= 1
            return False

        monkeypatch.setattr("dashboard.auth.auth_store.matches", slow)
        ticks = 0
        flood = asyncio.gather(*(attempts.make("x", f"10.0.0.{i}") for i in range(30)))
        while not flood.done():
            ticks += 1
            await asyncio.sleep(0.001)
        assert most == 2
        assert ticks > 30
        assert all(one.token is None for one in await flood)

    async def test_a_long_line_is_sent_away(self, attempts: LoginAttempts, caplog):
        with caplog.at_level(logging.ERROR):
            ended = await asyncio.gather(*(attempts.make("x", f"10.0.{i}.1") for i in range(200)))
        assert sum(one.wait == 5 for one in ended) == 150
        assert (await attempts.make(PASSWORD, "192.0.2.7")).token

    async def test_one_address_does_not_fill_the_line(self, attempts: LoginAttempts):
        flood = [attempts.make("x", "10.0.0.1") for _ in range(120)]
        *ended, mine = await asyncio.gather(*flood, attempts.make(PASSWORD, "192.0.2.7"))
        assert sum(one.wait == 5 for one in ended) == 115
        assert mine.token
        assert (await attempts.make("x", "10.0.0.1")).wait > 5  # by the throttle: there is room again

    async def test_a_known_browser_need_not_mind_the_line(self, attempts: LoginAttempts):
        device = (await attempts.make(PASSWORD, "192.0.2.7")).device
        flood = [attempts.make("x", f"10.0.{i}.1") for i in range(200)]
        mine = [attempts.make(PASSWORD, "192.0.2.7", device) for _ in range(6)]
        ended = (await asyncio.gather(*flood, *mine))[200:]
        assert [one.wait for one in ended] == [0] * 5 + [5]
        assert {one.device for one in ended[:5]} == {device}

    async def test_the_wrong_one_costs_what_the_right_one_costs(self, attempts: LoginAttempts, monkeypatch):
        compared = []

        def counted(password: str, known: str) -> bool:
            compared.append(password)
            return matches(password, known)

        monkeypatch.setattr("dashboard.auth.auth_store.matches", counted)
        await attempts.make("x", "10.0.0.1")
        await attempts.make("", "10.0.0.2")
        await attempts.make(PASSWORD, "10.0.0.3")
        assert len(compared) == 3
