"""Unified accounts on Bitget: version 3 of its API."""

from typing import Any

from tests.exchange.accounts.account_case import (
    AccountCase,
    Answer,
    ExpectedFill,
    ExpectedPosition,
    Missing,
    ReportedRow,
    ago,
)
from tests.exchange.accounts.bitget.bitget_rows import DOCS, PRODUCTS, answer

UTA = f"{DOCS}/uta"
BTC, INVERSE = "BTC/USDT:USDT", "BTC/USD:BTC"


def _settings(hold_mode: str) -> Answer:
    data = {
        "userId": "1",
        "accountMode": "unified",
        "assetMode": "union",
        "holdMode": hold_mode,
        "stpMode": "none",
    }
    return answer("v3/account/settings", data, f"{UTA}/account/Get-Account-Setting")


def _listed(category: str, symbol: str, quote: str) -> dict[str, Any]:
    return {
        "symbol": symbol, "category": category, "baseCoin": "BTC", "quoteCoin": quote, "minOrderQty": "0.001",
        "maxOrderQty": "1200", "pricePrecision": "1", "quantityPrecision": "3", "priceMultiplier": "0.1",
        "quantityMultiplier": "0.001", "type": "perpetual", "status": "online", "fundInterval": "8",
        "minLeverage": "1", "maxLeverage": "125", "isIsolatedBaseBorrowable": "NO",
    }  # fmt: skip


def _instruments(category: str, *rows: dict[str, Any]) -> Answer:
    return answer("v3/market/instruments", [*rows], f"{UTA}/public/Instruments", category=category)


def _positions(category: str, *rows: dict[str, Any]) -> Answer:
    data = {"list": [*rows] or None}
    return answer("v3/position/current-position", data, f"{UTA}/trade/Get-Position", category=category)


def _fills(category: str, *rows: dict[str, Any]) -> Answer:
    data = {"list": [*rows] or None, "cursor": None}
    return answer("v3/trade/fills", data, f"{UTA}/trade/Get-Order-Fills", category=category)


def _records(kind: str, *rows: dict[str, Any]) -> Answer:
    data = {"list": [*rows] or None, "cursor": None}
    path, source = "v3/account/financial-records", f"{UTA}/account/Get-Financial-Records"
    return answer(path, data, source, type=f"CONTRACT_MAIN_SETTLE_FEE_USER_{kind}")


POSITION = {
    "category": "USDT-FUTURES", "symbol": "BTCUSDT", "marginCoin": "USDT", "holdMode": "one_way_mode",
    "posSide": "long", "marginMode": "crossed", "positionBalance": "3000", "available": "0.5", "frozen": "0",
    "total": "0.5", "leverage": "10", "curRealisedPnl": "0", "avgPrice": "60000", "positionStatus": "normal",
    "unrealisedPnl": "500", "liquidationPrice": "0", "mmr": "0.004", "profitRate": "0.1667",
    "markPrice": "61000", "breakEvenPrice": "60066", "totalFunding": "-3.05", "openFeeTotal": "-18",
    "closeFeeTotal": "0", "createdTime": f"{ago(hours=3)}", "updatedTime": f"{ago(hours=2)}",
}  # fmt: skip
HEDGED = {"holdMode": "hedge_mode"}
FILL = {
    "execId": "", "execLinkId": "1", "orderId": "1", "clientOid": "1", "category": "USDT-FUTURES",
    "symbol": "BTCUSDT", "orderType": "market", "side": "buy", "execPrice": "60000", "execQty": "0.5",
    "execValue": "30000", "tradeScope": "taker", "tradeSide": "open", "feeDetail": [],
    "createdTime": f"{ago(hours=2)}", "updatedTime": f"{ago(hours=2)}", "execPnl": "0",
}  # fmt: skip


def _fill(id: str, hours_ago: float, quantity: str, price: str, fee: str, **more: str) -> dict[str, Any]:
    """An execution; `fee` is an amount and its coin, positive if paid."""
    amount, coin = fee.split()
    return FILL | {
        "execId": id, "createdTime": f"{ago(hours=hours_ago)}", "execQty": quantity, "execPrice": price,
        "feeDetail": [{"feeCoin": coin, "fee": amount}],
    } | more  # fmt: skip


def _record(id: str, hours_ago: float, kind: str, amount: str) -> dict[str, Any]:
    return {
        "category": "USDT-FUTURES", "id": id, "symbol": "BTCUSDT", "coin": "USDT",
        "type": f"CONTRACT_MAIN_SETTLE_FEE_USER_{kind}", "amount": amount, "fee": "0", "balance": "10000",
        "ts": f"{ago(hours=hours_ago)}",
    }  # fmt: skip


SHARED = (
    _instruments("SPOT"),
    _instruments("USDT-FUTURES", _listed("USDT-FUTURES", "BTCUSDT", "USDT")),
    _instruments("COIN-FUTURES", _listed("COIN-FUTURES", "BTCUSD", "USD")),
    _instruments("USDC-FUTURES"),
    *(_positions(product) for product in PRODUCTS),
    *(_fills(product) for product in PRODUCTS),
    _records("IN"),
    _records("OUT"),
)
NO_LIQUIDATION = Missing("0 while the exchange calculates none")

BTC_LONG = ExpectedPosition(
    BTC, "long", contracts="0.5", quantity="0.5", entry_price="60000", mark="61000",
    notional="30500", unrealized_pnl="500", leverage="10", margin_mode="cross", initial_margin="3000",
    roe="16.6667", liquidation_price=NO_LIQUIDATION, adopted=False, realized_pnl="200",
    fees={"USDT": "21.732"}, funding={"USDT": "-2.44"},
    reported=ReportedRow(None, "500", "61000", "3000"),
)  # fmt: skip
"""0.6 bought at 60,000 for 18, 0.1 sold at 62,000 for 3.732: a gain of 200."""
LONG_LEG = ExpectedPosition(
    BTC, "long", contracts="0.3", quantity="0.3", entry_price="60000", mark="61000",
    notional="18300", unrealized_pnl="300", leverage="10", margin_mode="cross", initial_margin="1800",
    roe="16.6667", liquidation_price=NO_LIQUIDATION, adopted=False, realized_pnl="300",
    fees={"USDT": "25.38"}, reported=ReportedRow(None, "300", "61000", "1800"),
)  # fmt: skip
SHORT_LEG = ExpectedPosition(
    BTC, "short", contracts="0.1", quantity="0.1", entry_price="62000", mark="61000",
    notional="6100", unrealized_pnl="100", leverage="10", margin_mode="cross", initial_margin="620",
    roe="16.129", liquidation_price=NO_LIQUIDATION, adopted=False, fees={"USDT": "-0.31"},
    reported=ReportedRow(None, "100", "61000", "620"),
)  # fmt: skip
"""Its fee is a rebate."""
INVERSE_LONG = ExpectedPosition(
    INVERSE, "long", contracts="0.5", quantity="0.5", entry_price="60000", mark="62500",
    notional="0.5", unrealized_pnl="0.02", leverage="10", margin_mode="isolated", initial_margin="0.05",
    roe="40", liquidation_price="54900.5", reported=ReportedRow(None, "0.02", "62500", "0.05"),
)  # fmt: skip
INVERSE_LONG_ROW = POSITION | {
    "category": "COIN-FUTURES", "symbol": "BTCUSD", "marginCoin": "BTC", "marginMode": "isolated",
    "positionBalance": "0.05", "unrealisedPnl": "0.02", "liquidationPrice": "54900.5", "markPrice": "62500",
}  # fmt: skip

UNIFIED_CASES = (
    AccountCase(
        "unified account", "one-way",
        (
            _settings("one_way_mode"),
            _positions("USDT-FUTURES", POSITION),
            _positions("COIN-FUTURES", INVERSE_LONG_ROW),
            _fills(
                "USDT-FUTURES",
                _fill("1112", 1, "0.1", "62000", "3.732 USDT", side="sell", tradeSide="close", execPnl="200"),
                _fill("1111", 2, "0.6", "60000", "18 USDT"),
            ),
            _records("OUT", _record("2221", 0.5, "OUT", "-3.05")),
            _records("IN", _record("2222", 0.25, "IN", "0.61")),
            *SHARED,
        ),
        (BTC_LONG, INVERSE_LONG),
        (
            ExpectedFill(BTC, "buy", "0.6", "60000", "18 USDT", "0"),
            ExpectedFill(BTC, "sell", "0.1", "62000", "3.732 USDT", "200"),
        ),
    ),
    AccountCase(
        "unified account in hedge mode", "hedge",
        (
            _settings("hedge_mode"),
            _positions(
                "USDT-FUTURES",
                POSITION | HEDGED | {"total": "0.3", "unrealisedPnl": "300", "positionBalance": "1800"},
                POSITION | HEDGED | {
                    "posSide": "short", "total": "0.1", "avgPrice": "62000", "unrealisedPnl": "100",
                    "positionBalance": "620",
                },
            ),
            _fills(
                "USDT-FUTURES",
                _fill("1113", 1, "0.2", "61500", "7.38 USDT", side="sell", tradeSide="close", execPnl="300"),
                _fill("1112", 2, "0.1", "62000", "-0.31 USDT", side="sell"),
                _fill("1111", 2.5, "0.5", "60000", "18 USDT"),
            ),
            *SHARED,
        ),
        (LONG_LEG, SHORT_LEG),
        (
            ExpectedFill(BTC, "buy", "0.5", "60000", "18 USDT", "0", "long"),
            ExpectedFill(BTC, "sell", "0.1", "62000", "-0.31 USDT", "0", "short"),
            ExpectedFill(BTC, "sell", "0.2", "61500", "7.38 USDT", "300", "long"),
        ),
    ),
)  # fmt: skip
