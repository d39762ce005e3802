"""Aster's answers, as its documentation shows them. Its protocol is derived from Binance's."""

from collections.abc import Mapping
from typing import Any

from tests.exchange.accounts.account_case import NOW_MS, Answer, Query, ago

DOCS = "https://asterdex.github.io/aster-api-website/futures-v3/account%26trades"


def positions(*rows: Mapping[str, Any]) -> Answer:
    return Answer(
        "GET", "/fapi/v3/positionRisk", [*rows], source=f"{DOCS}/#position-information-v3-user_data"
    )


def history(path: str, symbol: str, *rows: Mapping[str, Any]) -> Answer:
    """Answers with the rows of the requested span of time."""

    def answer(query: Query) -> Any:
        start, end = int(query["startTime"]), int(query["endTime"])
        return [row for row in rows if start <= row["time"] <= end]

    source = f"{DOCS}/#account-trade-list-user_data"
    return Answer("GET", f"/fapi/v3/{path}", answer, {"symbol": symbol}, source)


POSITION = {
    "entryPrice": "60000", "marginType": "cross", "isAutoAddMargin": "false", "isolatedMargin": "0.00000000",
    "leverage": "10", "liquidationPrice": "51234.5", "markPrice": "61000.00000000",
    "maxNotionalValue": "20000000", "positionAmt": "0.500", "symbol": "BTCUSDT",
    "unRealizedProfit": "500.00000000", "positionSide": "BOTH", "updateTime": ago(hours=2),
}  # fmt: skip
"""The notional value is in some answers only."""
FLAT = POSITION | {
    "entryPrice": "0.00000", "liquidationPrice": "0", "positionAmt": "0.000", "unRealizedProfit": "0",
}  # fmt: skip


def fill(id: int, hours_ago: float, side: str, size: str, price: str, fee: str, **more: str) -> Any:
    """A trade; `fee` is positive if paid."""
    return {
        "buyer": side == "BUY", "commission": fee, "commissionAsset": "USDT", "id": id, "maker": False,
        "orderId": 25851813 + id, "price": price, "qty": size, "quoteQty": "0", "realizedPnl": "0",
        "marginAsset": "USDT", "side": side, "positionSide": "BOTH", "symbol": "BTCUSDT",
        "time": ago(hours=hours_ago),
    } | more  # fmt: skip


def funding(id: int, hours_ago: float, amount: str) -> Any:
    """A payment; `amount` is negative if paid."""
    return {
        "symbol": "BTCUSDT", "incomeType": "FUNDING_FEE", "income": amount, "asset": "USDT",
        "info": "FUNDING_FEE", "time": ago(hours=hours_ago), "tranId": id, "tradeId": "",
    }  # fmt: skip


def _listed(symbol: str, base: str, step: str) -> dict[str, Any]:
    return {
        "symbol": symbol, "pair": symbol, "contractType": "PERPETUAL", "deliveryDate": 4133404800000,
        "onboardDate": 1569398400000, "status": "TRADING", "baseAsset": base, "quoteAsset": "USDT",
        "marginAsset": "USDT", "pricePrecision": 1, "quantityPrecision": 3, "baseAssetPrecision": 8,
        "quotePrecision": 8, "underlyingType": "COIN", "symbolType": 0,
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": "0.1", "maxPrice": "1000000", "tickSize": "0.1"},
            {"filterType": "LOT_SIZE", "minQty": step, "maxQty": "1000", "stepSize": step},
        ],
    }  # fmt: skip


def _prices(symbol: str, price: str) -> tuple[Answer, Answer]:
    ticker = {"symbol": symbol, "lastPrice": price, "priceChangePercent": "1.0", "closeTime": NOW_MS}
    mark = {"symbol": symbol, "markPrice": price, "indexPrice": price, "time": NOW_MS}
    return (
        Answer("GET", "/fapi/v3/ticker/24hr", ticker, {"symbol": symbol}),
        Answer("GET", "/fapi/v3/premiumIndex", mark, {"symbol": symbol}),
    )


SHARED = (
    Answer("GET", "/api/v3/exchangeInfo", {"symbols": []}),
    Answer(
        "GET",
        "/fapi/v3/exchangeInfo",
        {"symbols": [_listed("BTCUSDT", "BTC", "0.001"), _listed("ETHUSDT", "ETH", "0.001")]},
    ),
    *_prices("BTCUSDT", "61000"),
    *_prices("ETHUSDT", "2900"),
    *(Answer("GET", f"{path}/v3/time", {"serverTime": NOW_MS}) for path in ("/api", "/fapi")),
    Answer("GET", "/fapi/v3/leverageBracket", []),
    Answer("POST", "/fapi/v3/listenKey", {"listenKey": "a-listen-key"}),
    positions(FLAT),
    *(Answer("GET", f"/fapi/v3/{path}", []) for path in ("userTrades", "income")),
)
