"""AccountClient over real sockets against the demo exchange."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from dashboard.clock import wall_ms
from dashboard.demo import DemoExchange
from dashboard.demo.account.demo_position import DemoPosition
from dashboard.demo.protocol.fault_injection import FILLS, POSITIONS
from dashboard.domain.fill import Fee, Fill, TradeSide
from dashboard.domain.funding import Funding
from dashboard.domain.market import Payoff
from dashboard.domain.position import Side, Source
from dashboard.errors import CredentialError, ExchangeLacks, ExchangeUnavailable
from dashboard.exchange.account_client import AccountClient, StreamedFills
from dashboard.exchange.adapters.families import PositionRows
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.exchange_client import ExchangeClient
from tests.waiting import TIMEOUT_S

TIME = "/api/v2/public/time"
BTC, ETH, COIN = "BTC/USDT:USDT", "ETH/USDT:USDT", "BTC/USD:BTC"
HOUR_MS = 3_600_000


@dataclass
class AccountHarness:
    """The demo exchange and the clients connected to it."""

    exchange: DemoExchange
    markets: ExchangeClient
    account: AccountClient

    async def fetch_fills(self) -> tuple[Fill, ...]:
        """Fetches the fills of the last hour: the demo's own one is two hours old."""
        return await self.fetch_fills_since(wall_ms() - HOUR_MS)

    async def fetch_fills_since(self, since: int) -> tuple[Fill, ...]:
        return await self.account.fetch_fills(self.markets.instrument(BTC), since, wall_ms())

    async def fetch_funding(self, symbol: str = BTC, *, since: int = 0) -> tuple[Funding, ...]:
        return await self.account.fetch_funding(self.markets.instrument(symbol), since, wall_ms())

    async def watch_fills(self) -> tuple[Fill, ...]:
        streamed = await self.watch()
        assert streamed.unread == ()
        return streamed.fills

    async def watch(self) -> StreamedFills:
        async with asyncio.timeout(TIMEOUT_S):
            return await self.account.watch_fills()

    async def subscribe(self) -> "asyncio.Task[tuple[Fill, ...]]":
        """Returns a task that waits for fills, once the exchange has all its subscriptions."""
        before = self.exchange.subscriptions
        task = asyncio.create_task(self.watch_fills())
        async with asyncio.timeout(TIMEOUT_S):
            while self.exchange.subscriptions < before + 3:  # noqa: ASYNC110 - the exchange has no event to wait for
                await asyncio.sleep(0.01)
        return task


@pytest.fixture
async def harness() -> AsyncIterator[AccountHarness]:
    exchange = DemoExchange(tick_interval_s=None)
    await exchange.start()
    config = exchange.ccxt_config() | {"enableRateLimit": False, "timeout_on_exit": 0}
    credentials = Credentials("bitget", config=config)
    markets = ExchangeClient(credentials)
    await markets.resolve_instrument("BTCUSDT")
    account = AccountClient(credentials, markets)
    yield AccountHarness(exchange, markets, account)
    await account.close()
    await markets.close()
    await exchange.stop()


async def test_positions_of_all_product_types_are_returned(harness: AccountHarness) -> None:
    harness.exchange.account.positions += [
        DemoPosition(symbol="ETHUSDT", hold_side="short", total=Decimal(2), open_price=Decimal(3000)),
        DemoPosition(symbol="BTCUSD", product="COIN-FUTURES", margin_coin="BTC", liquidation_price="0"),
    ]
    held = await harness.account.fetch_positions()
    long, short, inverse = held.positions
    assert (long.instrument.symbol, long.side, long.contracts) == (BTC, Side.LONG, Decimal("0.5"))
    assert (long.liquidation_price, long.source) == (Decimal("61044.2"), Source.EXCHANGE)
    assert (short.instrument.symbol, short.side, short.contracts) == (ETH, Side.SHORT, 2)
    assert (inverse.instrument.symbol, inverse.instrument.payoff) == (COIN, Payoff.INVERSE_BASE)
    assert inverse.liquidation_price is None
    assert held.position_modes == {BTC: False, ETH: False, COIN: False}
    assert abs(held.asked_at - wall_ms()) < 1000
    again = await harness.account.fetch_positions(harness.markets.instrument(COIN))
    assert again.positions == held.positions


@pytest.mark.parametrize(
    ("liquidation", "kept"),
    [
        pytest.param("61044.2", (Decimal("61044.2"), None), id="below the price"),
        pytest.param("70000", (None, Decimal(70000)), id="above the price"),
    ],
)
async def test_one_liquidation_price_of_a_hedge_is_that_of_one_leg(
    harness: AccountHarness, liquidation: str, kept: tuple[Decimal | None, Decimal | None]
) -> None:
    harness.exchange.account.positions = [
        DemoPosition(hold_side=side, margin_mode="crossed", liquidation_price=liquidation)
        for side in ("long", "short")
    ]
    harness.exchange.account.use_hedge_mode()
    legs = (await harness.account.fetch_positions()).positions
    assert [leg.side for leg in legs] == [Side.LONG, Side.SHORT]
    assert tuple(leg.liquidation_price for leg in legs) == kept


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"status": 503}, id="503"),
        pytest.param({"truncated_json": True}, id="truncated"),
        pytest.param({"body": "<html>maintenance</html>"}, id="not JSON"),
        pytest.param({"status": 400, "code": "50010"}, id="error code of the exchange"),
    ],
)
async def test_failed_request_is_not_reported_as_flat(harness: AccountHarness, fault: dict[str, Any]) -> None:
    for path in (POSITIONS, FILLS):
        for name, value in fault.items():
            setattr(harness.exchange.faults.rest_at(path), name, value)
    with pytest.raises(ExchangeUnavailable):
        await harness.account.fetch_positions()
    with pytest.raises(ExchangeUnavailable):
        await harness.fetch_fills()
    harness.exchange.faults.clear()
    assert len((await harness.account.fetch_positions()).positions) == 1


async def test_failure_of_one_product_type_leaves_its_markets_unread(
    harness: AccountHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    ccxt = harness.account._ccxt
    request = ccxt.privateMixGetV2MixPositionAllPosition

    async def refuse_coins(params: dict[str, str]) -> Any:
        if params["productType"] == "COIN-FUTURES":
            raise ExchangeUnavailable("rejected")
        return await request(params)

    monkeypatch.setattr(ccxt, "privateMixGetV2MixPositionAllPosition", refuse_coins)
    held = await harness.account.fetch_positions()
    (unread,) = held.unread
    assert (str(unread), COIN in unread.symbols) == ("coin-margined futures: rejected", True)
    assert BTC not in unread.symbols
    assert [each.instrument.symbol for each in held.positions] == [BTC]


@pytest.mark.parametrize("error", [ExchangeUnavailable("no price"), KeyError("avgPx"), ValueError("-1")])
async def test_unreadable_row_leaves_its_market_unread(
    harness: AccountHarness, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """One that an adapter refuses, or one of another form than documented."""
    harness.exchange.account.positions.append(DemoPosition(symbol="ETHUSDT"))
    adapter = harness.account._adapter
    position, fill = adapter.position, adapter.fill

    def unless_ether(read: Any) -> Any:
        def refuse(row: Any, instrument: Any) -> Any:
            if instrument.symbol == ETH:
                raise error
            return read(row, instrument)

        return refuse

    monkeypatch.setattr(adapter, "position", unless_ether(position))
    monkeypatch.setattr(adapter, "fill", unless_ether(fill))
    held = await harness.account.fetch_positions()
    assert [each.instrument.symbol for each in held.positions] == [BTC]
    assert [part.symbols for part in held.unread] == [{ETH}]
    pending = await harness.subscribe()
    await harness.exchange.order("BTCUSDT", side="buy", size="0.1")
    assert len(await pending) == 1
    await harness.exchange.order("ETHUSDT", side="buy", size="1")
    streamed = await harness.watch()
    assert (streamed.fills, [part.symbols for part in streamed.unread]) == ((), [{ETH}])


async def test_wrong_api_key_is_a_credential_error(harness: AccountHarness) -> None:
    harness.exchange.account.api_key = "another"
    with pytest.raises(CredentialError, match=r"^bitget: the API key was rejected"):
        await harness.account.fetch_positions()


async def test_markets_are_shared_with_the_exchange_client(harness: AccountHarness) -> None:
    await harness.account.fetch_positions()
    requests = harness.exchange.requests.count("/api/v2/mix/market/contracts")
    await harness.fetch_fills()
    account, markets = harness.account._ccxt, harness.markets._ccxt
    for name in ("markets", "markets_by_id", "currencies", "symbols"):
        assert getattr(account, name) is getattr(markets, name)
    assert harness.exchange.requests.count("/api/v2/mix/market/contracts") == requests
    await harness.markets.load_markets()
    await harness.account.fetch_positions()
    assert account.markets is markets.markets


async def test_positions_are_unavailable_until_the_markets_are_loaded(harness: AccountHarness) -> None:
    credentials = Credentials("bitget", config=harness.exchange.ccxt_config() | {"timeout_on_exit": 0})
    markets = ExchangeClient(credentials)
    account = AccountClient(credentials, markets)
    try:
        with pytest.raises(ExchangeUnavailable, match="the markets are not loaded yet"):
            await account.fetch_positions()
        await markets.load_markets()
        assert len((await account.fetch_positions()).positions) == 1
    finally:
        await account.close()
        await markets.close()


async def test_position_in_a_newly_listed_market_is_read_by_the_next_request(harness: AccountHarness) -> None:
    """Until then it is unread; the other positions are known."""
    harness.markets._ccxt.markets.pop(ETH)
    harness.exchange.account.positions.append(DemoPosition(symbol="ETHUSDT"))
    first = await harness.account.fetch_positions()
    assert [position.instrument.symbol for position in first.positions] == [BTC]
    assert [part.symbols for part in first.unread] == [{ETH}]
    assert "is not among the loaded markets" in first.unread[0].reason
    held = await harness.account.fetch_positions()
    assert [position.instrument.symbol for position in held.positions] == [BTC, ETH]
    assert held.unread == ()


async def test_markets_that_cannot_be_reloaded_leave_the_new_one_unread(harness: AccountHarness) -> None:
    harness.markets._ccxt.markets.pop(ETH)
    harness.exchange.account.positions.append(DemoPosition(symbol="ETHUSDT"))
    harness.exchange.faults.rest_at("/api/v2/mix/market/contracts").status = 503
    for _ in range(2):
        held = await harness.account.fetch_positions()
        assert [position.instrument.symbol for position in held.positions] == [BTC]
        assert [part.symbols for part in held.unread] == [{ETH}]


async def test_position_in_an_unlisted_market_is_unknown(
    harness: AccountHarness, caplog: pytest.LogCaptureFixture
) -> None:
    harness.exchange.account.positions.append(DemoPosition(symbol="GONEUSDT"))
    assert len((await harness.account.fetch_positions()).unread) == 1
    with caplog.at_level(logging.WARNING):
        held = await harness.account.fetch_positions()
        assert [position.instrument.symbol for position in held.positions] == [BTC]
        assert [(part.name, part.symbols) for part in held.unread] == [("GONEUSDT", {"GONEUSDT"})]
        assert str(held.unread[0]) == "GONEUSDT: bitget does not list the market GONEUSDT"
        await harness.account.fetch_positions()
    assert caplog.text.count("positions and fills in GONEUSDT are unknown") == 1


async def test_rows_state_hedge_mode(harness: AccountHarness) -> None:
    harness.exchange.account.use_hedge_mode()
    assert (await harness.account.fetch_positions()).position_modes == {BTC: True}
    harness.exchange.account.positions.clear()
    flat = await harness.account.fetch_positions()
    assert (flat.positions, flat.position_modes) == ((), {})


async def test_fills_state_hedge_mode(harness: AccountHarness) -> None:
    harness.exchange.account.positions.clear()
    harness.exchange.account.use_hedge_mode()
    await harness.exchange.order("BTCUSDT", side="buy", size="0.1")
    await harness.exchange.order("BTCUSDT", side="sell", size="0.1", reduce_only=True)
    opened, closed = await harness.fetch_fills()
    assert (opened.trade_side, opened.position_side) == (TradeSide.BUY, Side.LONG)
    assert (closed.trade_side, closed.position_side) == (TradeSide.SELL, Side.LONG)
    assert opened.hedged is closed.hedged is True


async def test_fills_of_one_market_have_all_fields(harness: AccountHarness) -> None:
    await harness.exchange.publish("BTCUSDT", lastPr="65000")
    (made,) = await harness.exchange.order("BTCUSDT", side="sell", size="0.2")
    await harness.exchange.order("ETHUSDT", side="buy", size="1")
    (fill,) = await harness.fetch_fills()
    assert (fill.id, fill.trade_side, fill.position_side) == (made.id, TradeSide.SELL, None)
    assert (fill.price, fill.contracts, fill.traded_at) == (made.price, Decimal("0.2"), made.time_ms)
    assert fill.fees == (Fee(-made.fee, "USDT"),)
    assert fill.realized_pnl == made.profit != 0


async def test_fills_of_several_pages_are_all_returned(harness: AccountHarness) -> None:
    made = await harness.exchange.order("BTCUSDT", side="buy", size="3", parts=300)
    fills = await harness.fetch_fills()
    assert {fill.id for fill in fills} == {fill.id for fill in made}
    assert len(fills) == 300


async def test_fills_deleted_by_the_exchange_are_absent(harness: AccountHarness) -> None:
    await harness.exchange.order("BTCUSDT", side="buy", size="1")
    assert len(await harness.fetch_fills()) == 1
    harness.exchange.account.fills_kept_ms = -1
    assert await harness.fetch_fills() == ()


async def test_requested_history_stays_within_the_exchanges_limit(harness: AccountHarness) -> None:
    """Bitget and the demo reject spans of more than a week."""
    await harness.exchange.order("BTCUSDT", side="buy", size="1")
    fills = await harness.fetch_fills_since(0)
    assert {fill.id for fill in fills} == {fill.id for fill in harness.exchange.account.fills}


async def test_streamed_fill_equals_the_fetched_one(harness: AccountHarness) -> None:
    pending = await harness.subscribe()
    await harness.exchange.order("BTCUSDT", side="buy", size="0.1")
    (streamed,) = await pending
    assert (streamed,) == await harness.fetch_fills()


async def test_fills_of_all_product_types_are_streamed(harness: AccountHarness) -> None:
    pending = await harness.subscribe()
    await harness.exchange.order("ETHUSDT", side="sell", size="1")
    assert [fill.instrument.symbol for fill in await pending] == [ETH]
    (connection,) = harness.account._ccxt.clients.values()
    streams = {name for name in connection.subscriptions if name.startswith("fill:")}
    assert streams == {"fill:USDT-FUTURES", "fill:USDC-FUTURES", "fill:COIN-FUTURES"}


async def test_no_fill_is_missed_between_two_watches(harness: AccountHarness) -> None:
    pending = await harness.subscribe()
    streamed: list[Fill] = []
    made = [await harness.exchange.order("BTCUSDT", side="buy", size="0.1", parts=3)]
    streamed += await pending
    for _ in range(20):
        made.append(await harness.exchange.order("BTCUSDT", side="buy", size="0.1", parts=3))
        streamed += await harness.watch_fills()
    while len({fill.id for fill in streamed}) < 63:
        streamed += await harness.watch_fills()
    assert {fill.id for fill in streamed} == {fill.id for fills in made for fill in fills}


async def test_reset_websocket_fails_the_watcher_and_reconnects(harness: AccountHarness) -> None:
    pending = await harness.subscribe()
    harness.account.reset_websockets()
    with pytest.raises(ExchangeUnavailable):
        await pending
    resubscribed = await harness.subscribe()
    await harness.exchange.order("BTCUSDT", side="buy", size="0.1")
    assert len(await resubscribed) == 1


async def test_reset_of_price_websockets_leaves_fills_connected(harness: AccountHarness) -> None:
    pending = await harness.subscribe()
    await harness.markets.watch_ticker(harness.markets.instrument(BTC))
    harness.markets.reset_websockets()
    await harness.exchange.order("BTCUSDT", side="buy", size="0.1")
    assert len(await pending) == 1


async def test_funding_payments_are_returned(harness: AccountHarness) -> None:
    assert await harness.fetch_funding(since=wall_ms() - HOUR_MS) == ()
    for _ in range(3):
        await harness.exchange.pay_funding()
    payments = await harness.fetch_funding(since=wall_ms() - 40 * 24 * HOUR_MS)
    assert len({paid.identity for paid in payments}) == 3
    billed = [bill for bill in harness.exchange.account.bills if bill.business == "contract_settle_fee"]
    assert {paid.id: paid.amount for paid in payments} == {bill.id: bill.amount for bill in billed}
    assert {paid.currency for paid in payments} == {"USDT"}
    assert await harness.fetch_funding("BTC/USDT") == ()


async def test_closed_positions_are_returned(harness: AccountHarness) -> None:
    before = wall_ms()
    assert await harness.account.fetch_closed_positions(before) == frozenset()
    await harness.exchange.order("BTCUSDT", side="sell", size="0.5")
    assert await harness.account.fetch_closed_positions(before) == {(BTC, Side.LONG)}
    assert await harness.account.fetch_closed_positions(wall_ms() + HOUR_MS) == frozenset()


async def test_exchange_clock_is_measured_with_each_reading(
    harness: AccountHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest measurement counts: one that fails leaves the last one, and the first the local clock."""
    ahead_ms = 0
    real = harness.exchange.quote_board.wall_clock
    monkeypatch.setattr(harness.exchange.quote_board, "wall_clock", lambda: real() + ahead_ms)

    async def ahead() -> int:
        """The time by which a reading is ahead of the local clock, to the second."""
        return round(((await harness.account.fetch_positions()).asked_at - wall_ms()) / 1000)

    ahead_ms = 10_000  # Bitget rejects requests signed half a minute ago
    harness.exchange.faults.rest_at(TIME).status = 503
    assert await ahead() == 0
    harness.exchange.faults.clear()
    assert await ahead() == 10
    ahead_ms = -20_000
    assert await ahead() == -20
    ahead_ms = 10_000
    harness.exchange.faults.rest_at(TIME).empty_data = True
    assert await ahead() == -20


async def test_local_clock_that_is_set_does_not_move_the_exchanges(
    harness: AccountHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a boot: the step of ten minutes falls between two measurements."""
    first = await harness.account.fetch_positions()
    harness.exchange.faults.rest_at(TIME).status = 503
    monkeypatch.setattr("dashboard.exchange.account_client.wall_ms", lambda: wall_ms() + 600_000)
    again = await harness.account.fetch_positions()
    assert 0 <= again.asked_at - first.asked_at < 600_000 // 2


async def test_silent_clock_does_not_delay_the_positions(harness: AccountHarness) -> None:
    await harness.account.fetch_positions()
    harness.exchange.faults.rest_at(TIME).hang = True
    async with asyncio.timeout(8):  # a request of ccxt times out after 10 s
        assert len((await harness.account.fetch_positions()).positions) == 1


async def test_exchange_clock_is_never_ahead(
    harness: AccountHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    requested_at: list[int] = []

    async def fetch_time_over_a_new_connection() -> int:
        await asyncio.sleep(0.1)
        return wall_ms()

    async def fetch_positions(*_: object) -> PositionRows:
        requested_at.append(wall_ms())
        return PositionRows(())

    monkeypatch.setattr(harness.account._ccxt, "fetch_time", fetch_time_over_a_new_connection)
    monkeypatch.setattr(harness.account._adapter, "fetch_positions", fetch_positions)
    assert (await harness.account.fetch_positions()).asked_at <= requested_at[0]


async def test_exchange_without_private_endpoints(
    harness: AccountHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(harness.account._ccxt, "has", {})
    assert not harness.account.can_watch_fills
    assert await harness.account.fetch_closed_positions(0) == frozenset()
    assert await harness.fetch_funding() == ()
    with pytest.raises(ExchangeLacks, match=r"^bitget does not support reading positions"):
        await harness.account.fetch_positions()


async def test_stream_of_whole_orders_is_no_stream_of_fills() -> None:
    used = Credentials("bingx")
    markets = ExchangeClient(used)
    account = AccountClient(used, markets)
    assert not account.can_watch_fills
    await account.close()
    await markets.close()
