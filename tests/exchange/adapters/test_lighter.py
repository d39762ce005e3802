"""Accounts of a wallet on Lighter, with its answers on a local server.

Rows as in https://apidocs.lighter.xyz/reference/account-1
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest

from dashboard.errors import ExchangeLacks, ExchangeUnavailable
from dashboard.exchange.account_client import AccountClient
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.exchange_client import ExchangeClient
from tests.exchange.accounts.account_case import NOW_MS, Answer
from tests.exchange.accounts.stub_exchange import StubExchange

WALLET = "0x" + "2" * 40
POSITION = {
    "market_id": 1, "symbol": "BTC", "initial_margin_fraction": "3.33", "open_order_count": 0, "sign": -1,
    "position": "0.50000", "avg_entry_price": "60000.0", "position_value": "30500.000000",
    "unrealized_pnl": "-500.000000", "realized_pnl": "0.000000", "liquidation_price": "71234.5",
    "margin_mode": 1, "allocated_margin": "1000.000000",
}  # fmt: skip
"""The size has no sign; the margin fraction is in percent."""
FLAT = POSITION | {"position": "0.00000", "position_value": "0.000000"}
LISTED = {
    "symbol": "BTC", "market_id": 1, "market_type": "perp", "status": "active", "taker_fee": "0.0000",
    "maker_fee": "0.0000", "min_base_amount": "0.00020", "min_quote_amount": "10.0", "size_decimals": 5,
    "price_decimals": 1, "quote_multiplier": 1,
}  # fmt: skip
MARKETS = {"code": 200, "order_book_details": [LISTED], "spot_order_book_details": []}
Opened = Callable[..., AbstractAsyncContextManager[AccountClient]]


def account(index: int, *positions: dict[str, Any]) -> dict[str, Any]:
    return {"index": index, "account_index": index, "l1_address": WALLET, "positions": [*positions]}


def answer(path: str, body: Any, **params: Any) -> Answer:
    return Answer("GET", path, body, params)


@asynccontextmanager
async def opened(*accounts: dict[str, Any], **config: Any) -> AsyncIterator[AccountClient]:
    """Yields the client of a wallet that has these accounts."""
    answers = (
        answer("/api/v1/orderBookDetails", MARKETS),
        answer("/api/v1/accountsByL1Address", {"code": 200, "sub_accounts": [*accounts]}),
        answer("/api/v1/account", {"code": 200, "accounts": [*accounts]}, by="l1_address", value=WALLET),
        *(
            answer("/api/v1/account", {"code": 200, "accounts": [each]}, by="index", value=each["index"])
            for each in accounts
        ),
        answer("/", {"status": 200, "timestamp": NOW_MS // 1000}),
    )
    async with StubExchange(answers) as stub:
        settings = {"walletAddress": WALLET, "enableRateLimit": False, "timeout_on_exit": 0, **config}
        used = Credentials("lighter", config={**settings, **stub.ccxt_config("lighter")})
        markets = ExchangeClient(used)
        client = AccountClient(used, markets)
        await markets.load_markets()
        yield client
        await client.close()
        await markets.close()


async def test_leverage_is_that_of_the_margin_fraction() -> None:
    async with opened(account(7, POSITION)) as client:
        ((position,), unread) = (read := await client.fetch_positions()).positions, read.unread
    assert (position.side, position.contracts, position.margin_mode) == ("short", Decimal("0.5"), "isolated")
    assert (position.leverage, position.hedged, unread) == (Decimal("30.03"), False, ())


async def test_other_account_of_the_wallet_is_unread() -> None:
    async with opened(account(7, POSITION), account(8, FLAT), account(9, POSITION)) as client:
        read = await client.fetch_positions()
    assert (len(read.positions), [part.name for part in read.unread]) == (1, ["account 9"])


async def test_chosen_account_is_read_alone() -> None:
    accounts = (account(7, FLAT), account(9, POSITION))
    async with opened(*accounts, options={"accountIndex": 9}) as client:
        read = await client.fetch_positions()
    assert (len(read.positions), read.unread) == (1, ())


async def test_answer_without_positions_is_no_flat_account() -> None:
    async with opened({"index": 7}) as client:
        with pytest.raises(ExchangeUnavailable, match=r"^lighter: the response has no positions"):
            await client.fetch_positions()


async def test_past_fills_are_refused_with_the_reason() -> None:
    async with opened(account(7, POSITION)) as client:
        (position,) = (await client.fetch_positions()).positions
        with pytest.raises(ExchangeLacks, match="signed requests only"):
            await client.fetch_fills(position.instrument, NOW_MS - 1000, NOW_MS)
