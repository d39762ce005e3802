"""KuCoin's answers, as its documentation shows them, of a classic and of a unified account."""

from collections.abc import Mapping
from typing import Any

from tests.exchange.accounts.account_case import NOW_MS, Answer, Query, ago

DOCS = "https://www.kucoin.com/docs-new/rest"
FUTURES, UNIFIED = f"{DOCS}/futures-trading", f"{DOCS}/ua"
NS_PER_MS = 1_000_000


def answer(path: str, body: Any, source: str = "", **params: str) -> Answer:
    """Answers with `body`, or with that function of the request."""
    if callable(body):
        return Answer("GET", path, lambda query: {"code": "200000", "data": body(query)}, params, source)
    return Answer("GET", path, {"code": "200000", "data": body}, params, source)


def positions(*rows: Mapping[str, Any]) -> Answer:
    return answer("/api/v1/positions", [*rows], f"{FUTURES}/positions/get-position-list")


def unified_positions(*rows: Mapping[str, Any]) -> Answer:
    return answer("/api/ua/v1/unified/position/open-list", [*rows], f"{UNIFIED}/get-position-list-uta")


def account_mode(mode: str) -> Answer:
    """CLASSIC or UNIFIED."""
    return answer("/api/ua/v1/account/mode", {"selfAccountMode": mode}, f"{UNIFIED}/get-account-mode")


def fills(symbol: str, *rows: Mapping[str, Any]) -> Answer:
    """The rows of the requested span of time, newest first."""

    def page(query: Query) -> Any:
        start, end = int(query["startAt"]), int(query["endAt"])
        items = [row for row in rows if start <= row["createdAt"] <= end]
        return {"currentPage": 1, "pageSize": 100, "totalNum": len(items), "totalPage": 1, "items": items}

    return answer("/api/v1/fills", page, f"{FUTURES}/orders/get-trade-history", symbol=symbol)


def funding(symbol: str, id: int, hours_ago: float, amount: float) -> Answer:
    """A payment; `amount` is negative if paid."""
    row = {
        "id": id, "symbol": symbol, "timePoint": ago(hours=hours_ago), "fundingRate": 0.0001,
        "markPrice": 61000, "positionQty": 500, "positionCost": 30500, "funding": amount,
        "settleCurrency": "USDT", "context": '{"marginMode": "ISOLATED", "positionSide": "BOTH"}',
        "marginMode": "ISOLATED",
    }  # fmt: skip

    def page(query: Query) -> Any:
        start, end = int(query["startAt"]), int(query["endAt"])
        return {"dataList": [row] if start <= row["timePoint"] <= end else [], "hasMore": False}

    source = f"{FUTURES}/funding-fees/get-private-funding-history"
    return answer("/api/v1/funding-history", page, source, symbol=symbol)


POSITION = {
    "id": "500000000001046430", "symbol": "XBTUSDTM", "crossMode": True, "delevPercentage": 0.33,
    "openingTimestamp": ago(hours=3), "currentTimestamp": NOW_MS, "currentQty": 500, "currentCost": 30000,
    "currentComm": 18, "unrealisedCost": 30000, "realisedGrossCost": 0, "realisedCost": 18, "isOpen": True,
    "markPrice": 61000, "markValue": 30500, "posCost": 30000, "posInit": 3000, "posMargin": 3018,
    "realisedGrossPnl": 0, "realisedPnl": -18, "unrealisedPnl": 500, "unrealisedPnlPcnt": 0.0167,
    "unrealisedRoePcnt": 0.1667, "avgEntryPrice": 60000, "liquidationPrice": 51234.5,
    "bankruptPrice": 51000, "settleCurrency": "USDT", "isInverse": False, "maintainMargin": 0.005,
    "marginMode": "CROSS", "positionSide": "BOTH", "leverage": 10,
}  # fmt: skip
ISOLATED = {
    "crossMode": False, "marginMode": "ISOLATED", "autoDeposit": False, "maintMarginReq": 0.005,
    "riskLimit": 500000, "realLeverage": 8.62, "posCross": 0, "posCrossMargin": 0, "posComm": 18.2,
    "posCommCommon": 18.2, "posLoss": 0, "posFunding": 0, "posMaint": 170.1, "maintMargin": 3518,
}  # fmt: skip
INVERSE = POSITION | {
    "id": "500000000001046431", "symbol": "XBTUSDM", "currentQty": 30000, "currentCost": -0.5,
    "unrealisedCost": -0.5, "markPrice": 62500, "markValue": -0.48, "posCost": -0.5, "posInit": 0.05,
    "posMargin": 0.0503, "unrealisedPnl": 0.02, "settleCurrency": "XBT", "isInverse": True,
}  # fmt: skip
UNIFIED_POSITION = {
    "symbol": "XBTUSDTM", "id": "30000000000084351", "marginMode": "CROSS", "size": "-500",
    "entryPrice": "60000", "positionValue": "-30500", "markPrice": "61000", "leverage": "10",
    "unrealizedPnL": "-500", "realizedPnL": "-18", "initialMargin": "3050", "mmr": "0.005",
    "maintenanceMargin": "152.5", "creationTime": ago(hours=3) * NS_PER_MS,
    "updateTime": ago(hours=2) * NS_PER_MS,
}  # fmt: skip


def fill(id: str, hours_ago: float, side: str, size: int, price: str, fee: str, **more: Any) -> Any:
    """A trade that opened; `fee` is positive if paid. The order was made a minute earlier."""
    at = ago(hours=hours_ago)
    return {
        "symbol": "XBTUSDTM", "tradeId": id, "orderId": f"o{id}", "side": side, "liquidity": "taker",
        "forceTaker": True, "price": price, "size": size, "value": "0", "openFeePay": fee,
        "closeFeePay": "0", "stop": "", "feeRate": "0.00060", "fixFee": "0", "feeCurrency": "USDT",
        "tradeTime": at * NS_PER_MS, "subTradeType": None, "marginMode": "CROSS", "displayType": "market",
        "fee": fee, "settleCurrency": "USDT", "orderType": "market", "tradeType": "trade",
        "createdAt": at - 60_000,
    } | more  # fmt: skip


def _listed(symbol: str, base: str, quote: str, settle: str, multiplier: float) -> dict[str, Any]:
    return {
        "symbol": symbol, "rootSymbol": quote, "type": "FFWCSX", "firstOpenDate": 1585555200000,
        "expireDate": None, "settleDate": None, "baseCurrency": base, "quoteCurrency": quote,
        "settleCurrency": settle, "maxOrderQty": 1000000, "maxPrice": 1000000, "lotSize": 1,
        "tickSize": 0.1, "multiplier": multiplier, "makerFeeRate": 0.0002, "takerFeeRate": 0.0006,
        "isInverse": settle == base, "status": "Open", "nextFundingRateTime": 17031362, "maxLeverage": 125,
    }  # fmt: skip


def _prices(symbol: str, price: str) -> tuple[Answer, ...]:
    ticker = {"symbol": symbol, "price": price, "ts": NOW_MS * NS_PER_MS}
    mark = {"symbol": symbol, "value": price, "timePoint": NOW_MS, "granularity": 1000}
    risk_limit = {
        "symbol": symbol, "level": 1, "maxRiskLimit": 500000, "minRiskLimit": 0, "maxLeverage": 100,
        "initialMargin": 0.01, "maintainMargin": 0.005,
    }  # fmt: skip
    return (
        answer("/api/v1/ticker", ticker, symbol=symbol),
        answer(f"/api/v1/mark-price/{symbol}/current", mark),
        answer(f"/api/v1/contracts/risk-limit/{symbol}", [risk_limit]),
    )


_NO_STREAM = {
    "token": "a-token",
    "instanceServers": [{"endpoint": "ws://127.0.0.1:9", "pingInterval": 18000}],
}


SHARED = (
    answer("/api/v2/symbols", []),
    answer("/api/v3/margin/symbols", {"timestamp": NOW_MS, "items": []}),
    answer("/api/v1/isolated/symbols", []),
    answer("/api/v1/market/allTickers", {"time": NOW_MS, "ticker": []}),
    answer("/api/v1/hf/accounts/opened", True),
    answer(
        "/api/v1/contracts/active",
        [
            _listed("XBTUSDTM", "XBT", "USDT", "USDT", 0.001),
            _listed("ETHUSDTM", "ETH", "USDT", "USDT", 0.01),
            _listed("XBTUSDM", "XBT", "USD", "XBT", -1),
        ],
    ),
    *_prices("XBTUSDTM", "61000"),
    *_prices("ETHUSDTM", "2900"),
    *_prices("XBTUSDM", "62500"),
    answer("/api/v1/timestamp", NOW_MS),
    Answer("POST", "/api/v1/bullet-private", {"code": "200000", "data": _NO_STREAM}),
    account_mode("CLASSIC"),
    positions(),
    answer("/api/v1/fills", {"items": []}),
    answer("/api/v1/funding-history", {"dataList": [], "hasMore": False}),
    answer("/api/v1/history-positions", {"items": []}),
    answer("/api/ua/v1/unified/order/execution", {"items": []}),
    answer("/api/ua/v1/position/funding-history", {"items": []}),
)
