"""Conversion of fills and funding: rows of each exchange, parsed by ccxt and then by the dashboard."""

import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dashboard.domain.fill import Fee, Fill, TradeSide
from dashboard.domain.position import Side
from dashboard.errors import ExchangeUnavailable
from dashboard.exchange import normalize_account
from dashboard.exchange.adapters.adapter_registry import adapter_for
from tests.domain.builders import dec
from tests.domain.builders import instrument as an_instrument
from tests.exchange.builders import exchange_with, instrument_of, market

RECORDED = Path(__file__).parents[1] / "recordings" / "bitget" / "futures_fills_2026-08.jsonl"
SWAP = "BTC/USDT:USDT"
MARKETS: dict[str, dict[str, Any]] = {
    "bitget": market(SWAP, "BTCUSDT"),
    "binanceusdm": market(SWAP, "BTCUSDT"),
    "binanceusdm ws": market(SWAP, "BTCUSDT"),
    "bybit": market(SWAP, "BTCUSDT"),
    "okx": market(SWAP, "BTC-USDT-SWAP", contractSize="0.01"),
    "krakenfutures": market("BTC/USD:USD", "PF_XBTUSD", taker="0.0005", maker="0.0002"),
    "krakenfutures ws": market("BTC/USD:USD", "PF_XBTUSD"),
    "hyperliquid": market("BTC/USDC:USDC", "0", info={"name": "BTC"}, baseName="BTC"),
}

BITGET = {
    "tradeId": "1", "orderId": "9", "symbol": "BTCUSDT", "side": "buy", "price": "64000.5",
    "baseVolume": "0.002", "quoteVolume": "128.001", "profit": "-1.5", "tradeSide": "buy_single",
    "posMode": "one_way_mode", "tradeScope": "taker", "cTime": "1786542349220",
    "feeDetail": [{"feeCoin": "USDT", "deduction": "no", "totalDeductionFee": "0", "totalFee": "-0.07"}],
}  # fmt: skip
BINANCE = {
    "id": 1, "orderId": 9, "symbol": "BTCUSDT", "side": "SELL", "price": "64000.5", "qty": "0.002",
    "quoteQty": "128.001", "realizedPnl": "-1.5", "marginAsset": "USDT", "commission": "0.07",
    "commissionAsset": "USDT", "positionSide": "BOTH", "buyer": False, "maker": False, "time": 1786542349220,
}  # fmt: skip
BINANCE_WS = {
    "e": "ORDER_TRADE_UPDATE", "s": "BTCUSDT", "S": "SELL", "o": "MARKET", "x": "TRADE", "X": "FILLED",
    "i": 9, "l": "0.002", "L": "64000.5", "q": "0.002", "t": 1, "T": 1786542349220, "n": "0.07", "N": "USDT",
    "m": False, "ps": "BOTH", "rp": "-1.5",
}  # fmt: skip
BYBIT = {
    "execId": "1", "orderId": "9", "symbol": "BTCUSDT", "side": "Sell", "execPrice": "64000.5",
    "execQty": "0.002", "execType": "Trade", "execValue": "128.001", "execFee": "0.07", "closedSize": "0.002",
    "feeCurrency": "", "execPnl": "-1.5", "isMaker": False, "execTime": "1786542349220", "category": "linear",
}  # fmt: skip
OKX = {
    "instType": "SWAP", "instId": "BTC-USDT-SWAP", "tradeId": "1", "ordId": "9", "side": "sell",
    "posSide": "net", "fillPx": "64000.5", "fillSz": "2", "fillPnl": "-1.5", "fee": "-0.07",
    "feeCcy": "USDT", "execType": "T", "ts": "1786542349220",
}  # fmt: skip
KRAKEN = {
    "fill_id": "1", "order_id": "9", "symbol": "PF_XBTUSD", "side": "sell", "size": 0.002, "price": 64000.5,
    "fillTime": "2026-08-12T13:45:49.220Z", "fillType": "taker",
}  # fmt: skip
KRAKEN_WS = {
    "fill_id": "1", "order_id": "9", "instrument": "PF_XBTUSD", "buy": False, "qty": 0.002, "price": 64000.5,
    "time": 1786542349220, "fill_type": "taker", "fee_paid": 0.07, "fee_currency": "USD",
}  # fmt: skip
HYPERLIQUID = {
    "tid": 1, "oid": 9, "coin": "BTC", "side": "A", "px": "64000.5", "sz": "0.002", "time": 1786542349220,
    "closedPnl": "-1.5", "fee": "0.07", "feeToken": "USDC", "dir": "Close Long",
}  # fmt: skip


def parsed(key: str, raw: dict[str, Any]) -> dict[str, Any]:
    """Parses an exchange's row with ccxt."""
    exchange = exchange_with(key.split()[0], MARKETS[key])
    ws_parser = "parse_ws_my_trade" if key == "krakenfutures ws" else "parse_ws_trade"
    row: dict[str, Any] = getattr(exchange, ws_parser if key.endswith(" ws") else "parse_trade")(raw)
    assert row["symbol"] == MARKETS[key]["symbol"]
    return row


def read(key: str, *rows: dict[str, Any]) -> tuple[Fill, ...]:
    exchange = key.split()[0]
    adapter, listed = (
        adapter_for(exchange_with(exchange, MARKETS[key])),
        instrument_of(exchange, MARKETS[key]),
    )
    fills = (adapter.fill(parsed(key, raw), listed) for raw in rows)
    return tuple(fill for fill in fills if fill is not None)


@pytest.mark.parametrize(
    ("key", "raw", "side", "contracts", "fee", "pnl"),
    [
        pytest.param("bitget", BITGET, "buy", "0.002", ("0.07", "USDT"), "-1.5", id="bitget"),
        pytest.param("binanceusdm", BINANCE, "sell", "0.002", ("0.07", "USDT"), "-1.5", id="binance"),
        pytest.param(
            "binanceusdm ws", BINANCE_WS, "sell", "0.002", ("0.07", "USDT"), "-1.5", id="binance ws"
        ),
        pytest.param("bybit", BYBIT, "sell", "0.002", ("0.07", "USDT"), "-1.5", id="bybit"),
        pytest.param("okx", OKX, "sell", "2", ("0.07", "USDT"), "-1.5", id="okx in contracts"),
        pytest.param("krakenfutures", KRAKEN, "sell", "0.002", None, None, id="kraken reports no fee"),
        pytest.param("krakenfutures ws", KRAKEN_WS, "sell", "0.002", ("0.07", "USD"), None, id="kraken ws"),
        pytest.param("hyperliquid", HYPERLIQUID, "sell", "0.002", ("0.07", "USDC"), "-1.5", id="hyperliquid"),
    ],
)
def test_fill_of_each_exchange(
    key: str, raw: dict[str, Any], side: str, contracts: str, fee: tuple[str, str] | None, pnl: str | None
) -> None:
    (fill,) = read(key, raw)
    assert (fill.id, fill.trade_side, fill.traded_at) == ("1", TradeSide(side), 1786542349220)
    assert (fill.price, fill.contracts) == (Decimal("64000.5"), Decimal(contracts))
    assert fill.fees == ((Fee(Decimal(fee[0]), fee[1]),) if fee else ())
    assert fill.realized_pnl == dec(pnl)
    assert fill.position_side is None or fill.hedged is None


@pytest.mark.parametrize(
    ("key", "raw", "trade_side", "position_side"),
    [
        *(
            pytest.param(
                "bitget",
                BITGET | {"posMode": "hedge_mode", "side": row_side, "tradeSide": kind},
                side, position, id=f"bitget {kind} {position}, {row_side}",
            )
            for row_side, kind, side, position in (
                ("buy", "open", "buy", "long"), ("buy", "close", "sell", "long"),
                ("sell", "open", "sell", "short"), ("sell", "close", "buy", "short"),
                ("buy", "burst_close_long", "sell", "long"), ("sell", "burst_close_short", "buy", "short"),
                ("buy", "reduce_close_long", "sell", "long"),
            )
        ),
        pytest.param("binanceusdm", BINANCE | {"positionSide": "LONG"}, "sell", "long", id="binance"),
        pytest.param("binanceusdm ws", BINANCE_WS | {"ps": "SHORT"}, "sell", "short", id="binance ws"),
        pytest.param("okx", OKX | {"posSide": "long"}, "sell", "long", id="okx"),
        pytest.param("bybit", BYBIT, "sell", "long", id="bybit closes"),
        pytest.param("bybit", BYBIT | {"closedSize": "0"}, "sell", "short", id="bybit opens"),
        pytest.param("bybit", BYBIT | {"side": "Buy", "closedSize": "0"}, "buy", "long", id="bybit buys"),
        pytest.param("bybit", BYBIT | {"closedSize": ""}, "sell", None, id="bybit without closedSize"),
    ],
)  # fmt: skip
def test_position_side_of_a_fill_in_hedge_mode(
    key: str, raw: dict[str, Any], trade_side: str, position_side: str | None
) -> None:
    (fill,) = read(key, raw)
    assert fill.trade_side == trade_side
    assert fill.position_side == (Side(position_side) if position_side else None)


def test_fill_states_its_mode_where_the_exchange_does() -> None:
    """Bybit states none: the side of its fills holds only if the market is in hedge mode."""
    assert read("bybit", BYBIT)[0].hedged is None
    assert read("okx", OKX)[0].hedged is False
    assert read("okx", OKX | {"posSide": "long"})[0].hedged is True


@pytest.mark.parametrize("kind", ["Funding", "SessionSettlePnL", "Dividend"])
def test_bybit_rows_of_other_types_are_omitted(kind: str) -> None:
    """Bybit returns funding as a trade, which would corrupt a position."""
    assert read("bybit", BYBIT | {"execType": kind}) == ()


@pytest.mark.parametrize("kind", ["Trade", "BustTrade", "AdlTrade", "Settle", "Delivery"])
def test_bybit_liquidations_are_fills(kind: str) -> None:
    assert len(read("bybit", BYBIT | {"execType": kind})) == 1


def recorded() -> Iterable[dict[str, Any]]:
    for line in RECORDED.read_text().splitlines():
        yield from json.loads(line).get("data", ())


def test_recorded_bitget_fills() -> None:
    bought, sold = read("bitget", *recorded())
    assert (bought.trade_side, sold.trade_side) == (TradeSide.BUY, TradeSide.SELL)
    assert (bought.price, sold.price) == (Decimal("64045.9"), Decimal("64027.7"))
    assert (bought.contracts, sold.realized_pnl) == (Decimal("0.001"), Decimal("-0.0182"))
    assert bought.fees + sold.fees == (
        Fee(Decimal("0.03842754"), "USDT"), Fee(Decimal("0.03841662"), "USDT")
    )  # fmt: skip


@pytest.mark.parametrize(
    "missing",
    [{"id": None}, {"price": None}, {"price": "0"}, {"amount": "0"}, {"amount": "x"}, {"timestamp": None},
     {"side": None}, {"side": "both"}],
    ids=str,
)  # fmt: skip
def test_unreadable_fill_fails_the_conversion(missing: dict[str, Any]) -> None:
    complete = {
        "id": "1",
        "symbol": SWAP,
        "side": "buy",
        "price": "1",
        "amount": "2",
        "timestamp": 3,
        "info": {},
    }
    assert normalize_account.fill(complete, an_instrument()).contracts == 2
    with pytest.raises(ExchangeUnavailable, match=r"^bitget: a fill in BTC/USDT:USDT is unreadable$"):
        normalize_account.fill(complete | missing, an_instrument())


def test_fill_without_an_id_is_identified_by_its_order() -> None:
    """Liquidations have none on some exchanges; the others of their order differ in time or price."""
    row: dict[str, Any] = {"order": "9", "side": "buy", "price": "1.5", "amount": "2", "timestamp": 3}
    ids = [normalize_account.fill(row | more, an_instrument()).id for more in ({}, {"price": "1.6"}, {})]
    assert ids == ["9 3 1.5 2", "9 3 1.6 2", "9 3 1.5 2"]


def test_unreported_fee_is_not_zero() -> None:
    complete = {"id": "1", "symbol": SWAP, "side": "buy", "price": "1", "amount": "2", "timestamp": 3}
    assert normalize_account.fill(complete, an_instrument()).fees == ()
    assert (
        normalize_account.fill(complete | {"fee": {"cost": None, "currency": "X"}}, an_instrument()).fees
        == ()
    )
    free = normalize_account.fill(complete | {"fee": {"cost": "0", "currency": "X"}}, an_instrument())
    assert free.fees == (Fee(Decimal(0), "X"),)


FUNDING: dict[str, Any] = {"id": "7", "symbol": SWAP, "amount": "-1.50", "code": "USDT", "timestamp": 1000}


def test_funding_payment() -> None:
    paid = normalize_account.payment(FUNDING, an_instrument())
    assert (paid.id, paid.amount, paid.currency, paid.paid_at) == ("7", Decimal("-1.50"), "USDT", 1000)


OKX_ORDER = {
    "instType": "SWAP", "instId": "BTC-USDT-SWAP", "ordId": "9", "tradeId": "1", "side": "sell",
    "posSide": "net", "fillPx": "64000.5", "fillSz": "2", "fillPnl": "-1.5", "fillFee": "-0.07",
    "fillFeeCcy": "USDT", "fillTime": "1786542349220", "fee": "-0.21", "feeCcy": "USDT", "execType": "T",
    "state": "filled", "cTime": "1786542349220", "uTime": "1786542349220", "ordType": "market",
    "sz": "2", "px": "", "accFillSz": "2", "avgPx": "64000.5", "category": "normal",
    "clOrdId": "", "reduceOnly": "false",
}  # fmt: skip


@pytest.mark.parametrize(("fee", "cost"), [("-0.07", "0.07"), ("0.02", "-0.02")], ids=["paid", "rebate"])
def test_okx_streamed_fee_is_that_of_the_fill_and_positive_if_paid(fee: str, cost: str) -> None:
    """The row of an order has the fees of all its fills, too. ccxt leaves the sign as it is."""
    okx = exchange_with("okx", MARKETS["okx"])
    row = okx.order_to_trade(okx.parse_order(OKX_ORDER | {"fillFee": fee}))
    fill = adapter_for(okx).fill(row, instrument_of("okx", MARKETS["okx"]))
    assert fill is not None
    assert (fill.id, fill.fees) == ("1", (Fee(Decimal(cost), "USDT"),))


def test_okx_liquidation_without_a_trade_id_has_that_of_its_bill() -> None:
    ids = [fill.id for fill in read("okx", *(OKX | {"tradeId": "", "billId": bill} for bill in "78"))]
    assert ids == ["bill 7", "bill 8"]


def test_bybit_funding_is_negative_if_paid() -> None:
    bybit = exchange_with("bybit", MARKETS["bybit"])
    raw = {"symbol": "BTCUSDT", "execFee": "0.5", "execId": "7", "execTime": "1000", "feeRate": "0.0001"}
    paid = adapter_for(bybit).payment(bybit.parse_income(raw), instrument_of("bybit", MARKETS["bybit"]))
    assert (paid.amount, paid.currency) == (Decimal("-0.5"), "USDT")


def test_hyperliquid_payments_have_distinct_identities() -> None:
    listed = instrument_of("hyperliquid", MARKETS["hyperliquid"])
    rows = [FUNDING | {"id": "0x00", "symbol": listed.symbol, "timestamp": at} for at in (1000, 2000)]
    adapter = adapter_for(exchange_with("hyperliquid", MARKETS["hyperliquid"]))
    assert len({adapter.payment(row, listed).identity for row in rows}) == 2


@pytest.mark.parametrize("missing", [{"amount": None}, {"timestamp": None}], ids=str)
def test_unreadable_funding_fails_the_conversion(missing: dict[str, Any]) -> None:
    with pytest.raises(ExchangeUnavailable, match="a funding payment in BTC/USDT:USDT is unreadable"):
        normalize_account.payment(FUNDING | missing, an_instrument())


def test_time_of_a_closed_position() -> None:
    assert normalize_account.closed_at({"lastUpdateTimestamp": 1000, "timestamp": 1}) == 1000
    assert normalize_account.closed_at({"lastUpdateTimestamp": None, "timestamp": 1001}) == 1001
    assert normalize_account.closed_at({}) == 0


def test_closed_positions_have_a_side() -> None:
    rows = [{"symbol": "A", "side": "long"}, {"symbol": "C", "side": "short"}, {"symbol": "D", "side": None}]
    assert normalize_account.closed_positions(rows) == {("A", Side.LONG), ("C", Side.SHORT)}
