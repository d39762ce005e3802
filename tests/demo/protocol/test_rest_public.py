from itertools import pairwise

import ccxt
import pytest

SWAP, SPOT, INVERSE = "BTC/USDT:USDT", "BTC/USDT", "BTC/USD:BTC"


async def test_markets_are_spot_linear_and_inverse(client):
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
async def test_ticker_is_complete_and_consistent(exchange, client, symbol):
    ticker = await client.fetch_ticker(symbol)
    assert ticker["symbol"] == symbol
    assert ticker["low"] <= ticker["bid"] < ticker["ask"] <= ticker["high"] + 1
    assert ticker["open"] * (1 + ticker["percentage"] / 100) == pytest.approx(ticker["last"], rel=1e-4)
    assert ticker["baseVolume"] > 0 < ticker["quoteVolume"]
    assert ("markPrice" in ticker["info"]) == (symbol != SPOT)


async def test_mark_price_and_funding_match_the_ticker(client):
    tickers = await client.fetch_tickers([SWAP, "ETH/USDT:USDT"])
    assert set(tickers) == {SWAP, "ETH/USDT:USDT"}
    mark = await client.fetch_mark_price(SWAP)
    assert mark["markPrice"] == pytest.approx(tickers[SWAP]["last"], rel=1e-3)
    funding = await client.fetch_funding_rate(SWAP)
    assert (funding["fundingRate"], funding["interval"]) == (0.0001, "8h")
    assert 0 < funding["fundingTimestamp"] - client.milliseconds() <= 8 * 3600 * 1000
    assert (await client.fetch_funding_rates([SWAP]))[SWAP]["fundingRate"] == 0.0001


@pytest.mark.parametrize("symbol", [SWAP, SPOT, INVERSE])
async def test_candles_of_each_length_close_at_the_last_price(client, symbol):
    last = (await client.fetch_ticker(symbol))["last"]
    for timeframe in ("1m", "5m", "1h", "6h", "1d", "1w", "1M"):
        candles = await client.fetch_ohlcv(symbol, timeframe, limit=80)
        assert len(candles) >= 4
        assert candles[-1][4] == last
        assert await client.fetch_ohlcv(symbol, timeframe, limit=80) == candles


async def test_old_candles_are_read_from_the_history_path(exchange, client):
    since = client.milliseconds() - 100 * 86_400_000
    candles = await client.fetch_ohlcv(SWAP, "1h", since=since, limit=50)
    assert "/api/v2/mix/market/history-candles" in exchange.requests
    assert len(candles) == 50
    assert since <= candles[0][0] < since + 3_600_000


@pytest.mark.parametrize("symbol", [SWAP, SPOT])
async def test_order_book_starts_at_bid_and_ask_of_the_ticker(client, symbol):
    book, ticker = await client.fetch_order_book(symbol, 15), await client.fetch_ticker(symbol)
    assert (book["bids"][0][0], book["asks"][0][0]) == (ticker["bid"], ticker["ask"])
    assert len(book["bids"]) == len(book["asks"]) == 15
    assert book["bids"] == sorted(book["bids"], reverse=True)
    assert book["asks"] == sorted(book["asks"])


async def test_margin_tiers_are_contiguous_and_increasing(client):
    tiers = await client.fetch_market_leverage_tiers(SWAP)
    assert (tiers[0]["maintenanceMarginRate"], tiers[0]["maxLeverage"]) == (0.004, 125)
    assert all(a["maxNotional"] == b["minNotional"] for a, b in pairwise(tiers))
    assert all(a["maintenanceMarginRate"] < b["maintenanceMarginRate"] for a, b in pairwise(tiers))


async def test_server_time_matches_the_local_clock(client):
    assert abs(await client.fetch_time() - client.milliseconds()) < 1000


async def test_unknown_symbol_parameter_and_path_get_bitgets_errors(client):
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
