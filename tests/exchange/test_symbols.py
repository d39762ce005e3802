"""Resolution of a user's text to exactly one market, or to an error that lists the candidates."""

import asyncio
from functools import cache
from typing import Any

import pytest

from dashboard.errors import AmbiguousSymbol, UnknownSymbol
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.factory import build_exchange
from dashboard.exchange.symbols import resolve
from tests.exchange.builders import market
from tests.exchange.listed_markets import MARKETS
from tests.exchange.stub_session import StubSession

Markets = dict[str, dict[str, Any]]

BTC, BTC_SPOT, BTC_INVERSE = "BTC/USDT:USDT", "BTC/USDT", "BTC/USD:BTC"
USDC = "BTC/USDC:USDC"


@cache
def markets_of(exchange: str) -> Markets:
    """The markets that ccxt reads from the exchange's own rows."""
    config = {"session": StubSession(MARKETS[exchange]), "enableRateLimit": False, "timeout_on_exit": 0}
    built = build_exchange(Credentials(exchange, config=config))

    async def load() -> Markets:
        markets: Markets = await built.load_markets()
        await built.close()
        return markets

    return asyncio.run(load())


def listing(*markets: dict[str, Any]) -> Markets:
    return {each["symbol"]: each for each in markets}


@pytest.mark.parametrize(
    ("exchange", "text", "symbol"),
    [
        ("bitget", "BTCUSDT", BTC),  # the id of spot too
        ("bitget", "btcusdt", BTC),
        ("bitget", " BTCUSDT ", BTC),
        ("bitget", "BTC/USDT:USDT", BTC),
        ("bitget", "btc/usdt:usdt", BTC),
        ("bitget", "BTC/USDT", BTC_SPOT),  # a unified symbol means just that market
        ("bitget", "btc/usdt", BTC_SPOT),
        ("bitget", "BTC-USDT", BTC),  # not an id here, but base and quote
        ("bitget", "BTCUSDC", USDC),  # the id of spot
        ("bitget", "BTCPERP", USDC),
        ("bitget", "BTCUSD", BTC_INVERSE),  # its id; a dated contract has the same base and quote
        ("bitget", "btcusd", BTC_INVERSE),
        ("bitget", "BTCUSDH26", "BTC/USD:BTC-260327"),
        ("bitget", "ETH", "ETH/USDT:USDT"),
        ("binance", "BTCUSDT", BTC),
        ("binance", "BTCUSD_PERP", BTC_INVERSE),
        ("binance", "BTCUSDT_260327", "BTC/USDT:USDT-260327"),
        ("binance", "DOTBTC", "DOT/BTC"),  # no contract of that name
        ("binanceusdm", "BTCUSDT", BTC),
        ("binancecoinm", "BTCUSD_PERP", BTC_INVERSE),
        ("bybit", "BTCUSDT", BTC),
        ("bybit", "BTCPERP", USDC),
        ("bybit", "BTCUSD", BTC_INVERSE),
        ("okx", "BTC-USDT-SWAP", BTC),
        ("okx", "btc-usdt-swap", BTC),
        ("okx", "BTC-USDT", BTC),  # the id of spot, and the family of the swap
        ("okx", "BTCUSDT", BTC),
        ("okx", "BTC-USD-SWAP", BTC_INVERSE),
        ("okx", "BTC-USDT-260327", "BTC/USDT:USDT-260327"),
        ("htx", "BTC-USDT", BTC),
        ("htx", "BTCUSDT", BTC),  # the id of spot in upper case
        ("htx", "btcusdt", BTC),  # the id of spot
        ("htx", "BTC/USDT", BTC_SPOT),
        ("htx", "BTC-USD", BTC_INVERSE),
        ("krakenfutures", "PF_XBTUSD", "BTC/USD:USD"),
        ("krakenfutures", "pi_xbtusd", BTC_INVERSE),
        ("krakenfutures", "XBTUSD", "BTC/USD:USD"),
        ("krakenfutures", "BTCUSD", "BTC/USD:USD"),
        ("krakenfutures", "BTC", "BTC/USD:USD"),
        ("hyperliquid", "BTC", USDC),
        ("hyperliquid", "0", USDC),
        ("hyperliquid", "BTCUSDC", USDC),
        ("hyperliquid", "kPEPE", "KPEPE/USDC:USDC"),
        ("hyperliquid", "kPEPE/USDC:USDC", "KPEPE/USDC:USDC"),
        ("hyperliquid", "flx:TSLA", "FLX-TSLA/USDH:USDH"),
        ("gate", "BTC_USDT", BTC),  # the id of spot too
        ("gate", "BTC_USD", BTC_INVERSE),
        ("kucoin", "BTC-USDT", BTC),  # the id of spot
        ("kucoin", "XBTUSDTM", BTC),
        ("kucoinfutures", "XBTUSDM", BTC_INVERSE),
        ("deribit", "BTC-PERPETUAL", BTC_INVERSE),
        ("deribit", "BTC_USDC", USDC),  # the id of spot
        ("bingx", "BTC-USDT", BTC),  # the id of spot too
        ("mexc", "BTCUSDT", BTC),  # the id of spot
        ("mexc", "BTC_USDT", BTC),
        ("phemex", "BTCUSDT", BTC),
        ("phemex", "sBTCUSDT", BTC_SPOT),
        ("phemex", "BTCUSD", BTC_INVERSE),
        ("aster", "BTCUSDT", BTC),
        ("lighter", "BTC", USDC),
    ],
    ids=lambda value: repr(value) if value != value.strip() else value,
)  # fmt: skip
def test_text_resolves_to_one_market(exchange: str, text: str, symbol: str) -> None:
    assert resolve(markets_of(exchange), text).market["symbol"] == symbol


@pytest.mark.parametrize(
    ("exchange", "text", "others", "is_id"),
    [
        pytest.param("bitget", "BTCUSDT", "BTC/USDT", False, id="one id for two markets"),
        pytest.param("htx", "BTCUSDT", "BTC/USDT", False, id="id in another case"),
        pytest.param("htx", "btcusdt", "BTC/USDT", True, id="id of spot"),
        pytest.param("okx", "BTC-USDT", "BTC/USDT, BTC/USDT:USDT-260327", True, id="id of spot, name of two"),
        pytest.param("bitget", "BTCUSD", "BTC/USD:BTC-260327", False, id="id of the chosen contract"),
        pytest.param("bitget", "BTC/USDT", "", False, id="unified symbol"),
        pytest.param("bitget", "ETHUSDT", "", False, id="only one market"),
    ],
)
def test_markets_that_were_not_chosen_are_listed(exchange: str, text: str, others: str, is_id: bool) -> None:
    resolution = resolve(markets_of(exchange), text)
    assert (resolution.other_symbols, resolution.is_id_of_other(text)) == (others, is_id)


@pytest.mark.parametrize(
    ("exchange", "text", "candidates"),
    [
        pytest.param("bitget", "BTC", "BTC/USDC:USDC, BTC/USDT:USDT", id="two linear swaps"),
        pytest.param(
            "binance", "BTCUSD", "BTC/USD:BTC, BTC/USD:BTC-260327", id="no linear swap: all of them"
        ),
    ],
)
def test_ambiguous_text_lists_the_candidates(exchange: str, text: str, candidates: str) -> None:
    with pytest.raises(AmbiguousSymbol) as error:
        resolve(markets_of(exchange), text)
    assert str(error.value) == f"symbol '{text}' is ambiguous: use one of {candidates}"


def test_long_list_of_candidates_is_shortened() -> None:
    quotes = [f"Q{number:02}" for number in range(12)]
    with pytest.raises(AmbiguousSymbol) as error:
        resolve(listing(*(market(f"BTC/{quote}:{quote}", f"BTC{quote}") for quote in quotes)), "BTC")
    shown = ", ".join(f"BTC/{quote}:{quote}" for quote in quotes[:8])
    assert f"{shown} and 4 more" in str(error.value)


@pytest.mark.parametrize(
    ("exchange", "text", "similar"),
    [
        pytest.param("bitget", "BTCUSTD", "BTC/USDT:USDT", id="transposed letters"),
        pytest.param("bitget", "BTCUSDTT", "BTC/USDT:USDT", id="additional letter"),
        pytest.param("bitget", "ETHUSD", "ETH/USDT:USDT", id="other quote currency"),
        pytest.param("hyperliquid", "BTC-PERP", "BTC/USDC, BTC/USDC:USDC", id="a suffix of other exchanges"),
        pytest.param("binanceusdm", "BTC-PERPETUAL", BTC, id="an id of another exchange"),
    ],
)
def test_unknown_symbol_lists_similar_ones(exchange: str, text: str, similar: str) -> None:
    with pytest.raises(UnknownSymbol) as error:
        resolve(markets_of(exchange), text)
    message = str(error.value)
    assert message.startswith(f"symbol '{text}' is not listed; similar: ")
    assert similar in message


@pytest.mark.parametrize("text", ["ZZZZZZ", "", "/", ":", "   "], ids=repr)
@pytest.mark.parametrize("exchange", MARKETS)
def test_unknown_symbol_without_similar_ones(exchange: str, text: str) -> None:
    with pytest.raises(UnknownSymbol) as error:
        resolve(markets_of(exchange), text)
    assert str(error.value) == f"symbol '{text.strip()}' is not listed"


@pytest.mark.parametrize(
    "unusable",
    [
        pytest.param(market(BTC, "BTCUSDT", active=False), id="delisted"),
        pytest.param(market(BTC, "BTCUSDT", type="option", swap=False), id="option"),
    ],
)
def test_unusable_market_is_not_found(unusable: dict[str, Any]) -> None:
    other = market(BTC_SPOT, "BTCUSDT")
    assert resolve({"gone": unusable, BTC_SPOT: other}, "BTCUSDT").market is other
    with pytest.raises(UnknownSymbol):
        resolve({"gone": unusable}, "BTCUSDT")


@pytest.mark.parametrize("active", [True, None], ids=str)
def test_market_of_unknown_state_counts_as_active(active: bool | None) -> None:
    assert resolve(listing(market(BTC, "BTCUSDT", active=active)), "BTCUSDT").market["symbol"] == BTC


def test_market_without_info_is_found() -> None:
    assert resolve(listing(market(BTC, "x", info=None)), "BTCUSDT").market["symbol"] == BTC


def test_letters_of_any_alphabet_belong_to_a_name() -> None:
    listed = listing(market("币安人生/USDT:USDT", "币安人生USDT"), market("X/USDT:USDT", "XUSDT"))
    assert resolve(listed, "币安人生USDT").market["symbol"] == "币安人生/USDT:USDT"
