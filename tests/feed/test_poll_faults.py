"""Faults of REST requests, mostly with the websocket disabled."""

import asyncio

import pytest

from dashboard.demo.protocol.fault_injection import RestFaults
from dashboard.domain.feed_state import FeedState
from dashboard.errors import CredentialError, ExchangeUnavailable, UnknownSymbol
from tests.feed.harness import PATIENT_REQUESTS, FeedHarness
from tests.waiting import TIMEOUT_S

TICKER, MARKETS, POSITIONS = (
    "/api/v2/mix/market/ticker",
    "/api/v2/mix/market/contracts",
    "/api/v2/mix/position",
)

FAULTS = {
    "429 with HTML": RestFaults(status=429),
    "429 with a code": RestFaults(status=429, code="429"),
    "500": RestFaults(status=500),
    "502": RestFaults(status=502),
    "503 with a code": RestFaults(status=503, code="50010"),
    "truncated JSON": RestFaults(truncated_json=True),
    "empty data": RestFaults(empty_data=True),
    "no response": RestFaults(hang=True),
}
BTC = "BTC/USDT:USDT"

every_fault = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)


@every_fault
def test_failing_poll_disconnects_and_recovers(harness: FeedHarness, fault: RestFaults):
    harness.start(use_websocket=False)
    harness.until_state(FeedState.POLLING)
    harness.exchange.faults.rest = fault
    disconnected = harness.until_state(FeedState.DISCONNECTED)
    assert disconnected.health.reason
    assert "\n" not in disconnected.health.reason
    harness.exchange.faults.clear()
    harness.until_state(FeedState.POLLING)
    harness.until_new_price()


@every_fault
def test_fault_at_the_start_is_reported_and_retried(harness: FeedHarness, fault: RestFaults):
    harness.exchange.faults.rest = fault
    feed = harness.start()
    harness.until_state(FeedState.DISCONNECTED)
    assert feed.first_connection.exception(TIMEOUT_S) is not None
    harness.exchange.faults.clear()
    harness.until_state(FeedState.STREAMING)


def test_feed_started_without_a_network_connects_later(harness: FeedHarness):
    harness.demo.call(harness.exchange.refuse())
    harness.start()
    assert harness.until_state(FeedState.DISCONNECTED).instrument is None
    harness.demo.call(harness.exchange.accept_again())
    harness.until_state(FeedState.STREAMING)


def test_wrong_symbol_found_after_the_start_is_disconnected(harness: FeedHarness):
    harness.demo.call(harness.exchange.refuse())
    harness.start("NOSUCHCOIN")
    harness.until_state(FeedState.DISCONNECTED)
    harness.demo.call(harness.exchange.accept_again())
    wrong = harness.until(lambda snapshot: "NOSUCHCOIN" in (snapshot.health.reason or ""))
    assert wrong.health.state is FeedState.DISCONNECTED


def test_wrong_symbol_at_the_start_is_raised(harness: FeedHarness):
    with pytest.raises(UnknownSymbol, match="NOSUCHCOIN"):
        harness.start("NOSUCHCOIN", **PATIENT_REQUESTS).first_connection.result(TIMEOUT_S)


def test_unexpected_exception_is_logged_reported_and_retried(
    harness: FeedHarness, caplog: pytest.LogCaptureFixture
):
    feed = harness.start(use_websocket=False)
    harness.until_state(FeedState.POLLING)
    real = feed._client.fetch_ticker
    feed._client.fetch_ticker = lambda _: 1 / 0  # type: ignore[method-assign, assignment, return-value, misc]
    harness.until(lambda snapshot: "ZeroDivisionError" in (snapshot.health.reason or ""))
    assert "Traceback" in caplog.text
    feed._client.fetch_ticker = real  # type: ignore[method-assign]
    harness.until_state(FeedState.POLLING)


class TestAccount:
    def test_wrong_api_key_at_the_start_is_raised(self, harness: FeedHarness):
        with pytest.raises(CredentialError):
            harness.start(account=True, apiKey="wrong", **PATIENT_REQUESTS).first_connection.result(TIMEOUT_S)

    def test_api_key_revoked_later_keeps_the_position_and_is_reported(self, harness: FeedHarness):
        harness.start(account=True)
        harness.until_state(FeedState.STREAMING)
        harness.until_account_idle()
        held, read_at = harness.open[BTC].position, harness.health.read_at
        harness.exchange.account.api_key = "revoked"
        harness.demo.call(harness.exchange.drop(1011))  # a reconnect reads the account again
        harness.until(lambda _: harness.health.problem)
        assert harness.open[BTC].position == held
        assert harness.health.read_at == read_at

    def test_changes_during_a_disconnection_are_read_after_it(self, harness: FeedHarness):
        harness.start(account=True)
        harness.until_state(FeedState.STREAMING)
        harness.until(lambda _: BTC in harness.open)
        harness.demo.call(harness.exchange.refuse())
        harness.demo.call(harness.exchange.drop(1011))
        harness.demo.call(harness.exchange.order("BTCUSDT", side="sell", size="0.5", reduce_only=True))
        harness.demo.call(harness.exchange.accept_again())
        harness.until(lambda _: BTC not in harness.open)
        assert harness.book.read_at is not None

    def test_position_missing_without_a_closing_fill_is_kept_as_different(self, harness: FeedHarness):
        """Neither the fills nor the exchange's history report that it was closed."""
        harness.start(account=True)
        harness.until_state(FeedState.STREAMING)
        harness.until_account_idle()
        held = harness.open[BTC].position
        harness.exchange.account.positions.clear()
        harness.demo.call(harness.exchange.drop(1011))
        harness.until(lambda _: any(live.difference for live in harness.open.values()))
        assert harness.open[BTC].position == held

    def test_failed_first_snapshot_is_not_reported_as_flat(self, harness: FeedHarness):
        harness.exchange.faults.rest_at(POSITIONS).status = 500
        harness.start(account=True, **PATIENT_REQUESTS).first_connection.result(TIMEOUT_S)
        harness.until(lambda _: harness.health.problem)
        assert harness.book.read_at is None
        assert harness.book.summary().total_pnl is None


class TestCandles:
    async def test_candles_are_available_once_connected(self, harness: FeedHarness):
        harness.demo.call(harness.exchange.refuse())
        feed = harness.start()
        harness.until_state(FeedState.DISCONNECTED)
        with pytest.raises(ExchangeUnavailable):
            await feed.candles("5m")
        harness.demo.call(harness.exchange.accept_again())
        harness.until_state(FeedState.STREAMING)
        assert len(await feed.candles("5m")) > 100

    async def test_concurrent_requests_share_one_response(self, harness: FeedHarness):
        feed = harness.start()
        harness.until_state(FeedState.STREAMING)
        responses = await asyncio.gather(*(feed.candles("1m") for _ in range(20)))
        assert all(response is responses[0] for response in responses)
        assert sum("candles" in path for path in harness.exchange.requests) == 1
