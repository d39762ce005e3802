"""Conversion of positions: rows of each exchange, parsed by ccxt and then by the dashboard."""

from decimal import Decimal
from typing import Any

import pytest

from dashboard.domain.market import Instrument
from dashboard.domain.position import Position, Side, Source
from dashboard.errors import ExchangeUnavailable
from dashboard.exchange import normalize_account
from dashboard.exchange.adapters.adapter_registry import adapter_for
from tests.domain.builders import dec
from tests.exchange.builders import exchange_with, instrument_of, market

SWAP, INVERSE = "BTC/USDT:USDT", "BTC/USD:BTC"
MARKETS: dict[str, dict[str, Any]] = {
    "bitget": market(SWAP, "BTCUSDT"),
    "bitget inverse": market(INVERSE, "BTCUSD"),
    "binance": market(SWAP, "BTCUSDT"),
    "bybit": market(SWAP, "BTCUSDT"),
    "okx": market(SWAP, "BTC-USDT-SWAP", contractSize="0.01"),
    "htx": market(SWAP, "BTC-USDT", contractSize="0.001"),
    "krakenfutures": market("BTC/USD:USD", "PF_XBTUSD"),
    "hyperliquid": market("BTC/USDC:USDC", "0", info={"name": "BTC"}),
}

BITGET = {
    "marginCoin": "USDT", "symbol": "BTCUSDT", "holdSide": "long", "marginSize": "3.73555",
    "total": "0.002", "leverage": "20", "openPriceAvg": "37355.50", "marginMode": "isolated",
    "posMode": "one_way_mode", "unrealizedPL": "0.007", "liquidationPrice": "35634.970702417",
    "keepMarginRate": "0.004", "markPrice": "37359", "marginRatio": "0.0295", "cTime": "1700807507275",
}  # fmt: skip
BITGET_INVERSE = BITGET | {
    "symbol": "BTCUSD", "marginCoin": "BTC", "total": "0.5", "leverage": "10", "openPriceAvg": "30000",
    "marginSize": "0.05", "unrealizedPL": "0", "liquidationPrice": "0", "markPrice": "30000",
}  # fmt: skip
BINANCE = {
    "symbol": "BTCUSDT", "positionSide": "BOTH", "positionAmt": "-0.010", "entryPrice": "44525.0",
    "markPrice": "45464.1735922", "unRealizedProfit": "-9.39", "liquidationPrice": "0", "isolatedMargin": "0",
    "notional": "-454.64173592", "isolatedWallet": "0", "updateTime": "1722062678998",
    "initialMargin": "22.73", "maintMargin": "1.8", "marginAsset": "USDT",
}  # fmt: skip
BYBIT = {
    "symbol": "BTCUSDT", "positionIdx": 0, "side": "Sell", "size": "0.100", "avgPrice": "64000.15",
    "positionValue": "6400.015", "leverage": "4.2", "liqPrice": "78000.5", "bustPrice": "79000",
    "markPrice": "64001", "unrealisedPnl": "-0.085", "positionIM": "1523.81",
    "positionMM": "32.000075", "tradeMode": 0,
    "createdTime": "1669097244192", "updatedTime": "1669413126190",
}  # fmt: skip
BYBIT_UNUSED = BYBIT | {
    "positionIdx": 1, "side": "", "size": "0", "avgPrice": "0", "positionValue": "", "liqPrice": "",
    "unrealisedPnl": "", "positionIM": "0", "positionMM": "0",
}  # fmt: skip
OKX = {
    "instId": "BTC-USDT-SWAP", "instType": "SWAP", "posSide": "net", "pos": "-300", "avgPx": "64000.7",
    "mgnMode": "cross", "lever": "10", "liqPx": "70123.4", "markPx": "64001", "notionalUsd": "192003",
    "mmr": "768", "imr": "19200", "upl": "-0.9", "uplRatio": "-0.0000468",
    "cTime": "1700807507275", "posId": "1",
}  # fmt: skip
HTX = {
    "contract_code": "BTC-USDT", "position_side": "long", "direction": "buy", "margin_mode": "cross",
    "open_avg_price": "63204.5", "volume": "1", "available": "1", "lever_rate": 20,
    "liquidation_price": "-110163.844268282697306843", "margin": "3.158275", "initial_margin": "3.158275",
    "maintenance_margin": "0.2147627", "profit_unreal": "-0.039", "profit_rate": "-0.0123",
    "mark_price": "63165.5", "last_price": "63163.3", "created_time": "1780903703234",
}  # fmt: skip
KRAKEN = {
    "side": "short", "symbol": "PF_XBTUSD", "price": "64123.5", "fillTime": "2022-03-03T22:51:16.566Z",
    "size": "0.25", "unrealizedPnl": "-6.0", "unrealizedFunding": "-0.0018",
}  # fmt: skip
HYPERLIQUID = {
    "position": {
        "coin": "BTC", "cumFunding": {"allTime": "0.0"}, "entryPx": "64000.0",
        "leverage": {"rawUsd": "-475.2", "type": "isolated", "value": "20"},
        "liquidationPx": "61234.00856238", "marginUsed": "24.88", "maxLeverage": "50",
        "positionValue": "500.12", "returnOnEquity": "-0.1",
        "szi": "0.0078", "unrealizedPnl": "-0.9",
    },
    "type": "oneWay",
}  # fmt: skip


def positions(rows: list[dict[str, Any]], listed: Instrument) -> tuple[Position, ...]:
    """Converts rows that are all of one market."""
    opened = filter(normalize_account.is_open, rows)
    return tuple(normalize_account.position(row, listed) for row in opened)


def parsed(key: str, raw: dict[str, Any]) -> dict[str, Any]:
    """Parses an exchange's row with ccxt."""
    exchange = exchange_with(key.split()[0], MARKETS[key])
    parse = getattr(exchange, "parse_position_risk" if key == "binance" else "parse_position")
    row: dict[str, Any] = parse(raw)
    assert row["symbol"] == MARKETS[key]["symbol"]
    return row


def read(key: str, *rows: dict[str, Any]) -> tuple[Position, ...]:
    """Parses and converts rows of an exchange."""
    return positions([parsed(key, raw) for raw in rows], instrument_of(key.split()[0], MARKETS[key]))


@pytest.mark.parametrize(
    ("exchange", "raw", "side", "contracts", "size", "entry", "leverage", "mode", "liquidation", "rate"),
    [
        pytest.param(
            "bitget", BITGET, "long", "0.002", "0.002", "37355.50", "20", "isolated", "35634.970702417",
            "0.004", id="bitget",
        ),
        pytest.param(
            "bitget", BITGET | {"marginMode": "crossed", "liquidationPrice": "-5"},
            "long", "0.002", "0.002", "37355.5", "20", "cross", None, "0.004", id="bitget cross, negative",
        ),
        pytest.param(
            "bitget inverse", BITGET_INVERSE, "long", "0.5", "0.5", "30000", "10", "isolated", None, "0.004",
            id="bitget reports 0, ccxt estimates one",
        ),
        pytest.param(
            "binance", BINANCE, "short", "0.010", "0.01", "44525.0", "20", "cross", None, "0.004",
            id="binance: leverage derived, liquidation '0'",
        ),
        pytest.param(
            "bybit", BYBIT, "short", "0.100", "0.1", "64000.15", "4.2", None, "78000.5", "0.005", id="bybit"
        ),
        pytest.param(
            "bybit", BYBIT | {"liqPrice": "", "leverage": ""}, "short", "0.1", "0.1", "64000.15", None,
            None, None, "0.005", id="bybit, portfolio margin",
        ),
        pytest.param(
            "okx", OKX, "short", "300", "3", "64000.7", "10", "cross", "70123.4", "0.004",
            id="okx, contracts of 0.01",
        ),
        pytest.param(
            "htx", HTX, "long", "1", "0.001", "63204.5", "20", "cross", None, "0.0034",
            id="htx, negative liquidation",
        ),
        pytest.param(
            "krakenfutures", KRAKEN, "short", "0.25", "0.25", "64123.5", None, "cross", None, None,
            id="krakenfutures, most fields unknown",
        ),
        pytest.param(
            "hyperliquid", HYPERLIQUID, "long", "0.0078", "0.0078", "64000.0", "20", "isolated",
            "61234.00856238", "0.0084", id="hyperliquid, no timestamp",
        ),
    ],
)  # fmt: skip
def test_position_of_each_exchange(
    exchange: str, raw: dict[str, Any], side: str, contracts: str, size: str, entry: str,
    leverage: str | None, mode: str | None, liquidation: str | None, rate: str | None,
) -> None:  # fmt: skip
    (held,) = read(exchange, raw)
    assert (held.side, held.contracts, held.size) == (Side(side), Decimal(contracts), Decimal(size))
    assert (held.entry_price, held.leverage, held.margin_mode) == (Decimal(entry), dec(leverage), mode)
    assert held.liquidation_price == dec(liquidation)
    if rate is None:
        assert held.maintenance_margin_rate is None
    else:
        assert held.maintenance_margin_rate == pytest.approx(dec(rate), abs=Decimal("0.0001"))
    assert held.source is Source.EXCHANGE


def test_liquidation_price_estimated_by_ccxt_is_ignored() -> None:
    assert (
        Decimal(parsed("bitget inverse", BITGET_INVERSE)["liquidationPrice"]) > 30_000
    )  # of a long entered at 30,000
    assert read("bitget inverse", BITGET_INVERSE)[0].liquidation_price is None


@pytest.mark.parametrize(
    ("info", "leverage"),
    [
        pytest.param({"lever": "7", "notional": "500", "margin": "50"}, "7", id="stated"),
        pytest.param({"notional": "500", "margin": "50"}, "10", id="derived"),
        pytest.param({"margin": "50"}, None, id="ccxt's own notional"),
        pytest.param({"notional": "500", "margin": "52"}, None, id="a margin with fees"),
    ],
)
def test_leverage_is_stated_or_derived_from_stated_figures(
    info: dict[str, str], leverage: str | None
) -> None:
    margin = info.get("margin")
    row = {
        "symbol": SWAP, "side": "long", "contracts": "5", "entryPrice": "90", "leverage": "7",
        "notional": "500", "initialMargin": margin, "info": info,
    }  # fmt: skip
    (held,) = positions([row], instrument_of("bitget", MARKETS["bitget"]))
    assert held.leverage == dec(leverage)


@pytest.mark.parametrize(
    ("exchange", "raw"),
    [
        pytest.param("bybit", BYBIT_UNUSED, id="bybit's unused side, parsed as a long"),
        pytest.param("bybit", BYBIT_UNUSED | {"positionIdx": 0}, id="bybit's flat one-way row"),
        pytest.param("okx", OKX | {"pos": "0", "avgPx": ""}, id="okx's closed row that lingers"),
        pytest.param("bitget", BITGET | {"total": "0"}, id="bitget's empty row"),
        pytest.param(
            "binance",
            BINANCE | {"positionAmt": "0.000", "entryPrice": "0.0", "notional": "0"},
            id="binance's flat row",
        ),
    ],
)
def test_row_without_contracts_is_omitted(exchange: str, raw: dict[str, Any]) -> None:
    assert read(exchange, raw) == ()


def test_binance_flat_websocket_row_is_omitted() -> None:
    binance = exchange_with("binance", MARKETS["binance"])
    row = binance.parse_ws_position(
        {"s": "BTCUSDT", "pa": "0", "ep": "0", "up": "0", "mt": "isolated", "ps": "BOTH"}
    )
    assert (row["side"], row["contracts"]) == ("both", "0")
    assert positions([row], instrument_of("binance", MARKETS["binance"])) == ()


def test_hedge_mode_has_a_position_of_each_side() -> None:
    hedge = {"posMode": "hedge_mode"}
    legs = read("bitget", BITGET | hedge, BITGET | hedge | {"holdSide": "short", "total": "0.005"})
    assert [(leg.side, leg.contracts) for leg in legs] == [
        (Side.LONG, Decimal("0.002")), (Side.SHORT, Decimal("0.005"))
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "raw", "mode"),
    [
        pytest.param("bitget", BITGET, False, id="bitget one-way"),
        pytest.param("bitget", BITGET | {"posMode": "hedge_mode"}, True, id="bitget"),
        pytest.param("binance", BINANCE, False, id="binance one-way"),
        pytest.param("binance", BINANCE | {"positionSide": "SHORT"}, True, id="binance"),
        pytest.param("bybit", BYBIT, False, id="bybit one-way"),
        pytest.param("bybit", BYBIT | {"positionIdx": 2}, True, id="bybit"),
        pytest.param("okx", OKX, False, id="okx one-way"),
        pytest.param("okx", OKX | {"posSide": "short", "pos": "300"}, True, id="okx"),
        pytest.param("htx", HTX | {"position_side": "both"}, False, id="htx one-way"),
        pytest.param("htx", HTX, True, id="htx"),
        pytest.param("krakenfutures", KRAKEN, False, id="krakenfutures has one-way mode only"),
    ],
)
def test_position_mode_is_read_from_the_rows(key: str, raw: dict[str, Any], mode: bool | None) -> None:
    adapter = adapter_for(exchange_with(key.split()[0], MARKETS[key]))
    assert adapter.is_hedged(parsed(key, raw)) is mode


@pytest.mark.parametrize(
    ("key", "raw", "at"),
    [
        pytest.param("bitget", BITGET, 1700807507275, id="bitget"),
        pytest.param("bybit", BYBIT, 1669097244192, id="bybit"),
        pytest.param("bybit", BYBIT | {"createdTime": "0"}, None, id="zero is unknown"),
        pytest.param("okx", OKX, 1700807507275, id="okx"),
        pytest.param("binance", BINANCE, None, id="binance reports no time"),
    ],
)
def test_opening_time_of_a_position(key: str, raw: dict[str, Any], at: int | None) -> None:
    assert read(key, raw)[0].opened_at == at


def test_position_numbers_are_exact() -> None:
    (held,) = read(
        "bitget", BITGET | {"openPriceAvg": "37355.123456789012345678", "total": "0.100000000000000001"}
    )
    assert str(held.entry_price) == "37355.123456789012345678"
    assert str(held.contracts) == "0.100000000000000001"


def test_contracts_are_unsigned() -> None:
    row = {"symbol": SWAP, "side": "short", "contracts": "-2", "entryPrice": "10", "info": {}}
    (held,) = positions([row], instrument_of("bitget", MARKETS["bitget"]))
    assert (held.side, held.contracts) == (Side.SHORT, 2)


@pytest.mark.parametrize(
    "missing",
    [
        pytest.param({"entryPrice": None}, id="no entry price"),
        pytest.param({"entryPrice": "0"}, id="entry price of 0"),
        pytest.param({"side": None}, id="no side"),
        pytest.param({"side": "both"}, id="side both"),
        pytest.param({"contracts": None}, id="no contracts"),
        pytest.param({"contracts": "many"}, id="contracts not a number"),
    ],
)
def test_unreadable_position_fails_the_conversion(missing: dict[str, Any]) -> None:
    """An open position must not disappear because one of its fields is missing."""
    complete = {"symbol": SWAP, "side": "long", "contracts": "2", "entryPrice": "10", "info": {}}
    with pytest.raises(ExchangeUnavailable) as error:
        positions([complete, complete | missing], instrument_of("bitget", MARKETS["bitget"]))
    assert str(error.value) == "bitget: a position in BTC/USDT:USDT is unreadable"


@pytest.mark.parametrize("contracts", ["0", "0.000", "-0", 0, 0.0], ids=repr)
def test_flat_row_may_lack_fields(contracts: object) -> None:
    flat = {"symbol": SWAP, "side": None, "contracts": contracts, "entryPrice": None}
    assert positions([flat], instrument_of("bitget", MARKETS["bitget"])) == ()


@pytest.mark.parametrize(
    ("info", "liquidation"),
    [
        ({"liquidationPrice": "9.5"}, "9.5"),
        ({"liqPrice": "9.5"}, "9.5"),
        ({"liqPx": "9.5"}, "9.5"),
        ({"liquidation_price": "9.5"}, "9.5"),
        ({"position": {"liquidationPx": "9.5"}}, "9.5"),
        ({"liq_price": 9.5}, "9.5"),
        ({"liquidationPrice": "0.0"}, None),
        ({"liquidationPrice": ""}, None),
        ({"liquidationPrice": None}, None),
        ({"liquidationPrice": "-110163.8"}, None),
        ({"liqPenalty": "3", "markPrice": "7", "liquidationFee": "1"}, None),
        ({}, None),
        (None, None),
        ([], None),
    ],
    ids=str,
)
def test_liquidation_price_is_read_from_info(info: object, liquidation: str | None) -> None:
    row = {
        "symbol": SWAP, "side": "long", "contracts": "2", "entryPrice": "10", "liquidationPrice": "8",
        "info": info,
    }  # fmt: skip
    (held,) = positions([row], instrument_of("bitget", MARKETS["bitget"]))
    assert held.liquidation_price == dec(liquidation)
