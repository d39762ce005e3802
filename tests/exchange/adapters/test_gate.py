"""Gate: accounts that were never funded, pages of fills in dated futures, and the id of payments."""

from decimal import Decimal
from typing import Any

import pytest
from ccxt.base.errors import AccountNotEnabled

from dashboard.errors import ExchangeUnavailable
from dashboard.exchange.adapters.adapter_registry import adapter_for
from tests.exchange.accounts.gate.gate_rows import POSITION, fill
from tests.exchange.adapters.test_requests import stub_request
from tests.exchange.builders import exchange_with, instrument_of, market

USDT, COIN, DATED = "BTC/USDT:USDT", "BTC/USD:BTC", "BTC/USDT:USDT-270326"
MARKETS = [
    market(USDT, "BTC_USDT", settleId="usdt"),
    market(COIN, "BTC_USD", settleId="btc"),
    market(DATED, "BTC_USDT_20270326", settleId="usdt"),
]


@pytest.fixture
def gate() -> Any:
    return exchange_with("gate", *MARKETS)


def refuse(_params: Any) -> Any:
    raise AccountNotEnabled("gate please transfer funds first to create futures account")


async def test_account_that_was_never_funded_is_flat(gate: Any) -> None:
    stub_request(gate, "privateFuturesGetSettlePositions", refuse)
    stub_request(gate, "privateDeliveryGetSettlePositions", refuse)
    read = await adapter_for(gate).fetch_positions()
    assert (read.rows, read.unread) == ((), ())
    await gate.close()


async def test_any_other_failure_leaves_the_account_unread(gate: Any) -> None:
    def fail(params: dict[str, str]) -> Any:
        if params["settle"] == "btc":
            raise ExchangeUnavailable("gate: not available")
        return [POSITION]

    stub_request(gate, "privateFuturesGetSettlePositions", fail)
    stub_request(gate, "privateDeliveryGetSettlePositions", lambda _params: [])
    read = await adapter_for(gate).fetch_positions()
    assert [row["symbol"] for row in read.rows] == [USDT]
    assert [(part.name, part.symbols) for part in read.unread] == [("BTC perpetuals", {COIN})]
    await gate.close()


async def test_closed_positions_of_all_accounts_are_read(gate: Any) -> None:
    row = {"contract": "BTC_USD", "time": 1711279263, "side": "long", "accum_size": "5"}
    swaps = stub_request(
        gate,
        "privateFuturesGetSettlePositionClose",
        lambda params: [row] if params["settle"] == "btc" else [],
    )
    stub_request(gate, "privateDeliveryGetSettlePositionClose", refuse)
    (closed,) = await adapter_for(gate).fetch_closed_positions(1711279263000)
    assert (closed["symbol"], closed["side"], len(swaps)) == (COIN, "long", 2)
    assert await adapter_for(gate).fetch_closed_positions(1711279263001) == []
    await gate.close()


async def test_fills_in_dated_futures_are_paged_by_offset(gate: Any) -> None:
    rows = [fill(str(1000 - n), n, 1, "60000", "0", contract="BTC_USDT_20270326") for n in range(350)]
    times = {row["trade_id"]: round(row["create_time"] * 1000) for row in rows}

    def page(params: dict[str, Any]) -> Any:
        return rows[int(params["offset"]) :][: params["limit"]]

    calls = stub_request(gate, "privateDeliveryGetSettleMyTrades", page)
    read = await adapter_for(gate).fetch_trades(DATED, times["850"], times["1000"])
    assert sorted(int(row["id"]) for row in read) == [*range(850, 1001)]
    assert [call["offset"] for call in calls] == ["0", "100"]
    await gate.close()


async def test_payments_of_both_sides_at_one_time_are_distinct(gate: Any) -> None:
    rows = [
        {"time": 1646899200, "change": change, "balance": balance, "text": "BTC_USDT", "type": "fund"}
        for change, balance in (("-0.03", "11.65"), ("0.01", "11.66"))
    ]
    calls = stub_request(gate, "privateFuturesGetSettleAccountBook", lambda _params: rows)
    read = await adapter_for(gate).fetch_funding(USDT, 1646899200000, 1646899300000)
    assert [row["amount"] for row in read] == ["-0.03", "0.01"]
    assert len({row["id"] for row in read}) == 2
    assert calls[0]["to"] == 1646899360  # ccxt does not pass the end of a span on
    await gate.close()


def test_leverage_of_a_cross_position_is_not_implied_by_a_margin_that_includes_fees(gate: Any) -> None:
    """1 / (1 / 37 + 0.00075) is 36.0: the quotient of notional value and margin looks like a leverage."""
    margin = str(Decimal(30500) / 37 + Decimal("22.875"))
    unlimited = POSITION | {"cross_leverage_limit": "0", "initial_margin": margin}
    row = gate.parse_position(unlimited)
    assert adapter_for(gate).position(row, instrument_of("gate", MARKETS[0])).leverage is None
