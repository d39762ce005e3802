"""MEXC's answers, as its documentation shows them."""

from typing import Any

from tests.exchange.accounts.account_case import NOW_MS, Answer, Query, ago

DOCS = "https://www.mexc.com/api-docs/futures"
ACCOUNT_DOCS = f"{DOCS}/account-and-trading-endpoints"
POSITIONS_DOC = f"{ACCOUNT_DOCS}/get-open-positions"


def answer(path: str, result: Any, source: str, **params: str) -> Answer:
    return Answer("GET", f"/api/v1/{path}", _envelope(result), params, source)


def _envelope(result: Any) -> Any:
    return {"success": True, "code": 0, "data": result}


def positions(*rows: dict[str, Any]) -> Answer:
    return answer("private/position/open_positions", [*rows], POSITIONS_DOC)


def position_mode(mode: int) -> Answer:
    """1 is hedge mode, 2 is one-way mode."""
    return answer("private/position/position_mode", mode, f"{ACCOUNT_DOCS}/get-user-position-mode")


def trades(symbol: str, *rows: dict[str, Any]) -> Answer:
    """Those of the requested time, the newest first."""

    def listed(query: Query) -> Any:
        since, until = int(query["start_time"]), int(query["end_time"])
        return _envelope([row for row in rows if since <= int(row["timestamp"]) <= until])

    source = f"{ACCOUNT_DOCS}/get-order-trade-details"
    return Answer("GET", "/api/v1/private/order/list/order_deals", listed, {"symbol": symbol}, source)


def funding(symbol: str, *rows: dict[str, Any]) -> Answer:
    page = {
        "pageSize": 100, "totalCount": len(rows), "totalPage": 1, "currentPage": 1, "resultList": [*rows],
    }  # fmt: skip
    source = f"{ACCOUNT_DOCS}/get-funding-fee-details"
    return answer("private/position/funding_records", page, source, symbol=symbol)


POSITION = {
    "positionId": 1394650, "symbol": "BTC_USDT", "positionType": 1, "openType": 1, "state": 1,
    "holdVol": 5000, "frozenVol": 0, "closeVol": 0, "holdAvgPrice": 60000, "openAvgPrice": 60000,
    "closeAvgPrice": 0, "liquidatePrice": 54300.5, "oim": 3000, "im": 3000, "holdFee": 0, "realised": -18,
    "leverage": 10, "createTime": ago(hours=3), "updateTime": ago(hours=2), "autoAddIm": False,
}  # fmt: skip
"""One contract is 0.0001 BTC."""
INVERSE = POSITION | {
    "symbol": "BTC_USD", "positionType": 2, "openType": 2, "holdVol": 120, "liquidatePrice": 73900.5,
    "oim": 0.04, "im": 0.04, "leverage": 5,
}  # fmt: skip
"""One contract is 100 USD."""

TRADE = {
    "id": "", "symbol": "BTC_USDT", "side": 1, "vol": 0, "price": 60000, "feeCurrency": "USDT", "fee": 0,
    "timestamp": 0, "profit": 0, "category": 1, "orderId": "265307163526610432", "positionMode": 2,
    "taker": True,
}  # fmt: skip


def trade(
    id: str, hours_ago: float, side: int, contracts: int, price: float, fee: float, **more: Any
) -> dict[str, Any]:
    """A trade. Side 1 opens a long, 2 closes a short, 3 opens a short, 4 closes a long."""
    own = {"id": id, "timestamp": ago(hours=hours_ago), "side": side, "vol": contracts}
    return TRADE | own | {"price": price, "fee": fee} | more


def _listed(symbol: str, base: str, quote: str, settle: str, size: float) -> dict[str, Any]:
    return {
        "symbol": symbol, "displayName": symbol, "displayNameEn": symbol, "positionOpenType": 3,
        "baseCoin": base, "quoteCoin": quote, "settleCoin": settle, "contractSize": size, "minLeverage": 1,
        "maxLeverage": 125, "priceScale": 1, "volScale": 0, "amountScale": 4, "priceUnit": 0.1, "volUnit": 1,
        "minVol": 1, "maxVol": 1000000, "bidLimitPriceRate": 0.1, "askLimitPriceRate": 0.1,
        "takerFeeRate": 0.0006, "makerFeeRate": 0.0002, "maintenanceMarginRate": 0.004,
        "initialMarginRate": 0.008, "riskBaseVol": 10000, "riskIncrVol": 200000, "riskIncrMmr": 0.004,
        "riskIncrImr": 0.004, "riskLevelLimit": 5, "priceCoefficientVariation": 0.1, "state": 0,
        "isNew": False, "isHot": True, "isHidden": False,
    }  # fmt: skip


def _ticker(symbol: str, price: float) -> Answer:
    row = {
        "symbol": symbol, "lastPrice": price, "bid1": price - 1, "ask1": price + 1, "volume24": 1,
        "amount24": 1, "holdVol": 1, "lower24Price": price, "high24Price": price, "riseFallRate": 0.01,
        "riseFallValue": 10, "indexPrice": price, "fairPrice": price, "fundingRate": 0.0001,
        "timestamp": NOW_MS,
    }  # fmt: skip
    return answer("contract/ticker", row, f"{DOCS}/market-endpoints/get-ticker", symbol=symbol)


LISTED = (
    _listed("BTC_USDT", "BTC", "USDT", "USDT", 0.0001),
    _listed("ETH_USDT", "ETH", "USDT", "USDT", 0.01),
    _listed("BTC_USD", "BTC", "USD", "BTC", 100),
)
SHARED = (
    Answer("GET", "/api/v3/exchangeInfo", {"timezone": "CST", "symbols": []}),
    answer("contract/detail", [*LISTED], f"{DOCS}/market-endpoints/get-contract-info"),
    _ticker("BTC_USDT", 61000),
    _ticker("ETH_USDT", 2900),
    _ticker("BTC_USD", 62500),
    Answer("GET", "/api/v3/time", {"serverTime": NOW_MS}),
    position_mode(2),
    positions(),
    answer("private/position/list/history_positions", [], f"{ACCOUNT_DOCS}/get-historical-positions"),
    *(trades(row["symbol"]) for row in LISTED),
    *(funding(row["symbol"]) for row in LISTED),
)
