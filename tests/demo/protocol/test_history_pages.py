"""Limits of the account's lists, which a client meets when it reads missed fills."""

from dataclasses import replace

import ccxt
import pytest

SWAP, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
DAY_MS = 86_400_000


@pytest.fixture
async def fill_ids(exchange):
    """Ids of more fills than fit on a page."""
    for _ in range(55):
        await exchange.order("ETHUSDT", side="buy", size="0.02", parts=2)
    return [fill.id for fill in exchange.account.fills if fill.symbol == "ETHUSDT"]


async def test_page_has_the_newest_hundred_and_older_ones_are_requested_by_id(exchange, owner, fill_ids):
    newest = await owner.fetch_my_trades(ETH)
    assert [row["id"] for row in newest] == fill_ids[-100:]
    older = await owner.fetch_my_trades(ETH, params={"idLessThan": newest[0]["id"]})
    assert [row["id"] for row in older] == fill_ids[:-100]
    assert await owner.fetch_my_trades(ETH, params={"idLessThan": older[0]["id"]}) == []
    assert [row["id"] for row in await owner.fetch_my_trades(ETH, limit=7)] == fill_ids[-7:]
    assert len(await owner.fetch_my_trades(ETH, limit=1000)) == 100


async def test_pagination_by_ccxt_stops_after_the_first_page(owner, fill_ids):
    """ccxt looks for the cursor in the fills, where Bitget has none."""
    since = owner.milliseconds() - DAY_MS
    assert len(await owner.fetch_my_trades(ETH, since, params={"paginate": True})) == 100


async def test_since_excludes_older_fills(exchange, owner, fill_ids):
    fills = [fill for fill in exchange.account.fills if fill.symbol == "ETHUSDT"]
    found = await owner.fetch_my_trades(ETH, fills[-6].time_ms)
    assert {row["id"] for row in found} >= {fill.id for fill in fills[-6:]}
    assert all(row["timestamp"] >= fills[-6].time_ms for row in found)
    assert await owner.fetch_my_trades(ETH, fills[-1].time_ms + 1) == []


@pytest.mark.parametrize(
    ("since", "params", "error"),
    [
        (-8 * DAY_MS, {}, "00001.*7 days"),
        (-DAY_MS, {"until": -2 * DAY_MS}, "40707"),
    ],
    ids=["more than a week", "start after end"],
)
async def test_invalid_time_range_is_refused(owner, since, params, error):
    now = owner.milliseconds()
    params = {name: value + now if name == "until" else value for name, value in params.items()}
    with pytest.raises(ccxt.ExchangeError, match=error):
        await owner.fetch_my_trades(SWAP, now + since, params=params)


async def test_past_week_can_be_requested(owner):
    now = owner.milliseconds()
    assert await owner.fetch_my_trades(SWAP, now - 20 * DAY_MS, params={"until": now - 13 * DAY_MS}) == []


async def test_fills_older_than_the_retention_are_not_listed(exchange, owner):
    await exchange.order("BTCUSDT", side="buy", size="0.1")
    exchange.account.fills_kept_ms = 60_000
    [fill] = await owner.fetch_my_trades(SWAP)
    assert fill["amount"] == "0.1"
    [position] = await owner.fetch_positions()
    assert position["contracts"] == "0.6"


async def test_bills_and_closed_positions_have_pages_of_twenty(exchange, owner):
    for _ in range(25):
        await exchange.pay_funding()
        await exchange.order("ETHUSDT", side="buy", size="0.01")
        await exchange.order("ETHUSDT", side="sell", size="0.01")
    assert len(await owner.fetch_funding_history(SWAP)) == 20
    assert len(await owner.fetch_funding_history(SWAP, limit=100)) == 25
    assert len(await owner.fetch_positions_history()) == 20
    assert len(await owner.fetch_positions_history(limit=100)) == 25


async def test_position_set_by_a_test_has_no_fills(exchange, owner):
    exchange.account.positions = [replace(exchange.account.positions[0], symbol="ETHUSDT")]
    assert await owner.fetch_my_trades(ETH) == []
