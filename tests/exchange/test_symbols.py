"""Resolution of a user's text to exactly one market, or to an error that lists the candidates."""

from typing import Any

import pytest

from dashboard.errors import AmbiguousSymbol, UnknownSymbol
from dashboard.exchange.symbols import resolve
from tests.exchange.builders import market

Markets = dict[str, dict[str, Any]]

BTC, BTC_SPOT, BTC_INVERSE = "BTC/USDT:USDT", "BTC/USDT", "BTC/USD:BTC"
USDC = "BTC/USDC:USDC"


def listing(*markets: dict[str, Any]) -> Markets:
    return {each["symbol"]: each for each in markets}


EXCHANGES: dict[str, Markets] = {
    "bitget": listing(
        market(BTC_SPOT, "BTCUSDT"),
        market("BTC/USDC", "BTCUSDC"),
        market(BTC, "BTCUSDT"),
        market(USDC, "BTCPERP"),
        market(BTC_INVERSE, "BTCUSD"),
        market("BTC/USD:BTC-241227", "BTCUSDZ24"),
        market("ETH/USDT:USDT", "ETHUSDT"),
    ),
    "binance": listing(
        market(BTC_SPOT, "BTCUSDT"),
        market(BTC, "BTCUSDT", info={"symbol": "BTCUSDT", "pair": "BTCUSDT"}),
        market("BTC/USDT:USDT-260327", "BTCUSDT_260327", info={"pair": "BTCUSDT"}),
        market(BTC_INVERSE, "BTCUSD_PERP", info={"pair": "BTCUSD"}),
        market("BTC/USD:BTC-260327", "BTCUSD_260327", info={"pair": "BTCUSD"}),
    ),
    "bybit": listing(
        market(BTC_SPOT, "BTCUSDT"),
        market(BTC, "BTCUSDT"),
        market(USDC, "BTCPERP"),
        market(BTC_INVERSE, "BTCUSD"),
    ),
    "okx": listing(
        market(BTC_SPOT, "BTC-USDT"),
        market(BTC, "BTC-USDT-SWAP", info={"instFamily": "BTC-USDT", "alias": ""}),
        market(BTC_INVERSE, "BTC-USD-SWAP"),
        market("BTC/USDT:USDT-260327", "BTC-USDT-260327", info={"alias": "quarter"}),
    ),
    "htx": listing(
        market(BTC_SPOT, "btcusdt"), market(BTC, "BTC-USDT"), market(BTC_INVERSE, "BTC-USD")
    ),
    "krakenfutures": listing(
        market("BTC/USD:USD", "PF_XBTUSD", info={"symbol": "PF_XBTUSD", "pair": "XBT:USD"}),
        market(BTC_INVERSE, "PI_XBTUSD", info={"symbol": "PI_XBTUSD", "pair": "XBT:USD"}),
        market("BTC/USD:BTC-260327", "FI_XBTUSD_260327", info={"symbol": "FI_XBTUSD_260327"}),
    ),
    "hyperliquid": listing(
        market(USDC, "0", info={"name": "BTC"}),
        market("ETH/USDC:USDC", "1", info={"name": "ETH"}),
        market("kPEPE/USDC:USDC", "15", info={"name": "kPEPE"}),
        market("UBTC/USDC", "@142", info={"name": "@142"}),
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("exchange", "text", "symbol"),
    [
        ("bitget", "BTCUSDT", BTC),  # the id of spot too: the swap is preferred
        ("bitget", "btcusdt", BTC),
        ("bitget", " BTCUSDT ", BTC),
        ("bitget", "BTC/USDT:USDT", BTC),
        ("bitget", "btc/usdt:usdt", BTC),
        ("bitget", "BTC/USDT", BTC_SPOT),  # a unified symbol is unambiguous
        ("bitget", "btc/usdt", BTC_SPOT),
        ("bitget", "BTC-USDT", BTC),  # not an id here, but base and quote
        ("bitget", "BTCPERP", USDC),
        ("bitget", "BTCUSD", BTC_INVERSE),
        ("bitget", "BTCUSDZ24", "BTC/USD:BTC-241227"),
        ("bitget", "ETH", "ETH/USDT:USDT"),
        ("binance", "BTCUSDT", BTC),
        ("binance", "BTCUSD_PERP", BTC_INVERSE),
        ("binance", "BTCUSDT_260327", "BTC/USDT:USDT-260327"),
        ("binance", "BTC", BTC),
        ("bybit", "BTCUSDT", BTC),
        ("bybit", "BTCPERP", USDC),
        ("bybit", "BTCUSD", BTC_INVERSE),
        ("okx", "BTC-USDT-SWAP", BTC),
        ("okx", "btc-usdt-swap", BTC),
        ("okx", "BTC-USDT", BTC_SPOT),  # the exchange's own name of its spot market
        ("okx", "BTCUSDT", BTC),
        ("okx", "BTC-USD-SWAP", BTC_INVERSE),
        ("htx", "BTC-USDT", BTC),
        ("htx", "btcusdt", BTC_SPOT),
        ("htx", "BTC-USD", BTC_INVERSE),
        ("krakenfutures", "PF_XBTUSD", "BTC/USD:USD"),
        ("krakenfutures", "pi_xbtusd", BTC_INVERSE),
        ("krakenfutures", "BTCUSD", "BTC/USD:USD"),
        ("krakenfutures", "BTC", "BTC/USD:USD"),
        ("hyperliquid", "BTC", USDC),
        ("hyperliquid", "0", USDC),
        ("hyperliquid", "BTCUSDC", USDC),
        ("hyperliquid", "KPEPE", "kPEPE/USDC:USDC"),
        ("hyperliquid", "kPEPE/USDC:USDC", "kPEPE/USDC:USDC"),
        ("htx", "BTCUSDT", BTC),  # in lower case this is the id of spot
    ],
    ids=lambda value: repr(value) if value != value.strip() else value,
)  # fmt: skip
def test_text_resolves_to_one_market(exchange: str, text: str, symbol: str) -> None:
    assert resolve(EXCHANGES[exchange], text)["symbol"] == symbol


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
        resolve(EXCHANGES[exchange], text)
    assert str(error.value) == f"symbol '{text}' is ambiguous: use one of {candidates}"


def test_long_list_of_candidates_is_shortened() -> None:
    quotes = [f"Q{number:02}" for number in range(12)]
    with pytest.raises(AmbiguousSymbol) as error:
        resolve(listing(*(market(f"BTC/{quote}:{quote}", f"BTC{quote}") for quote in quotes)), "BTC")
    shown = ", ".join(f"BTC/{quote}:{quote}" for quote in quotes[:8])
    assert f"{shown} and 4 more" in str(error.value)


@pytest.mark.parametrize(
    ("text", "similar"),
    [
        pytest.param("BTCUSTD", "BTC/USDT", id="transposed letters"),
        pytest.param("BTCUSDTT", "BTC/USDT:USDT", id="additional letter"),
        pytest.param("ETHUSD", "ETH/USDT:USDT", id="other quote currency"),
    ],
)
def test_unknown_symbol_lists_similar_ones(text: str, similar: str) -> None:
    with pytest.raises(UnknownSymbol) as error:
        resolve(EXCHANGES["bitget"], text)
    message = str(error.value)
    assert message.startswith(f"symbol '{text}' is not listed; similar: ")
    assert similar in message


@pytest.mark.parametrize("text", ["ZZZZZZ", "", "/", ":", "   "], ids=repr)
@pytest.mark.parametrize("exchange", EXCHANGES)
def test_unknown_symbol_without_similar_ones(exchange: str, text: str) -> None:
    with pytest.raises(UnknownSymbol) as error:
        resolve(EXCHANGES[exchange], text)
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
    assert resolve({"gone": unusable, BTC_SPOT: other}, "BTCUSDT") is other
    with pytest.raises(UnknownSymbol):
        resolve({"gone": unusable}, "BTCUSDT")


@pytest.mark.parametrize("active", [True, None], ids=str)
def test_market_of_unknown_state_counts_as_active(active: bool | None) -> None:
    assert resolve(listing(market(BTC, "BTCUSDT", active=active)), "BTCUSDT")["symbol"] == BTC


def test_market_without_info_is_found() -> None:
    assert resolve(listing(market(BTC, "x", info=None)), "BTCUSDT")["symbol"] == BTC
