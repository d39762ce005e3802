"""The limits of the account's lists, which a client that catches up has to live with."""

from dataclasses import replace

import ccxt
import pytest

SWAP, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
DAY = 86_400_000


@pytest.fixture
async def hundred(exchange):
    """More fills than fit on a page."""
    for _ in range(55):
        await exchange.order("ETHUSDT", side="buy", size="0.02", parts=2)
    return [fill.id for fill in exchange.account.fills if fill.symbol == "ETHUSDT"]


async def test_a_page_is_the_newest_hundred_and_the_next_is_asked_for_by_id(exchange, owner, hundred):
    newest = await owner.fetch_my_trades(ETH)
    assert [row["id"] for row in newest] == hundred[-100:]
    older = await owner.fetch_my_trades(ETH, params={"idLessThan": newest[0]["id"]})
    assert [row["id"] for row in older] == hundred[:-100]
    assert await owner.fetch_my_trades(ETH, params={"idLessThan": older[0]["id"]}) == []
    assert [row["id"] for row in await owner.fetch_my_trades(ETH, limit=7)] == hundred[-7:]
    assert len(await owner.fetch_my_trades(ETH, limit=1000)) == 100


async def test_ccxts_own_paging_stops_after_the_first_page(owner, hundred):
    """It looks for the cursor in the fills, where Bitget has none."""
    since = owner.milliseconds() - DAY
    assert len(await owner.fetch_my_trades(ETH, since, params={"paginate": True})) == 100


async def test_since_is_kept_to(exchange, owner, hundred):
    fills = [fill for fill in exchange.account.fills if fill.symbol == "ETHUSDT"]
    found = await owner.fetch_my_trades(ETH, fills[-6].time_ms)
    assert {row["id"] for row in found} >= {fill.id for fill in fills[-6:]}
    assert all(row["timestamp"] >= fills[-6].time_ms for row in found)
    assert await owner.fetch_my_trades(ETH, fills[-1].time_ms + 1) == []


@pytest.mark.parametrize(
    ("since", "params", "error"),
    [
        (-8 * DAY, {}, "00001.*7 days"),
        (-DAY, {"until": -2 * DAY}, "40707"),
    ],
    ids=["more than a week", "backwards"],
)
async def test_what_cannot_be_asked_is_refused(owner, since, params, error):
    now = owner.milliseconds()
    params = {name: value + now if name == "until" else value for name, value in params.items()}
    with pytest.raises(ccxt.ExchangeError, match=error):
        await owner.fetch_my_trades(SWAP, now + since, params=params)


async def test_a_week_long_ago_can_be_asked_for(owner):
    now = owner.milliseconds()
    assert await owner.fetch_my_trades(SWAP, now - 20 * DAY, params={"until": now - 13 * DAY}) == []


async def test_old_fills_can_be_forgotten(exchange, owner):
    await exchange.order("BTCUSDT", side="buy", size="0.1")
    exchange.account.fills_kept_ms = 60_000
    [fill] = await owner.fetch_my_trades(SWAP)
    assert fill["amount"] == "0.1"
    [position] = await owner.fetch_positions()
    assert position["contracts"] == "0.6"


async def test_bills_and_closed_positions_come_in_pages_of_twenty(exchange, owner):
    for _ in range(25):
        await exchange.pay_funding()
        await exchange.order("ETHUSDT", side="buy", size="0.01")
        await exchange.order("ETHUSDT", side="sell", size="0.01")
    assert len(await owner.fetch_funding_history(SWAP)) == 20
    assert len(await owner.fetch_funding_history(SWAP, limit=100)) == 25
    assert len(await owner.fetch_positions_history()) == 20
    assert len(await owner.fetch_positions_history(limit=100)) == 25


async def test_a_position_given_by_a_test_gets_no_fills(exchange, owner):
    exchange.account.positions = [replace(exchange.account.positions[0], symbol="ETHUSDT")]
    assert await owner.fetch_my_trades(ETH) == []
