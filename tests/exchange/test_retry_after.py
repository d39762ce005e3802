"""Waits that an exchange demands, over a stubbed session beneath ccxt."""

from email.utils import formatdate

import pytest

from dashboard.errors import ExchangeUnavailable
from dashboard.exchange import retry_after
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.exchange_client import ExchangeClient
from dashboard.exchange.factory import build_exchange
from tests.exchange.stub_session import StubSession


async def test_no_request_is_sent_before_the_demanded_time(monkeypatch: pytest.MonkeyPatch) -> None:
    session = StubSession({"/time": {"serverTime": 5}})
    exchange = build_exchange(Credentials("binanceusdm", config={"session": session, "timeout_on_exit": 0}))
    session.status, session.headers = 418, {"Retry-After": "120"}
    for at_ms, wait_s in ((1_000_000, 120), (1_000_000, 120), (1_119_000, 1)):
        monkeypatch.setattr(retry_after, "now_ms", lambda at_ms=at_ms: at_ms)
        with pytest.raises(ExchangeUnavailable) as error:
            await exchange.fetch_time()
        assert error.value.retry_after_s == wait_s
        reason = f"binanceusdm: the exchange demands a wait of {wait_s} s before the next request"
        assert str(error.value) == reason
    assert len(session.requests) == 1
    session.status = 200
    monkeypatch.setattr(retry_after, "now_ms", lambda: 1_120_000)
    assert await exchange.fetch_time() == 5
    assert len(session.requests) == 2
    await exchange.close()


NOW_S = 1_795_282_179


@pytest.fixture(autouse=True)
def _fixed_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry_after, "now_ms", lambda: 1_000_000)
    monkeypatch.setattr(retry_after, "wall_ms", lambda: NOW_S * 1000)


async def wait_after(status: int, headers: dict[str, str]) -> float:
    session = StubSession()
    session.status, session.headers = status, headers
    client = ExchangeClient(Credentials("binanceusdm", config={"session": session, "timeout_on_exit": 0}))
    with pytest.raises(ExchangeUnavailable) as error:
        await client.load_markets()
    await client.close()
    return error.value.retry_after_s


@pytest.mark.parametrize(
    ("status", "value", "wait_s"),
    [
        pytest.param(429, "30", 30, id="rate limit"),
        pytest.param(503, "5", 5, id="maintenance"),
        pytest.param(418, "99999999", 3 * 24 * 3600, id="longer than any ban"),
        pytest.param(418, formatdate(NOW_S + 3600, usegmt=True), 3600, id="date"),
        pytest.param(418, formatdate(NOW_S - 3600, usegmt=True), 0, id="date in the past"),
        pytest.param(418, "soon", 0, id="unreadable"),
        pytest.param(418, "-5", 0, id="negative"),
        pytest.param(400, "30", 0, id="another failure"),
    ],
)
async def test_wait_is_read_from_the_header(status: int, value: str, wait_s: float) -> None:
    assert await wait_after(status, {"retry-after": value}) == wait_s


async def test_failure_without_the_header_demands_no_wait() -> None:
    assert await wait_after(429, {}) == 0
