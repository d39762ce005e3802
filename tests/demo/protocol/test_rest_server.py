from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import ccxt
import pytest

from dashboard.demo import DemoPosition

SWAP, SPOT, INVERSE = "BTC/USDT:USDT", "BTC/USDT", "BTC/USD:BTC"


async def test_the_markets_are_spot_linear_and_inverse(client):
    assert set(client.markets) == {
        SPOT,
        SWAP,
        INVERSE,
        "ETH/USDT:USDT",
        "SOL/USDT:USDT",
        "DOGE/USDT:USDT",
        "STORJ/USDT:USDT",
    }
    assert len(client.markets_by_id["BTCUSDT"]) == 2
    assert client.markets[SWAP]["linear"]
    assert client.markets[INVERSE]["inverse"]
    assert (client.markets[INVERSE]["settle"], client.markets[SWAP]["contractSize"]) == ("BTC", 1)
    assert client.markets["DOGE/USDT:USDT"]["precision"] == {"amount": 1.0, "price": 0.00001}
    assert client.markets[SPOT]["precision"] == {"amount": 0.000001, "price": 0.01}
    assert all(market["active"] for market in client.markets.values())


@pytest.mark.parametrize("symbol", [SWAP, SPOT, INVERSE, "DOGE/USDT:USDT"])
async def test_a_ticker_has_all_that_a_ticker_has(exchange, client, symbol):
    ticker = await client.fetch_ticker(symbol)
    assert ticker["symbol"] == symbol
    assert ticker["low"] <= ticker["bid"] < ticker["ask"] <= ticker["high"] + 1
    assert ticker["open"] * (1 + ticker["percentage"] / 100) == pytest.approx(ticker["last"], rel=1e-4)
    assert ticker["baseVolume"] > 0 < ticker["quoteVolume"]
    assert ("markPrice" in ticker["info"]) == (symbol != SPOT)


async def test_tickers_mark_price_and_funding(client):
    tickers = await client.fetch_tickers([SWAP, "ETH/USDT:USDT"])
    assert set(tickers) == {SWAP, "ETH/USDT:USDT"}
    mark = await client.fetch_mark_price(SWAP)
    assert mark["markPrice"] == pytest.approx(tickers[SWAP]["last"], rel=1e-3)
    funding = await client.fetch_funding_rate(SWAP)
    assert (funding["fundingRate"], funding["interval"]) == (0.0001, "8h")
    assert 0 < funding["fundingTimestamp"] - client.milliseconds() <= 8 * 3600 * 1000
    assert (await client.fetch_funding_rates([SWAP]))[SWAP]["fundingRate"] == 0.0001


@pytest.mark.parametrize("symbol", [SWAP, SPOT, INVERSE])
async def test_candles_of_all_lengths_end_at_the_last_price(client, symbol):
    last = (await client.fetch_ticker(symbol))["last"]
    for timeframe in ("1m", "5m", "1h", "6h", "1d", "1w", "1M"):
        candles = await client.fetch_ohlcv(symbol, timeframe, limit=80)
        assert len(candles) >= 4
        assert candles[-1][4] == last
        assert await client.fetch_ohlcv(symbol, timeframe, limit=80) == candles


async def test_candles_of_long_ago_come_from_the_history_path(exchange, client):
    since = client.milliseconds() - 100 * 86_400_000
    candles = await client.fetch_ohlcv(SWAP, "1h", since=since, limit=50)
    assert "/api/v2/mix/market/history-candles" in exchange.requests
    assert len(candles) == 50
    assert since <= candles[0][0] < since + 3_600_000


@pytest.mark.parametrize("symbol", [SWAP, SPOT])
async def test_the_order_book_lies_around_the_ticker(client, symbol):
    book, ticker = await client.fetch_order_book(symbol, 15), await client.fetch_ticker(symbol)
    assert (book["bids"][0][0], book["asks"][0][0]) == (ticker["bid"], ticker["ask"])
    assert len(book["bids"]) == len(book["asks"]) == 15
    assert book["bids"] == sorted(book["bids"], reverse=True)
    assert book["asks"] == sorted(book["asks"])


async def test_tiers_rise(client):
    tiers = await client.fetch_market_leverage_tiers(SWAP)
    assert (tiers[0]["maintenanceMarginRate"], tiers[0]["maxLeverage"]) == (0.004, 125)
    assert all(a["maxNotional"] == b["minNotional"] for a, b in pairwise(tiers))
    assert all(a["maintenanceMarginRate"] < b["maintenanceMarginRate"] for a, b in pairwise(tiers))


async def test_the_clock_is_right(client):
    assert abs(await client.fetch_time() - client.milliseconds()) < 1000


async def test_what_is_not_there_is_refused_as_bitget_refuses_it(client):
    with pytest.raises(ccxt.BadSymbol):
        await client.fetch_ticker("NOPE/USDT:USDT")
    with pytest.raises(ccxt.ExchangeError, match="40034"):
        await client.publicMixGetV2MixMarketTicker({"symbol": "NOPEUSDT", "productType": "USDT-FUTURES"})
    with pytest.raises(ccxt.BadRequest, match="400172"):
        await client.publicMixGetV2MixMarketTicker({"symbol": "BTCUSDT", "productType": "NOPE"})
    with pytest.raises(ccxt.BadRequest, match="400172"):
        await client.fetch_ohlcv(SWAP, "7m")
    with pytest.raises(ccxt.ExchangeError, match="40404"):
        await client.publicMixGetV2MixMarketOiLimit()


async def test_the_demo_position_is_valued_at_the_mark(exchange, connect):
    client = connect(keys=True, number=str)
    await exchange.publish("BTCUSDT", lastPr="63000", markPrice="63001.5")
    [position] = await client.fetch_positions()
    assert (position["symbol"], position["side"], position["marginMode"]) == (SWAP, "long", "isolated")
    assert position["hedged"] is False
    assert Decimal(position["contracts"]) == Decimal("0.5")
    assert Decimal(position["entryPrice"]) == 64000
    assert Decimal(position["unrealizedPnl"]) == Decimal("-499.25")
    assert Decimal(position["markPrice"]) == Decimal("63001.5")
    assert position["info"]["liquidationPrice"] == position["liquidationPrice"] == "61044.2"
    assert (await client.fetch_position(SWAP))["entryPrice"] == position["entryPrice"]
    assert "/api/v3/account/settings" in exchange.requests


async def test_positions_can_be_changed(exchange, connect):
    client = connect(keys=True)
    long = exchange.account.positions[0]
    hedge = replace(long, hold_side="short", pos_mode="hedge_mode", total=Decimal("0.1"), leverage=10)
    exchange.account.positions = [replace(long, pos_mode="hedge_mode", liquidation_price="0"), hedge]
    found = {position["side"]: position for position in await client.fetch_positions([SWAP])}
    assert set(found) == {"long", "short"}
    assert all(position["hedged"] for position in found.values())
    # ccxt makes up a liquidation price where the exchange says that there is none.
    assert found["long"]["info"]["liquidationPrice"] == "0"
    assert found["long"]["liquidationPrice"] > 0
    exchange.account.positions = []
    assert await client.fetch_positions() == []


async def test_coin_margined_positions_are_asked_for_by_their_product(exchange, connect):
    client = connect(keys=True)
    exchange.account.positions = [
        DemoPosition(symbol="BTCUSD", product="COIN-FUTURES", margin_coin="BTC", total=Decimal(1))
    ]
    assert await client.fetch_positions() == []
    [position] = await client.fetch_positions([INVERSE])
    assert (position["symbol"], position["contracts"]) == (INVERSE, 1)


@pytest.mark.parametrize(
    ("wrong", "code"), [({"apiKey": "x"}, "40037"), ({"secret": "x"}, "40009"), ({"password": "x"}, "40012")]
)
async def test_wrong_keys_are_refused(connect, wrong, code):
    with pytest.raises(ccxt.AuthenticationError, match=code):
        await connect(keys=True, **wrong).fetch_positions()


async def test_an_old_request_is_refused(connect):
    client = connect(keys=True, options={"timeDifference": 60_000})
    with pytest.raises(ccxt.InvalidNonce, match="40008"):
        await client.fetch_positions()
