"""BingX's answers, as its documentation shows them."""

from datetime import UTC, datetime
from typing import Any

from tests.exchange.accounts.account_case import NOW_MS, Answer, Query, ago

DOCS = "https://bingx-api.github.io/docs-v3/#/en"
LINEAR_DOC = f"{DOCS}/Swap/Account%20Endpoints/Query%20position%20data"
COIN_DOC = f"{DOCS}/Coin-M%20Futures/Trades%20Endpoints/Query%20warehouse"
MODE_DOC = f"{DOCS}/Swap/Trades%20Endpoints/Query%20position%20mode"


def answer(path: str, data: Any, source: str, **params: str) -> Answer:
    return Answer("GET", f"/openApi/{path}", _envelope(data), params, source)


def _envelope(data: Any) -> Any:
    return {"code": 0, "msg": "", "data": data}


def positions(*rows: dict[str, Any]) -> Answer:
    return answer("swap/v2/user/positions", [*rows], LINEAR_DOC)


def coin_positions(*rows: dict[str, Any]) -> Answer:
    return answer("cswap/v1/user/positions", [*rows], COIN_DOC)


def position_mode(is_hedge: bool | str) -> Answer:
    """The mode is stated as a boolean or as a text."""
    return answer("swap/v1/positionSide/dual", {"dualSidePosition": is_hedge}, MODE_DOC)


def trades(symbol: str, *rows: dict[str, Any]) -> Answer:
    """Those of the requested time, the newest first."""

    def listed(query: Query) -> Any:
        since, until = (datetime.fromtimestamp(int(query[key]) / 1000, UTC) for key in ("startTs", "endTs"))
        found = [row for row in rows if since <= datetime.fromisoformat(row["filledTime"]) <= until]
        return _envelope({"fill_history_orders": found, "total": len(found)})

    source = f"{DOCS}/Swap/Trades%20Endpoints/Query%20historical%20transaction%20details"
    return Answer("GET", "/openApi/swap/v2/trade/fillHistory", listed, {"symbol": symbol}, source)


def coin_orders(symbol: str, *rows: dict[str, Any]) -> Answer:
    """Those of the requested time, the newest first."""

    def listed(query: Query) -> Any:
        span = range(int(query["startTime"]), int(query["endTime"]) + 1)
        return _envelope({"orders": [row for row in rows if row["time"] in span]})

    source = f"{DOCS}/Coin-M%20Futures/Trades%20Endpoints/User's%20History%20Orders"
    return Answer("GET", "/openApi/cswap/v1/trade/orderHistory", listed, {"symbol": symbol}, source)


def coin_trades(*rows: dict[str, Any]) -> Answer:
    """Those of the requested order."""

    def listed(query: Query) -> Any:
        return _envelope([row for row in rows if row["orderId"] == query["orderId"]])

    source = f"{DOCS}/Coin-M%20Futures/Trades%20Endpoints/Query%20Order%20Trade%20Detail"
    return Answer("GET", "/openApi/cswap/v1/trade/allFillOrders", listed, {}, source)


def funding(symbol: str, *rows: dict[str, Any]) -> Answer:
    source = f"{DOCS}/Swap/Account%20Endpoints/Get%20Account%20Profit%20and%20Loss%20Fund%20Flow"
    return answer("swap/v2/user/income", [*rows], source, symbol=symbol, incomeType="FUNDING_FEE")


LINEAR = {
    "positionId": "1792480725958881280", "symbol": "BTC-USDT", "currency": "USDT", "positionAmt": "0.5",
    "availableAmt": "0.5", "positionSide": "LONG", "isolated": True, "avgPrice": "60000",
    "initialMargin": "3000.0000", "margin": "3500.0000", "leverage": 10, "unrealizedProfit": "500.0000",
    "realisedProfit": "-15.0000", "liquidationPrice": 54300.5, "pnlRatio": "0.1666",
    "maxMarginReduction": "0.0000", "riskRate": "0.0385", "markPrice": "61000",
    "positionValue": "30500.0000", "onlyOnePosition": True, "createTime": ago(hours=3),
    "updateTime": ago(hours=2),
}  # fmt: skip
"""The amount is in coins, without a sign in either mode."""
COIN = {
    "symbol": "BTC-USD", "positionId": "1813080351385337856", "positionSide": "SHORT", "isolated": False,
    "positionAmt": "120", "availableAmt": "120", "unrealizedProfit": "-0.00800000",
    "initialMargin": "0.04000000", "liquidationPrice": 73900.5, "avgPrice": "60000", "leverage": 5,
    "markPrice": "62500", "riskRate": "0.00123783", "maxMarginReduction": "0", "updateTime": ago(hours=2),
}  # fmt: skip
"""The amount is in contracts of 100 USD."""


def trade(
    id: str, hours_ago: float, side: str, amount: str, price: str, commission: str, **more: Any
) -> dict[str, Any]:
    """A trade of a USDT contract, in coins. A negative commission is paid. The time has whole seconds."""
    filled_at = datetime.fromtimestamp(ago(hours=hours_ago) // 1000, UTC)
    return {
        "filledTime": filled_at.isoformat(timespec="milliseconds"), "tradeId": id, "side": side,
        "qty": amount, "price": price, "commission": commission, "symbol": "BTC-USDT", "quoteQty": "1.0",
        "role": "taker", "commissionAsset": "USDT", "orderId": f"21006{id}", "realisedPNL": "0.00000000",
        "positionSide": "BOTH", **more,
    }  # fmt: skip


def coin_order(id: str, hours_ago: float) -> dict[str, Any]:
    return {
        "symbol": "BTC-USD", "orderId": id, "side": "SELL", "positionSide": "SHORT", "type": "MARKET",
        "quantity": 180, "origQty": "180.00000000", "price": "0.0", "executedQty": "180.00000000",
        "avgPrice": "60000.0", "cumQuote": "", "stopPrice": "0.0", "profit": "0.0000",
        "commission": "0.000000", "status": "Filled", "time": ago(hours=hours_ago),
        "updateTime": ago(hours=hours_ago), "clientOrderId": "", "workingType": "MARK_PRICE",
    }  # fmt: skip


def coin_trade(
    id: str, order: str, hours_ago: float, side: str, contracts: str, price: str, **more: Any
) -> dict[str, Any]:
    """A trade of a coin-margined contract that changes a short."""
    return {
        "orderId": order, "symbol": "BTC-USD", "type": "MARKET", "side": side, "positionSide": "SHORT",
        "tradeId": id, "volume": contracts, "tradePrice": price, "amount": "0", "realizedPnl": "0.00000000",
        "commission": "0", "currency": "BTC", "buyer": side == "BUY", "maker": False,
        "tradeTime": ago(hours=hours_ago), **more,
    }  # fmt: skip


def _listed(symbol: str, asset: str, currency: str) -> dict[str, Any]:
    return {
        "contractId": "100", "symbol": symbol, "size": "0.0001", "quantityPrecision": 4, "pricePrecision": 1,
        "feeRate": 0.0005, "makerFeeRate": 0.0002, "takerFeeRate": 0.0005, "tradeMinLimit": 0,
        "tradeMinQuantity": 0.0001, "tradeMinUSDT": 2, "currency": currency, "asset": asset, "status": 1,
        "apiStateOpen": "true", "apiStateClose": "true", "ensureTrigger": True,
    }  # fmt: skip


def _prices(api: str, ticker: str, index: str, symbol: str, price: str) -> tuple[Answer, Answer]:
    row = {
        "symbol": symbol, "priceChange": "100", "priceChangePercent": "0.5%", "lastPrice": price,
        "lastQty": "1", "highPrice": price, "lowPrice": price, "volume": "1", "quoteVolume": "1",
        "openPrice": price, "openTime": NOW_MS, "closeTime": NOW_MS, "bidPrice": price, "bidQty": "1",
        "askPrice": price, "askQty": "1",
    }  # fmt: skip
    mark = {
        "symbol": symbol, "markPrice": price, "indexPrice": price, "lastFundingRate": "0.0001",
        "nextFundingTime": NOW_MS,
    }  # fmt: skip
    is_list = api == "cswap/v1"
    return (
        answer(f"{api}/{ticker}", [row] if is_list else row, DOCS, symbol=symbol),
        answer(f"{api}/{index}", [mark] if is_list else mark, DOCS, symbol=symbol),
    )


def _tiers(symbol: str) -> Answer:
    row = {
        "tier": "Tier 1", "symbol": symbol, "minPositionVal": "0", "maxPositionVal": "900000",
        "maintMarginRatio": "0.0050", "maintAmount": "0.0",
    }  # fmt: skip
    source = f"{DOCS}/Swap/Trades%20Endpoints/Position%20and%20Maintenance%20Margin%20Ratio"
    return answer("swap/v1/maintMarginRatio", [row], source, symbol=symbol)


_LINEAR_PRICES = ("swap/v2", "quote/ticker", "quote/premiumIndex")
_SPOT = {
    "symbol": "BTC-USDT", "minNotional": 5, "maxNotional": 20000, "status": 1, "tickSize": 0.01,
    "stepSize": 0.000001, "apiStateBuy": True, "apiStateSell": True, "timeOnline": 0,
}  # fmt: skip
SHARED = (
    answer("spot/v1/common/symbols", {"symbols": [_SPOT]}, DOCS),
    answer(
        "swap/v2/quote/contracts", [_listed("BTC-USDT", "BTC", "USDT"), _listed("ETH-USDC", "ETH", "USDC")],
        f"{DOCS}/Swap/Market%20Data/USDT-M%20Perp%20Futures%20symbols",
    ),
    answer(
        "cswap/v1/market/contracts",
        [{"symbol": "BTC-USD", "pricePrecision": 1, "minTickSize": "100", "minTradeValue": "100",
          "minQty": "1.00000000", "status": 1, "timeOnline": 1713175200000}],
        f"{DOCS}/Coin-M%20Futures/Market%20Data/Contract%20Information",
    ),
    *_prices(*_LINEAR_PRICES, "BTC-USDT", "61000"),
    *_prices(*_LINEAR_PRICES, "ETH-USDC", "2900"),
    *_prices("cswap/v1", "market/ticker", "market/premiumIndex", "BTC-USD", "62500"),
    *(_tiers(symbol) for symbol in ("BTC-USDT", "ETH-USDC")),
    answer("swap/v2/server/time", {"serverTime": NOW_MS}, DOCS),
    position_mode("false"),
    positions(),
    coin_positions(),
    *(trades(symbol) for symbol in ("BTC-USDT", "ETH-USDC")),
    *(funding(symbol) for symbol in ("BTC-USDT", "ETH-USDC")),
    coin_orders("BTC-USD"),
)  # fmt: skip
