"""Conversion of ccxt's public data: exact numbers, and absent values unknown instead of zero."""

from decimal import Decimal
from typing import Any

import pytest
from ccxt.base.decimal_to_precision import DECIMAL_PLACES, SIGNIFICANT_DIGITS, TICK_SIZE

from dashboard.domain.margin import MarginTier
from dashboard.domain.market import Candle, Payoff
from dashboard.errors import ExchangeLacks
from dashboard.exchange import normalize
from tests.domain.builders import dec
from tests.exchange.builders import exchange_with, instrument_of, market

BTC_LINEAR = market("BTC/USDT:USDT", "BTCUSDT")


@pytest.mark.parametrize(
    ("value", "number", "positive"),
    [
        ("0.10", "0.10", "0.10"),
        (
            "64123.456789012345678901234567",
            "64123.456789012345678901234567",
            "64123.456789012345678901234567",
        ),
        ("1e-8", "1E-8", "1E-8"),
        (0.1, "0.1", "0.1"),
        (7, "7", "7"),
        ("0", "0", None),
        ("-5", "-5", None),
        (None, None, None),
        ("", None, None),
        ("n/a", None, None),
        ("NaN", None, None),
        ("Infinity", None, None),
        (float("nan"), None, None),
        ({}, None, None),
        (True, None, None),
    ],
    ids=repr,
)
def test_number_is_exact_or_unknown(value: object, number: str | None, positive: str | None) -> None:
    """Numbers are exact to the digit, or unknown."""
    assert (normalize.number(value), normalize.positive(value)) == (dec(number), dec(positive))


@pytest.mark.parametrize(
    ("exchange", "listed", "payoff"),
    [
        ("bitget", market("BTC/USDT", "BTCUSDT"), Payoff.LINEAR),
        ("bitget", market("BTC/USDT:USDT", "BTCUSDT"), Payoff.LINEAR),
        ("bitget", market("BTC/USD:BTC", "BTCUSD"), Payoff.INVERSE_BASE),
        ("bybit", market("BTC/USD:BTC", "BTCUSD"), Payoff.INVERSE),
        ("okx", market("BTC/USD:BTC", "BTC-USD-SWAP", contractSize="100"), Payoff.INVERSE),
        ("krakenfutures", market("BTC/USD:USD", "PF_XBTUSD"), Payoff.LINEAR),
        ("krakenfutures", market("BTC/USD:BTC", "PI_XBTUSD"), Payoff.INVERSE),
    ],
    ids=lambda value: value["symbol"] if isinstance(value, dict) else value,
)
def test_payoff_of_a_market(exchange: str, listed: dict[str, Any], payoff: Payoff) -> None:
    assert instrument_of(exchange, listed).payoff is payoff


def test_instrument_has_all_fields() -> None:
    listed = market("BTC/USD:BTC-260327", "BTC-USD-260327", contractSize="100", precision={"price": "0.5"})
    instrument = instrument_of("okx", listed)
    assert (instrument.exchange, instrument.symbol, instrument.id, instrument.kind) == (
        "okx",
        "BTC/USD:BTC-260327",
        "BTC-USD-260327",
        "future",
    )
    assert (instrument.base, instrument.quote, instrument.settle, instrument.pair) == (
        "BTC",
        "USD",
        "BTC",
        "BTC/USD",
    )
    assert (instrument.contract_size, instrument.price_step) == (100, Decimal("0.5"))


@pytest.mark.parametrize(
    ("exchange", "symbol", "size"),
    [
        pytest.param("bybit", "BTC/USD:BTC", "1", id="smallest order of bybit's inverse contracts"),
        pytest.param("okx", "BTC/USD:BTC", "10", id="okx inverse"),
        pytest.param("bybit", "BTC/USDT:USDT", "10", id="linear"),
    ],
)
def test_contract_size_of_a_market(exchange: str, symbol: str, size: str) -> None:
    assert instrument_of(exchange, market(symbol, "BTC", contractSize="10")).contract_size == Decimal(size)


def test_spot_market_settles_in_its_quote_currency() -> None:
    instrument = instrument_of("bitget", market("BTC/USDT", "BTCUSDT"))
    assert (instrument.settle, instrument.contract_size) == ("USDT", 1)


@pytest.mark.parametrize("inverse", [None, True], ids=["by no flag", "inverse on Gate"])
def test_quanto_contract_is_rejected(inverse: bool | None) -> None:
    listed = market("ETH/USD:BTC", "x", inverse=inverse)
    with pytest.raises(ExchangeLacks, match=r"^gate: ETH/USD:BTC is an unsupported quanto contract"):
        instrument_of("gate", listed)


@pytest.mark.parametrize(
    ("precision", "mode", "step"),
    [
        ({"price": "0.1"}, TICK_SIZE, "0.1"),
        ({"price": 5e-06}, TICK_SIZE, "0.000005"),
        ({"price": "0"}, TICK_SIZE, None),
        ({"price": 2}, DECIMAL_PLACES, "0.01"),
        ({"price": "0"}, DECIMAL_PLACES, "1"),
        ({"price": 5}, SIGNIFICANT_DIGITS, None),
        ({"price": None}, TICK_SIZE, None),
        ({}, TICK_SIZE, None),
        (None, TICK_SIZE, None),
    ],
    ids=[
        "a step",
        "a tiny step",
        "no step",
        "places",
        "no places",
        "digits",
        "absent",
        "empty",
        "no precision",
    ],
)
def test_price_step_of_a_market(precision: dict[str, Any] | None, mode: int, step: str | None) -> None:
    listed = market("BTC/USDT:USDT", "BTCUSDT", precision=precision)
    assert normalize.instrument("bitget", listed, mode).price_step == dec(step)


@pytest.mark.parametrize(
    ("amount", "mode", "step"),
    [
        pytest.param("0.001", TICK_SIZE, "0.001", id="a step"),
        pytest.param(3, DECIMAL_PLACES, "0.001", id="places"),
        pytest.param(5, SIGNIFICANT_DIGITS, None, id="digits"),
        pytest.param("0", TICK_SIZE, None, id="no step"),
        pytest.param(None, TICK_SIZE, None, id="absent"),
    ],
)
def test_size_step_of_a_market(amount: object, mode: int, step: str | None) -> None:
    listed = market("BTC/USDT:USDT", "BTCUSDT", precision={"price": "0.1", "amount": amount})
    assert normalize.instrument("bitget", listed, mode).size_step == dec(step)


def test_candles_are_sorted_and_incomplete_ones_omitted() -> None:
    rows: list[list[Any]] = [
        [3, "4", "6.10", "3", "5", "100"],
        [1, "1", "2", "0.5", "1.5", None],  # the volume is not needed
        [2, "1", None, "1", "1", "9"],
        [4, "1", "0", "1", "1", "9"],
        [None, "1", "2", "1", "1", "9"],
    ]
    assert normalize.candles(rows) == [
        Candle(1, Decimal(1), Decimal(2), Decimal("0.5"), Decimal("1.5")),
        Candle(3, Decimal(4), Decimal("6.10"), Decimal(3), Decimal(5)),
    ]


@pytest.mark.parametrize(
    ("rows", "known"),
    [
        pytest.param(
            [
                {"minNotional": "0", "maintenanceMarginRate": "0.004"},
                {"minNotional": "150000.5", "maintenanceMarginRate": "0.0050"},
            ],
            [("0", "0.004"), ("150000.5", "0.005")],
            id="unchanged",
        ),
        pytest.param(
            [{"minNotional": None, "maintenanceMarginRate": "0.01"}], [("0", "0.01")], id="floor None is zero"
        ),
        pytest.param([{"maintenanceMarginRate": 0.01}], [("0", "0.01")], id="floor absent, rate a float"),
        pytest.param(
            [
                {"minNotional": "0", "maintenanceMarginRate": None},
                {"minNotional": "1", "maintenanceMarginRate": "0"},
                {"minNotional": "2"},
                {"minNotional": "3", "maintenanceMarginRate": "0.02"},
            ],
            [("3", "0.02")],
            id="omitted without a rate",
        ),
        pytest.param([], [], id="none"),
    ],
)
def test_margin_tiers_are_converted(rows: list[dict[str, Any]], known: list[tuple[str, str]]) -> None:
    assert normalize.margin_tiers("bybit", rows) == tuple(
        MarginTier(Decimal(floor), Decimal(rate)) for floor, rate in known
    )


@pytest.mark.parametrize("exchange", ["okx", "htx", "krakenfutures"])
def test_only_the_lowest_tier_is_used_if_floors_count_contracts(exchange: str) -> None:
    rows = [
        {"minNotional": floor, "maintenanceMarginRate": rate}
        for floor, rate in (("0", "0.004"), ("500", "0.1"))
    ]
    assert normalize.margin_tiers(exchange, rows) == (MarginTier(Decimal(0), Decimal("0.004")),)


def test_bitget_margin_tiers() -> None:
    raw = [
        {"symbol": "BTCUSDT", "level": "1", "startUnit": "0", "endUnit": "150000", "leverage": "125",
         "keepMarginRate": "0.004"},
        {"symbol": "BTCUSDT", "level": "2", "startUnit": "150000", "endUnit": "900000", "leverage": "100",
         "keepMarginRate": "0.005"},
    ]  # fmt: skip
    rows = exchange_with("bitget", BTC_LINEAR).parse_market_leverage_tiers(raw, BTC_LINEAR)
    assert normalize.margin_tiers("bitget", rows) == (
        MarginTier(Decimal(0), Decimal("0.004")),
        MarginTier(Decimal(150_000), Decimal("0.005")),
    )


def test_empty_history_has_no_candles() -> None:
    assert normalize.candles([]) == []
