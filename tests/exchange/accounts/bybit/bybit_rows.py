"""Bybit's answers, as its documentation shows them."""

from typing import Any

from tests.exchange.accounts.account_case import NOW_MS, Answer, Query, ago

DOCS = "https://bybit-exchange.github.io/docs/v5"
POSITIONS_DOC, FILLS_DOC, ACCOUNT_DOC = (
    f"{DOCS}/position",
    f"{DOCS}/order/execution",
    f"{DOCS}/account/account-info",
)


def enveloped(result: Any) -> dict[str, Any]:
    return {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": NOW_MS}


def answer(path: str, result: Any, source: str, **params: str) -> Answer:
    return Answer("GET", f"/v5/{path}", enveloped(result), params, source)


def positions(category: str, *rows: dict[str, Any], **params: str) -> Answer:
    result = {"list": [*rows], "nextPageCursor": "", "category": category}
    return answer("position/list", result, POSITIONS_DOC, category=category, **params)


def executions(category: str, symbol: str, *rows: dict[str, Any]) -> Answer:
    """Executions of all types, or of the one requested."""

    def body(query: Query) -> Any:
        wanted = [row for row in rows if row["execType"] == query.get("execType", row["execType"])]
        return enveloped({"list": wanted, "nextPageCursor": "", "category": category})

    params = {"category": category, "symbol": symbol}
    return Answer("GET", "/v5/execution/list", body, params, FILLS_DOC)


def account(margin_mode: str) -> Answer:
    """The account's margin mode applies to all of its contracts."""
    result = {
        "marginMode": margin_mode, "updatedTime": "1697078946000", "unifiedMarginStatus": 5,
        "dcpStatus": "OFF", "timeWindow": 10, "smpGroup": 0, "isMasterTrader": False,
        "spotHedgingStatus": "OFF",
    }  # fmt: skip
    return answer("account/info", result, ACCOUNT_DOC)


POSITION = {
    "positionIdx": 0, "riskId": 1, "riskLimitValue": "2000000", "symbol": "BTCUSDT", "side": "Buy",
    "size": "0.5", "avgPrice": "60000", "positionValue": "30000", "tradeMode": 0, "positionStatus": "Normal",
    "autoAddMargin": 0, "adlRankIndicator": 2, "leverage": "10", "positionBalance": "", "markPrice": "61000",
    "liqPrice": "51234.5", "bustPrice": "", "positionMM": "166.2", "positionIM": "3066.2", "tpslMode": "Full",
    "takeProfit": "", "stopLoss": "", "trailingStop": "0", "unrealisedPnl": "500", "curRealisedPnl": "-16.5",
    "cumRealisedPnl": "-16.5", "seq": 5723621632, "isReduceOnly": False, "mmrSysUpdatedTime": "",
    "leverageSysUpdatedTime": "", "sessionAvgPrice": "", "createdTime": f"{ago(hours=3)}",
    "updatedTime": f"{ago(hours=2)}",
}  # fmt: skip
FLAT = {
    "side": "", "size": "0", "avgPrice": "0", "positionValue": "", "liqPrice": "", "unrealisedPnl": "",
    "positionIM": "0", "positionMM": "0", "curRealisedPnl": "0",
}  # fmt: skip

FILL = {
    "symbol": "BTCUSDT", "orderId": "9aac161b-8ed6-450d-9cab-c5cc67c21784", "orderLinkId": "",
    "side": "Buy", "orderPrice": "64000", "orderQty": "0.5", "leavesQty": "0", "createType": "CreateByUser",
    "orderType": "Market", "stopOrderType": "UNKNOWN", "execFee": "0", "execFeeV2": "", "feeCurrency": "",
    "execId": "", "execPrice": "60000", "execQty": "0.5", "execType": "Trade", "execValue": "30000",
    "execTime": f"{ago(hours=2)}", "isMaker": False, "feeRate": "0.00055", "tradeIv": "", "markIv": "",
    "markPrice": "60001", "indexPrice": "", "underlyingPrice": "", "blockTradeId": "", "closedSize": "0",
    "seq": 4688002127, "extraFees": "",
}  # fmt: skip


def fill(
    id: str, hours_ago: float, side: str, quantity: str, price: str, fee: str, **more: str
) -> dict[str, Any]:
    """An execution; `fee` is in the settlement coin."""
    return FILL | {
        "execId": id, "execTime": f"{ago(hours=hours_ago)}", "side": side, "execQty": quantity,
        "execPrice": price, "execFee": fee,
    } | more  # fmt: skip


def _listed(symbol: str, base: str, quote: str, settle: str, kind: str, step: str) -> dict[str, Any]:
    return {
        "symbol": symbol, "contractType": kind, "status": "Trading", "baseCoin": base, "quoteCoin": quote,
        "launchTime": "1585526400000", "deliveryTime": "0", "deliveryFeeRate": "", "priceScale": "2",
        "leverageFilter": {"minLeverage": "1", "maxLeverage": "100.00", "leverageStep": "0.01"},
        "priceFilter": {"minPrice": "0.10", "maxPrice": "1999999.80", "tickSize": "0.10"},
        "lotSizeFilter": {"maxOrderQty": "1190.000", "minOrderQty": step, "qtyStep": step},
        "unifiedMarginTrade": True, "fundingInterval": 480, "settleCoin": settle,
    }  # fmt: skip


def _instruments(category: str, *rows: dict[str, Any], **params: str) -> Answer:
    result = {"category": category, "list": [*rows], "nextPageCursor": ""}
    return answer("market/instruments-info", result, f"{DOCS}/market/instrument", category=category, **params)


def _ticker(category: str, symbol: str, price: str) -> Answer:
    row = {"symbol": symbol, "lastPrice": price, "markPrice": price, "price24hPcnt": "0.01"}
    result = {"category": category, "list": [row]}
    return answer("market/tickers", result, f"{DOCS}/market/tickers", category=category, symbol=symbol)


def _risk_limit(category: str, symbol: str) -> Answer:
    row = {
        "id": 1, "symbol": symbol, "riskLimitValue": "2000000", "maintenanceMargin": "0.005",
        "initialMargin": "0.01", "isLowestRisk": 1, "maxLeverage": "100.00", "mmDeduction": "",
    }  # fmt: skip
    result = {"category": category, "list": [row], "nextPageCursor": ""}
    return answer("market/risk-limit", result, f"{DOCS}/market/risk-limit", category=category, symbol=symbol)


def _user(query: Query) -> Any:
    return {"retCode": 0, "retMsg": "", "result": {"readOnly": 1, "unified": 0, "uta": 1, "userID": 24617703}}


SHARED = (
    _instruments("linear", status="PreLaunch"),
    _instruments(
        "linear",
        _listed("BTCUSDT", "BTC", "USDT", "USDT", "LinearPerpetual", "0.001"),
        _listed("ETHUSDT", "ETH", "USDT", "USDT", "LinearPerpetual", "0.01"),
    ),
    _instruments("inverse", status="PreLaunch"),
    _instruments("inverse", _listed("BTCUSD", "BTC", "USD", "BTC", "InversePerpetual", "1")),
    _instruments("spot"),
    _instruments("option"),
    _ticker("linear", "BTCUSDT", "61000"),
    _ticker("linear", "ETHUSDT", "2900"),
    _ticker("inverse", "BTCUSD", "62500"),
    _risk_limit("linear", "BTCUSDT"),
    _risk_limit("linear", "ETHUSDT"),
    _risk_limit("inverse", "BTCUSD"),
    answer("market/time", {"timeSecond": f"{NOW_MS // 1000}"}, f"{DOCS}/market/time"),
    Answer("GET", "/v5/user/query-api", _user, source=f"{DOCS}/user/apikey-info"),
    account("REGULAR_MARGIN"),
    positions("linear", POSITION | FLAT, symbol="BTCUSDT"),
    positions("linear"),
    positions("inverse"),
    answer("position/closed-pnl", {"list": [], "nextPageCursor": ""}, f"{DOCS}/position/close-pnl"),
    executions("linear", "BTCUSDT"),
    executions("linear", "ETHUSDT"),
    executions("inverse", "BTCUSD"),
)
