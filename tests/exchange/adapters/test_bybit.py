"""Bybit's account: modes of markets without a position, and margin modes of each kind of account."""

from typing import Any

import pytest

from dashboard.errors import ExchangeUnavailable
from dashboard.exchange.adapters.adapter_registry import adapter_for
from tests.exchange.adapters.test_requests import stub_request
from tests.exchange.builders import exchange_with, instrument_of, market
from tests.exchange.test_normalize_positions import BYBIT, BYBIT_UNUSED

LINEAR, INVERSE = market("BTC/USDT:USDT", "BTCUSDT"), market("BTC/USD:BTC", "BTCUSD")


@pytest.fixture
def bybit() -> Any:
    return exchange_with("bybit", LINEAR, INVERSE)


def stub_positions(bybit: Any, *rows: dict[str, Any]) -> None:
    """Lists the rows of a symbol on request, and none of a family: flat ones are omitted there."""
    stub_request(
        bybit,
        "privateGetV5PositionList",
        lambda params: {"result": {"list": list(rows) if "symbol" in params else [], "nextPageCursor": ""}},
    )


async def test_mode_of_a_flat_market_is_read_by_its_symbol(bybit: Any) -> None:
    """Fills do not state the mode: without it, a short opened next to a long would reduce it."""
    stub_request(bybit, "privateGetV5AccountInfo", lambda _params: {"result": {}})
    stub_positions(bybit, BYBIT_UNUSED, BYBIT_UNUSED | {"positionIdx": 2})
    adapter = adapter_for(bybit)
    rows = (await adapter.fetch_positions(instrument_of("bybit", LINEAR))).rows
    assert [adapter.is_hedged(row) for row in rows] == [True, True]
    await bybit.close()


@pytest.mark.parametrize(
    ("status", "account", "row", "linear", "inverse"),
    [
        pytest.param(5, "ISOLATED_MARGIN", 0, "isolated", "isolated", id="unified"),
        pytest.param(6, "PORTFOLIO_MARGIN", 0, "cross", "cross", id="portfolio margin"),
        pytest.param(4, "REGULAR_MARGIN", 1, "cross", "isolated", id="inverse outside the account"),
        pytest.param(1, "REGULAR_MARGIN", 1, "isolated", "isolated", id="classic"),
        pytest.param(None, None, 0, None, None, id="unknown"),
    ],
)
async def test_margin_mode_of_each_kind_of_account(
    bybit: Any, status: int | None, account: str | None, row: int, linear: str | None, inverse: str | None
) -> None:
    settings = {"unifiedMarginStatus": status, "marginMode": account}
    stub_request(bybit, "privateGetV5AccountInfo", lambda _params: {"result": settings})
    stub_positions(bybit)
    adapter = adapter_for(bybit)
    await adapter.fetch_positions()
    modes = [
        adapter.position(
            bybit.parse_position(BYBIT | {"tradeMode": row, "symbol": listed["id"]}),
            instrument_of("bybit", listed),
        ).margin_mode
        for listed in (LINEAR, INVERSE)
    ]
    assert modes == [linear, inverse]
    await bybit.close()


async def test_positions_are_read_without_the_account_settings(bybit: Any) -> None:
    def refuse(_params: object) -> Any:
        raise ExchangeUnavailable("no answer")

    stub_request(bybit, "privateGetV5AccountInfo", refuse)
    stub_positions(bybit)
    assert (await adapter_for(bybit).fetch_positions()).rows == ()
    await bybit.close()
