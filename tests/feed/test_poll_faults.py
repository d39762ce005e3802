"""What requests can do wrong, with the websocket off."""

import asyncio

import pytest

from dashboard.demo.protocol.fault_injection import RestFaults
from dashboard.domain.feed_state import FeedState
from dashboard.errors import CredentialError, ExchangeUnavailable, UnknownSymbol
from tests.feed.harness import FeedHarness

TICKER, MARKETS, POSITIONS = (
    "/api/v2/mix/market/ticker",
    "/api/v2/mix/market/contracts",
    "/api/v2/mix/position",
)

FAULTS = {
    "429 with a page": RestFaults(status=429),
    "429 with a code": RestFaults(status=429, code="429"),
    "500": RestFaults(status=500),
    "502": RestFaults(status=502),
    "503 with a code": RestFaults(status=503, code="50010"),
    "truncated JSON": RestFaults(truncated_json=True),
    "empty": RestFaults(empty_data=True),
    "hangs": RestFaults(hang=True),
}

every_fault = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)


@every_fault
def test_a_failing_poll_is_disconnected_and_comes_back(rig: FeedHarness, fault: RestFaults):
    rig.start(use_websocket=False)
    rig.until_state(FeedState.POLLING)
    rig.exchange.faults.rest = fault
    lost = rig.until_state(FeedState.DISCONNECTED)
    assert lost.health.reason
    assert "\n" not in lost.health.reason
    rig.exchange.faults.clear()
    rig.until_state(FeedState.POLLING)
    rig.until_newer()


@every_fault
def test_started_into_a_fault_it_says_so_and_keeps_trying(rig: FeedHarness, fault: RestFaults):
    rig.exchange.faults.rest = fault
    feed = rig.start()
    rig.until_state(FeedState.DISCONNECTED)
    assert feed.opened.exception(5) is not None
    rig.exchange.faults.clear()
    rig.until_state(FeedState.STREAMING)


def test_started_without_a_network_it_comes_up_later(rig: FeedHarness):
    rig.demo.call(rig.exchange.refuse())
    rig.start()
    assert rig.until_state(FeedState.DISCONNECTED).instrument is None
    rig.demo.call(rig.exchange.accept_again())
    rig.until_state(FeedState.STREAMING)


def test_a_symbol_that_proves_wrong_later_is_a_state(rig: FeedHarness):
    rig.demo.call(rig.exchange.refuse())
    rig.start("NOSUCHCOIN")
    rig.until_state(FeedState.DISCONNECTED)
    rig.demo.call(rig.exchange.accept_again())
    wrong = rig.until(lambda snapshot: "NOSUCHCOIN" in (snapshot.health.reason or ""))
    assert wrong.health.state is FeedState.DISCONNECTED


def test_a_wrong_symbol_at_the_start_is_the_users(rig: FeedHarness):
    with pytest.raises(UnknownSymbol, match="NOSUCHCOIN"):
        rig.start("NOSUCHCOIN").opened.result(5)


def test_a_bug_is_logged_shown_and_survived(rig: FeedHarness, caplog: pytest.LogCaptureFixture):
    feed = rig.start(use_websocket=False)
    rig.until_state(FeedState.POLLING)
    real = feed._client.fetch_ticker
    feed._client.fetch_ticker = lambda _: 1 / 0  # type: ignore[method-assign, assignment, return-value, misc]
    rig.until(lambda snapshot: "ZeroDivisionError" in (snapshot.health.reason or ""))
    assert "Traceback" in caplog.text
    feed._client.fetch_ticker = real  # type: ignore[method-assign]
    rig.until_state(FeedState.POLLING)


class TestAccount:
    def test_wrong_keys_at_the_start_are_the_users(self, rig: FeedHarness):
        with pytest.raises(CredentialError):
            rig.start(account=True, apiKey="wrong").opened.result(5)

    def test_keys_that_fail_later_leave_the_position_and_say_so(self, rig: FeedHarness):
        rig.start(account=True)
        held = rig.until_state(FeedState.STREAMING)
        rig.exchange.account.api_key = "revoked"
        rig.demo.call(rig.exchange.drop(1011))  # a reconnect reads the account again
        later = rig.until(lambda snapshot: snapshot.holdings.problem)
        assert later.position == held.position
        assert later.holdings.read_at == held.holdings.read_at

    def test_a_reconnect_reads_what_changed_meanwhile(self, rig: FeedHarness):
        rig.start(account=True)
        assert rig.until_state(FeedState.STREAMING).position
        rig.demo.call(rig.exchange.refuse())
        rig.demo.call(rig.exchange.drop(1011))
        rig.demo.call(rig.exchange.order("BTCUSDT", side="sell", size="0.5", reduce_only=True))
        rig.demo.call(rig.exchange.accept_again())
        assert rig.until(lambda snapshot: snapshot.position is None).holdings.known

    def test_a_position_that_just_vanishes_stays_and_says_so(self, rig: FeedHarness):
        """Neither a fill nor the exchange's history tells that it was closed."""
        rig.start(account=True)
        held = rig.until_state(FeedState.STREAMING)
        rig.exchange.account.positions.clear()
        rig.demo.call(rig.exchange.drop(1011))
        rig.until(lambda _: any(live.difference for live in rig.tracker.get_all_positions().values()))
        assert rig.runtime.snapshot.position == held.position

    def test_a_read_that_fails_at_the_start_is_not_flat(self, rig: FeedHarness):
        rig.exchange.faults.rest_at(POSITIONS).status = 500
        rig.start(account=True).opened.result(5)
        unread = rig.until(lambda snapshot: snapshot.holdings.problem)
        assert unread.holdings.positions is None


class TestHistory:
    async def test_it_is_there_after_a_start_without_a_network(self, rig: FeedHarness):
        rig.demo.call(rig.exchange.refuse())
        feed = rig.start()
        rig.until_state(FeedState.DISCONNECTED)
        with pytest.raises(ExchangeUnavailable):
            await feed.candles("5m")
        rig.demo.call(rig.exchange.accept_again())
        rig.until_state(FeedState.STREAMING)
        assert len(await feed.candles("5m")) > 100

    async def test_many_who_ask_at_once_are_one_request(self, rig: FeedHarness):
        feed = rig.start()
        rig.until_state(FeedState.STREAMING)
        answers = await asyncio.gather(*(feed.candles("1m") for _ in range(20)))
        assert all(answer is answers[0] for answer in answers)
        assert sum("candles" in path for path in rig.exchange.requests) == 1
