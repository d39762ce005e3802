"""Markets that ExchangeClient loads and AccountClient takes over, on every exchange."""

from typing import Any

import pytest

from dashboard.domain.position import Side
from dashboard.exchange.account_client import AccountClient
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.exchange_client import ExchangeClient
from dashboard.exchange.factory import build_exchange
from tests.exchange.listed_markets import MARKETS
from tests.exchange.stub_session import StubSession

WALLET = "0x" + "2" * 40


def credentials(exchange: str, **config: Any) -> Credentials:
    settings = {"session": StubSession(MARKETS[exchange]), "enableRateLimit": False, "timeout_on_exit": 0}
    return Credentials(exchange, wallet_address=WALLET, config=settings | config)


@pytest.mark.parametrize("exchange", MARKETS)
async def test_loaded_markets_are_shared(exchange: str) -> None:
    markets, account = ExchangeClient(credentials(exchange)), build_exchange(credentials(exchange))
    await markets.load_markets()
    markets.share_markets_with(account)
    assert len(account.markets) >= 1
    assert all(markets.has_market(symbol) for symbol in account.markets)
    await markets.close()
    await account.close()


@pytest.mark.parametrize(
    "config",
    [
        pytest.param({}, id="as it is"),
        pytest.param({"privateKey": "0x" + "1" * 64}, id="with a private key"),
        pytest.param({"has": {"fetchCurrencies": False}}, id="without currencies"),
        pytest.param({"options": {"fetchMarkets": {"types": ["swap"]}}}, id="swaps only"),
    ],
)
async def test_hyperliquid_account_is_read_by_its_info_requests_alone(config: dict[str, Any]) -> None:
    used = credentials("hyperliquid", **config)
    markets = ExchangeClient(used)
    account = AccountClient(used, markets)
    await markets.load_markets()
    (position,) = (await account.fetch_positions()).positions
    assert (position.instrument.symbol, position.side) == ("BTC/USDC:USDC", Side.LONG)
    assert set(used.config["session"].requests) == {"POST /info"}
    await account.close()
    await markets.close()


async def test_market_of_hyperliquid_has_its_own_settlement_currency() -> None:
    """Each HIP-3 exchange has a collateral of its own, which ccxt names only with the list of currencies."""
    markets = ExchangeClient(credentials("hyperliquid"))
    instrument = await markets.resolve_instrument("flx:TSLA")
    assert (instrument.symbol, instrument.settle) == ("FLX-TSLA/USDH:USDH", "USDH")
    await markets.close()
