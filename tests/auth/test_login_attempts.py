"""Floods of login attempts: the queue, its limits, and known devices."""

import asyncio
import logging
import threading
import time

import pytest

from dashboard.auth.auth_store import AuthStore
from dashboard.auth.login_attempts import LoginAttempts
from dashboard.auth.passwords import verify_password
from dashboard.auth.throttle import Throttle
from tests.auth.conftest import PASSWORD


@pytest.fixture
def attempts(store: AuthStore) -> LoginAttempts:
    store.set_password(PASSWORD)
    return LoginAttempts(store, Throttle(), 1)


async def test_two_comparisons_run_at_once_and_do_not_block_the_loop(attempts: LoginAttempts, monkeypatch):
    lock, running, most = threading.Lock(), 0, 0

    def slow(_password: str, _known: str) -> bool:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        with lock:
            running -= 1
        return False

    monkeypatch.setattr("dashboard.auth.auth_store.verify_password", slow)
    ticks = 0
    flood = asyncio.gather(*(attempts.log_in("x", f"10.0.0.{i}") for i in range(30)))
    while not flood.done():
        ticks += 1
        await asyncio.sleep(0.001)
    assert most == 2
    assert ticks > 30
    assert all(outcome.token is None for outcome in await flood)


async def test_attempts_beyond_the_queue_are_refused(attempts: LoginAttempts, caplog):
    with caplog.at_level(logging.ERROR):
        outcomes = await asyncio.gather(*(attempts.log_in("x", f"10.0.{i}.1") for i in range(200)))
    assert sum(outcome.retry_after_s == 5 for outcome in outcomes) == 150
    assert (await attempts.log_in(PASSWORD, "192.0.2.7")).token


async def test_one_address_cannot_fill_the_queue(attempts: LoginAttempts):
    flood = [attempts.log_in("x", "10.0.0.1") for _ in range(120)]
    *outcomes, mine = await asyncio.gather(*flood, attempts.log_in(PASSWORD, "192.0.2.7"))
    assert sum(outcome.retry_after_s == 5 for outcome in outcomes) == 115
    assert mine.token
    assert (
        await attempts.log_in("x", "10.0.0.1")
    ).retry_after_s > 5  # from the throttle: the queue has room again


async def test_known_device_is_queued_beyond_the_limit(attempts: LoginAttempts):
    device = (await attempts.log_in(PASSWORD, "192.0.2.7")).device
    flood = [attempts.log_in("x", f"10.0.{i}.1") for i in range(200)]
    mine = [attempts.log_in(PASSWORD, "192.0.2.7", device) for _ in range(6)]
    outcomes = (await asyncio.gather(*flood, *mine))[200:]
    assert [outcome.retry_after_s for outcome in outcomes] == [0] * 5 + [5]
    assert {outcome.device for outcome in outcomes[:5]} == {device}


async def test_wrong_password_is_compared_like_the_right_one(attempts: LoginAttempts, monkeypatch):
    compared = []

    def counted(password: str, known: str) -> bool:
        compared.append(password)
        return verify_password(password, known)

    monkeypatch.setattr("dashboard.auth.auth_store.verify_password", counted)
    await attempts.log_in("x", "10.0.0.1")
    await attempts.log_in("", "10.0.0.2")
    await attempts.log_in(PASSWORD, "10.0.0.3")
    assert len(compared) == 3
