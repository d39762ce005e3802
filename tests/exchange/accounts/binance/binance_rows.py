"""Binance's answers, as its documentation shows them: USD-margined at /fapi, coin-margined at /dapi."""

from collections.abc import Mapping
from typing import Any

from tests.exchange.accounts.account_case import NOW_MS, Answer, Query, ago

DOCS = "https://developers.binance.com/docs/derivatives"
USDM, COINM = f"{DOCS}/usds-margined-futures", f"{DOCS}/coin-margined-futures"


def linear_positions(*rows: Mapping[str, Any]) -> Answer:
    """Only markets with a position or an order are listed."""
    source = f"{USDM}/trade/rest-api/Position-Information-V3"
    return Answer("GET", "/fapi/v3/positionRisk", [*rows], source=source)


def inverse_positions(*rows: Mapping[str, Any]) -> Answer:
    return Answer(
        "GET", "/dapi/v1/positionRisk", [*rows], source=f"{COINM}/trade/rest-api/Position-Information"
    )


def linear_fills(symbol: str, *rows: Mapping[str, Any]) -> Answer:
    source = f"{USDM}/trade/rest-api/Account-Trade-List"
    return Answer("GET", "/fapi/v1/userTrades", _within(*rows), {"symbol": symbol}, source)


def inverse_fills(symbol: str, *rows: Mapping[str, Any]) -> Answer:
    source = f"{COINM}/trade/rest-api/Account-Trade-List"
    return Answer("GET", "/dapi/v1/userTrades", _within(*rows), {"symbol": symbol}, source)


def linear_funding(symbol: str, *rows: Mapping[str, Any]) -> Answer:
    source = f"{USDM}/account/rest-api/Get-Income-History"
    return Answer("GET", "/fapi/v1/income", _within(*rows), {"symbol": symbol}, source)


def _within(*rows: Mapping[str, Any]) -> Any:
    """Answers with the rows of the requested span of time."""

    def answer(query: Query) -> Any:
        start, end = int(query["startTime"]), int(query["endTime"])
        return [row for row in rows if start <= row["time"] <= end]

    return answer


LINEAR = {
    "symbol": "BTCUSDT", "positionSide": "BOTH", "positionAmt": "0.5", "entryPrice": "60000",
    "breakEvenPrice": "60024", "markPrice": "61000.00000000", "unRealizedProfit": "500.00000000",
    "liquidationPrice": "51234.5", "isolatedMargin": "0", "notional": "30500.00000000",
    "marginAsset": "USDT", "isolatedWallet": "0", "initialMargin": "3355.00000000",
    "maintMargin": "122.00000000", "positionInitialMargin": "3050.00000000",
    "openOrderInitialMargin": "305.00000000", "adl": 2, "bidNotional": "0", "askNotional": "0",
    "updateTime": ago(hours=2),
}  # fmt: skip
INVERSE = {
    "symbol": "BTCUSD_PERP", "positionAmt": "300", "entryPrice": "60000.00000000",
    "breakEvenPrice": "60024", "markPrice": "62500.00000000", "unRealizedProfit": "0.02000000",
    "liquidationPrice": "0", "leverage": "10", "maxQty": "1500", "marginType": "cross",
    "isolatedMargin": "0.00000000", "isAutoAddMargin": "false", "positionSide": "BOTH",
    "notionalValue": "0.48", "isolatedWallet": "0", "updateTime": ago(hours=2),
}  # fmt: skip
FLAT_INVERSE = INVERSE | {
    "positionAmt": "0", "entryPrice": "0.00000000", "breakEvenPrice": "0.0", "unRealizedProfit": "0.00000000",
    "notionalValue": "0",
}  # fmt: skip
"""Coin-margined markets are listed without a position, too."""


def fill(id: int, hours_ago: float, side: str, size: str, price: str, fee: str, **more: str) -> Any:
    """A trade; `fee` is positive if paid."""
    return {
        "symbol": "BTCUSDT", "id": id, "orderId": 25851813 + id, "side": side, "price": price, "qty": size,
        "realizedPnl": "0", "marginAsset": "USDT", "quoteQty": "0", "commission": fee,
        "commissionAsset": "USDT", "time": ago(hours=hours_ago), "positionSide": "BOTH", "maker": False,
        "buyer": side == "BUY",
    } | more  # fmt: skip


def inverse_fill(id: int, hours_ago: float, side: str, size: str, price: str, fee: str, **more: str) -> Any:
    return fill(id, hours_ago, side, size, price, fee) | {
        "symbol": "BTCUSD_PERP", "pair": "BTCUSD", "marginAsset": "BTC", "baseQty": "0",
        "commissionAsset": "BTC",
    } | more  # fmt: skip


def funding(id: int, hours_ago: float, amount: str) -> Any:
    """A payment; `amount` is negative if paid."""
    return {
        "symbol": "BTCUSDT", "incomeType": "FUNDING_FEE", "income": amount, "asset": "USDT",
        "info": "FUNDING_FEE", "time": ago(hours=hours_ago), "tranId": id, "tradeId": "",
    }  # fmt: skip


def _listed(symbol: str, base: str, quote: str, settle: str, digits: int, **more: Any) -> dict[str, Any]:
    step = f"{10.0**-digits:.{digits}f}"
    return {
        "symbol": symbol, "pair": base + quote, "contractType": "PERPETUAL", "deliveryDate": 4133404800000,
        "onboardDate": 1569398400000, "status": "TRADING", "baseAsset": base, "quoteAsset": quote,
        "marginAsset": settle, "pricePrecision": 2, "quantityPrecision": digits, "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": "0.10", "maxPrice": "4529764", "tickSize": "0.10"},
            {"filterType": "LOT_SIZE", "minQty": step, "maxQty": "1000", "stepSize": step},
        ],
    } | more  # fmt: skip


def _contracts(path: str, *rows: dict[str, Any]) -> Answer:
    return Answer("GET", path, {"timezone": "UTC", "serverTime": NOW_MS, "symbols": [*rows]})


def _prices(path: str, symbol: str, price: str) -> tuple[Answer, Answer]:
    ticker = {"symbol": symbol, "lastPrice": price, "priceChangePercent": "1.0", "closeTime": NOW_MS}
    mark = {"symbol": symbol, "markPrice": price, "indexPrice": price, "time": NOW_MS}
    # Coin-margined prices are lists.
    bodies = ([ticker], [mark]) if path == "/dapi" else (ticker, mark)
    return (
        Answer("GET", f"{path}/v1/ticker/24hr", bodies[0], {"symbol": symbol}),
        Answer("GET", f"{path}/v1/premiumIndex", bodies[1], {"symbol": symbol}),
    )


SHARED = (
    Answer("GET", "/api/v3/exchangeInfo", {"timezone": "UTC", "serverTime": NOW_MS, "symbols": []}),
    _contracts(
        "/fapi/v1/exchangeInfo",
        _listed("BTCUSDT", "BTC", "USDT", "USDT", 3),
        _listed("ETHUSDT", "ETH", "USDT", "USDT", 3),
    ),
    _contracts(
        "/dapi/v1/exchangeInfo",
        _listed("BTCUSD_PERP", "BTC", "USD", "BTC", 0, contractSize=100, contractStatus="TRADING"),
    ),
    *_prices("/fapi", "BTCUSDT", "61000"),
    *_prices("/fapi", "ETHUSDT", "2900"),
    *_prices("/dapi", "BTCUSD_PERP", "62500"),
    *(Answer("GET", f"{path}/time", {"serverTime": NOW_MS}) for path in ("/api/v3", "/fapi/v1", "/dapi/v1")),
    Answer("GET", "/fapi/v1/leverageBracket", []),
    Answer("GET", "/dapi/v2/leverageBracket", []),
    *(Answer("POST", f"{path}/v1/listenKey", {"listenKey": "a-listen-key"}) for path in ("/fapi", "/dapi")),
    linear_positions(),
    inverse_positions(),
    *(
        Answer("GET", f"{path}/v1/{history}", [])
        for path in ("/fapi", "/dapi")
        for history in ("userTrades", "income")
    ),
)
