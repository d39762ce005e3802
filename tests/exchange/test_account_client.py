"""AccountClient over real sockets, against the demo exchange."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from dashboard.demo import DemoExchange
from dashboard.demo.account.demo_position import DemoPosition
from dashboard.demo.protocol.fault_injection import FILLS, POSITIONS
from dashboard.domain.fill import Fee, Fill, TradeSide
from dashboard.domain.market import Payoff
from dashboard.domain.position import Side, Source
from dashboard.errors import CredentialError, ExchangeLacks, ExchangeUnavailable
from dashboard.exchange.account_client import AccountClient
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.exchange_client import ExchangeClient

BTC, ETH, COIN = "BTC/USDT:USDT", "ETH/USDT:USDT", "BTC/USD:BTC"
HOUR = 3_600_000


@dataclass
class Rig:
    exchange: DemoExchange
    markets: ExchangeClient
    account: AccountClient

    async def fills(self) -> tuple[Fill, ...]:
        """Those since the demo's own, which opened its position two hours ago."""
        return await self.account.fetch_fills(self.markets.instrument(BTC), now() - HOUR)

    async def heard(self) -> tuple[Fill, ...]:
        async with asyncio.timeout(5):
            return await self.account.watch_fills()

    async def listening(self) -> "asyncio.Task[tuple[Fill, ...]]":
        """Waits for fills from the moment at which the exchange knows who wants them."""
        before = self.exchange.subscriptions
        waiting = asyncio.create_task(self.heard())
        async with asyncio.timeout(5):
            while self.exchange.subscriptions < before + 3:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)
        return waiting


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    exchange = DemoExchange(tick_interval_s=None)
    await exchange.start()
    config = exchange.ccxt_config() | {"enableRateLimit": False, "timeout": 2000, "timeout_on_exit": 0}
    access = Credentials("bitget", config=config)
    markets = ExchangeClient(access)
    await markets.open("BTCUSDT")
    account = AccountClient(access, markets)
    yield Rig(exchange, markets, account)
    await account.close()
    await markets.close()
    await exchange.stop()


def now() -> int:
    return time.time_ns() // 1_000_000


async def test_all_positions_of_every_kind(rig: Rig) -> None:
    rig.exchange.account.positions += [
        DemoPosition(symbol="ETHUSDT", hold_side="short", total=Decimal(2), open_price=Decimal(3000)),
        DemoPosition(symbol="BTCUSD", product="COIN-FUTURES", margin_coin="BTC", liquidation_price="0"),
    ]
    told = await rig.account.fetch_positions()
    long, short, inverse = told.positions
    assert (long.instrument.symbol, long.side, long.contracts) == (BTC, Side.LONG, Decimal("0.5"))
    assert (long.liquidation_price, long.source) == (Decimal("61044.2"), Source.EXCHANGE)
    assert (short.instrument.symbol, short.side, short.contracts) == (ETH, Side.SHORT, 2)
    assert (inverse.instrument.symbol, inverse.instrument.payoff) == (COIN, Payoff.INVERSE_BASE)
    assert inverse.liquidation_price is None
    assert told.hedged is False
    assert abs(told.asked_at - now()) < 1000
    again = await rig.account.fetch_positions(rig.markets.instrument(COIN))
    assert again.positions == told.positions


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"status": 503}, id="503"),
        pytest.param({"truncated_json": True}, id="cut off"),
        pytest.param({"body": "<html>mending</html>"}, id="no JSON"),
        pytest.param({"status": 400, "code": "50010"}, id="an error of its own"),
    ],
)
async def test_a_failed_question_never_means_flat(rig: Rig, fault: dict[str, Any]) -> None:
    for path in (POSITIONS, FILLS):
        for name, value in fault.items():
            setattr(rig.exchange.faults.rest_at(path), name, value)
    with pytest.raises(ExchangeUnavailable):
        await rig.account.fetch_positions()
    with pytest.raises(ExchangeUnavailable):
        await rig.fills()
    rig.exchange.faults.clear()
    assert len((await rig.account.fetch_positions()).positions) == 1


async def test_one_kind_that_fails_fails_all(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refused(_params: object) -> None:
        raise ExchangeUnavailable("not for you")

    await rig.account.fetch_positions()
    monkeypatch.setattr("dashboard.exchange.exchange_quirks._coin_margined", refused)
    with pytest.raises(ExchangeUnavailable):
        await rig.account.fetch_positions()


async def test_wrong_keys(rig: Rig) -> None:
    rig.exchange.account.api_key = "another"
    with pytest.raises(CredentialError, match=r"^bitget: the keys were refused"):
        await rig.account.fetch_positions()


async def test_markets_are_in_memory_once(rig: Rig) -> None:
    await rig.account.fetch_positions()
    asked = rig.exchange.requests.count("/api/v2/mix/market/contracts")
    await rig.fills()
    ours, theirs = rig.account._ccxt, rig.markets._ccxt
    for shared in ("markets", "markets_by_id", "currencies", "symbols"):
        assert getattr(ours, shared) is getattr(theirs, shared)
    assert rig.exchange.requests.count("/api/v2/mix/market/contracts") == asked
    await rig.markets.load_markets()
    await rig.account.fetch_positions()
    assert ours.markets is theirs.markets


async def test_markets_can_be_given_later(rig: Rig) -> None:
    late = AccountClient(Credentials("bitget", config=rig.exchange.ccxt_config()))
    try:
        with pytest.raises(ExchangeUnavailable, match="the list of markets was not read yet"):
            await late.fetch_positions()
        late.share_markets(rig.markets)
        assert len((await late.fetch_positions()).positions) == 1
    finally:
        await late.close()


async def test_before_the_markets_are_loaded(rig: Rig) -> None:
    access = Credentials("bitget", config=rig.exchange.ccxt_config())
    early = AccountClient(access, ExchangeClient(access))
    with pytest.raises(ExchangeUnavailable, match="the list of markets was not read yet"):
        await early.fetch_positions()
    await early.close()


async def test_a_market_that_was_listed_lately(rig: Rig) -> None:
    """The first answer fails, as it cannot be told whole; the next one knows the market."""
    rig.markets._ccxt.markets.pop(ETH)
    rig.exchange.account.positions.append(DemoPosition(symbol="ETHUSDT"))
    with pytest.raises(ExchangeUnavailable, match="ETH/USDT:USDT is new among its markets"):
        await rig.account.fetch_positions()
    held = (await rig.account.fetch_positions()).positions
    assert [position.instrument.symbol for position in held] == [BTC, ETH]


async def test_a_market_that_nobody_lists_is_left_out(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.exchange.account.positions.append(DemoPosition(symbol="GONEUSDT"))
    with pytest.raises(ExchangeUnavailable):
        await rig.account.fetch_positions()
    with caplog.at_level(logging.WARNING):
        held = (await rig.account.fetch_positions()).positions
        assert [position.instrument.symbol for position in held] == [BTC]
        await rig.account.fetch_positions()
    assert caplog.text.count("what the account has in GONEUSDT is left out") == 1


async def test_hedge_mode_is_remembered_while_flat(rig: Rig) -> None:
    rig.exchange.account.use_hedge_mode()
    assert (await rig.account.fetch_positions()).hedged is True
    rig.exchange.account.positions.clear()
    told = await rig.account.fetch_positions()
    assert (told.positions, told.hedged) == ((), True)


async def test_a_fill_tells_hedge_mode_too(rig: Rig) -> None:
    rig.exchange.account.positions.clear()
    rig.exchange.account.use_hedge_mode()
    await rig.exchange.order("BTCUSDT", side="buy", size="0.1")
    await rig.exchange.order("BTCUSDT", side="sell", size="0.1", reduce_only=True)
    opened, closed = await rig.fills()
    assert (opened.trade_side, opened.position_side) == (TradeSide.BUY, Side.LONG)
    assert (closed.trade_side, closed.position_side) == (TradeSide.SELL, Side.LONG)
    told = await rig.account.fetch_positions()
    assert (told.positions, told.hedged) == ((), True)


async def test_fills_of_one_market_with_all_that_they_tell(rig: Rig) -> None:
    await rig.exchange.publish("BTCUSDT", lastPr="65000")
    (made,) = await rig.exchange.order("BTCUSDT", side="sell", size="0.2")
    await rig.exchange.order("ETHUSDT", side="buy", size="1")
    (fill,) = await rig.fills()
    assert (fill.id, fill.trade_side, fill.position_side) == (made.id, TradeSide.SELL, None)
    assert (fill.price, fill.contracts, fill.traded_at) == (made.price, Decimal("0.2"), made.time_ms)
    assert fill.fees == (Fee(-made.fee, "USDT"),)
    assert fill.realized_pnl == made.profit != 0


async def test_more_fills_than_pages_hold(rig: Rig) -> None:
    made = await rig.exchange.order("BTCUSDT", side="buy", size="3", parts=300)
    told = await rig.fills()
    assert {fill.id for fill in told} == {fill.id for fill in made}
    assert len(told) == 300


async def test_what_the_exchange_no_longer_keeps_is_not_told(rig: Rig) -> None:
    await rig.exchange.order("BTCUSDT", side="buy", size="1")
    assert len(await rig.fills()) == 1
    rig.exchange.account.fills_kept_ms = -1
    assert await rig.fills() == ()


@pytest.mark.parametrize("since", [0, None], ids=["from 1970", "all there is"])
async def test_no_question_goes_further_back_than_is_allowed(rig: Rig, since: int | None) -> None:
    """Bitget refuses a span of more than a week, and the demo does so too."""
    await rig.exchange.order("BTCUSDT", side="buy", size="1")
    told = await rig.account.fetch_fills(rig.markets.instrument(BTC), since)
    assert {fill.id for fill in told} == {fill.id for fill in rig.exchange.account.fills}


async def test_fills_as_they_happen_are_those_that_are_asked_for(rig: Rig) -> None:
    waiting = await rig.listening()
    await rig.exchange.order("BTCUSDT", side="buy", size="0.1")
    (heard,) = await waiting
    assert (heard,) == await rig.fills()


async def test_fills_of_every_kind_of_contract_are_heard(rig: Rig) -> None:
    waiting = await rig.listening()
    await rig.exchange.order("ETHUSDT", side="sell", size="1")
    assert [fill.instrument.symbol for fill in await waiting] == [ETH]
    (connection,) = rig.account._ccxt.clients.values()
    kinds = {name for name in connection.subscriptions if name.startswith("fill:")}
    assert kinds == {"fill:USDT-FUTURES", "fill:USDC-FUTURES", "fill:COIN-FUTURES"}


async def test_no_fill_is_missed_between_two_waits(rig: Rig) -> None:
    waiting = await rig.listening()
    heard: list[Fill] = []
    made = [await rig.exchange.order("BTCUSDT", side="buy", size="0.1", parts=3)]
    heard += await waiting
    for _ in range(20):
        made.append(await rig.exchange.order("BTCUSDT", side="buy", size="0.1", parts=3))
        heard += await rig.heard()
    while len({fill.id for fill in heard}) < 63:
        heard += await rig.heard()
    assert {fill.id for fill in heard} == {fill.id for fills in made for fill in fills}


async def test_a_broken_stream_is_a_failure_and_begins_anew(rig: Rig) -> None:
    waiting = await rig.listening()
    rig.account.break_streams()
    with pytest.raises(ExchangeUnavailable):
        await waiting
    again = await rig.listening()
    await rig.exchange.order("BTCUSDT", side="buy", size="0.1")
    assert len(await again) == 1


async def test_breaking_prices_leaves_the_account_alone(rig: Rig) -> None:
    waiting = await rig.listening()
    await rig.markets.watch_ticker(rig.markets.instrument(BTC))
    rig.markets.break_streams()
    await rig.exchange.order("BTCUSDT", side="buy", size="0.1")
    assert len(await waiting) == 1


async def test_funding(rig: Rig) -> None:
    bitcoin = rig.markets.instrument(BTC)
    assert await rig.account.fetch_funding(bitcoin, now() - HOUR) == ()
    for _ in range(3):
        await rig.exchange.pay_funding()
    payments = await rig.account.fetch_funding(bitcoin, now() - 40 * 24 * HOUR)
    assert len({paid.identity for paid in payments}) == 3
    billed = [bill for bill in rig.exchange.account.bills if bill.business == "contract_settle_fee"]
    assert {paid.id: paid.amount for paid in payments} == {bill.id: bill.amount for bill in billed}
    assert {paid.currency for paid in payments} == {"USDT"}
    assert await rig.account.fetch_funding(rig.markets.instrument("BTC/USDT"), 0) == ()


async def test_closed(rig: Rig) -> None:
    before = now()
    assert await rig.account.fetch_closed(before) == frozenset()
    await rig.exchange.order("BTCUSDT", side="sell", size="0.5")
    assert await rig.account.fetch_closed(before) == {(BTC, Side.LONG)}
    assert await rig.account.fetch_closed(now() + HOUR) == frozenset()


async def test_the_exchanges_clock_is_measured_once(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = 10_000  # Bitget refuses what was signed half a minute ago
    wall = rig.exchange.quote_board.wall_clock
    monkeypatch.setattr(rig.exchange.quote_board, "wall_clock", lambda: wall() + ahead)
    rig.exchange.faults.rest_at("/api/v2/public/time").status = 503
    assert abs((await rig.account.fetch_positions()).asked_at - now()) < 1000  # the local clock
    rig.exchange.faults.clear()
    for _ in range(2):
        assert abs((await rig.account.fetch_positions()).asked_at - now() - ahead) < 1000
    assert rig.exchange.requests.count("/api/v2/public/time") == 2


async def test_an_exchange_that_cannot_be_asked(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rig.account._ccxt, "has", {})
    assert not rig.account.can_watch_fills
    assert await rig.account.fetch_closed(0) == frozenset()
    assert await rig.account.fetch_funding(rig.markets.instrument(BTC), 0) == ()
    with pytest.raises(ExchangeLacks, match=r"^bitget cannot be asked for positions$"):
        await rig.account.fetch_positions()
