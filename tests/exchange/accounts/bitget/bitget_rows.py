"""Bitget's answers to a classic account, as its documentation shows them."""

from typing import Any

from tests.exchange.accounts.account_case import NOW_MS, Answer, ago

DOCS = "https://www.bitget.com/api-doc"
POSITIONS_DOC = f"{DOCS}/contract/position/get-all-position"
FILLS_DOC, BILLS_DOC = f"{DOCS}/contract/trade/Get-Order-Fills", f"{DOCS}/contract/account/Get-Account-Bill"
CONTRACTS_DOC = f"{DOCS}/contract/market/Get-All-Symbols-Contracts"
PRODUCTS = ("USDT-FUTURES", "USDC-FUTURES", "COIN-FUTURES")


def answer(path: str, data: Any, source: str, **params: str) -> Answer:
    envelope = {"code": "00000", "msg": "success", "requestTime": NOW_MS, "data": data}
    return Answer("GET", f"/api/{path}", envelope, params, source)


def positions(product: str, *rows: dict[str, Any]) -> Answer:
    return answer("v2/mix/position/all-position", [*rows], POSITIONS_DOC, productType=product)


def fills(product: str, *rows: dict[str, Any]) -> Answer:
    """The only page: older ones are empty."""
    data = {"fillList": [*rows], "endId": None}
    return answer("v2/mix/order/fills", data, FILLS_DOC, productType=product)


def bills(product: str, *rows: dict[str, Any]) -> Answer:
    data = {"bills": [*rows], "endId": None}
    return answer("v2/mix/account/bill", data, BILLS_DOC, productType=product)


POSITION = {
    "marginCoin": "USDT", "symbol": "BTCUSDT", "holdSide": "long", "openDelegateSize": "0",
    "marginSize": "3000", "available": "0.5", "locked": "0", "total": "0.5", "leverage": "10",
    "achievedProfits": "0", "openPriceAvg": "60000", "marginMode": "crossed", "posMode": "one_way_mode",
    "unrealizedPL": "500", "liquidationPrice": "51234.5", "keepMarginRate": "0.004", "markPrice": "61000",
    "marginRatio": "0.02", "breakEvenPrice": "60066", "totalFee": "", "deductedFee": "18", "grant": "",
    "assetMode": "single", "autoMargin": "off", "takeProfit": "", "stopLoss": "", "takeProfitId": "",
    "stopLossId": "", "cTime": f"{ago(hours=3)}", "uTime": f"{ago(hours=2)}",
}  # fmt: skip

FILL = {
    "tradeId": "", "symbol": "BTCUSDT", "orderId": "1111468664264753162", "price": "60000",
    "baseVolume": "0.5", "feeDetail": [], "side": "buy", "quoteVolume": "30000", "profit": "0",
    "enterPointSource": "web", "tradeSide": "buy_single", "posMode": "one_way_mode", "tradeScope": "taker",
    "cTime": f"{ago(hours=2)}",
}  # fmt: skip


def fill(
    id: str, hours_ago: float, side: str, size: str, price: str, fee: str, profit: str = "0", **more: str
) -> dict[str, Any]:
    """An execution; `fee` is an amount and its coin, negative if paid."""
    amount, coin = fee.split()
    detail = {"deduction": "no", "feeCoin": coin, "totalDeductionFee": None, "totalFee": amount}
    return FILL | {
        "tradeId": id, "cTime": f"{ago(hours=hours_ago)}", "side": side, "baseVolume": size, "price": price,
        "feeDetail": [detail], "profit": profit, "tradeSide": f"{side}_single",
    } | more  # fmt: skip


def hedged(kind: str) -> dict[str, str]:
    return {"tradeSide": kind, "posMode": "hedge_mode"}


def funding(
    id: str, hours_ago: float, amount: str, coin: str = "USDT", symbol: str = "BTCUSDT"
) -> dict[str, Any]:
    return {
        "billId": id, "symbol": symbol, "amount": amount, "fee": "0", "feeByCoupon": "",
        "businessType": "contract_settle_fee", "coin": coin, "balance": "10000",
        "cTime": f"{ago(hours=hours_ago)}",
    }  # fmt: skip


def _listed(symbol: str, base: str, quote: str, coin: str) -> dict[str, Any]:
    return {
        "symbol": symbol, "baseCoin": base, "quoteCoin": quote, "buyLimitPriceRatio": "0.05",
        "sellLimitPriceRatio": "0.05", "feeRateUpRatio": "0.005", "makerFeeRate": "0.0002",
        "takerFeeRate": "0.0006", "openCostUpRatio": "0.01", "supportMarginCoins": [coin],
        "minTradeNum": "0.001", "priceEndStep": "1", "volumePlace": "3", "pricePlace": "1",
        "sizeMultiplier": "0.001", "symbolType": "perpetual", "minTradeUSDT": "5", "symbolStatus": "normal",
        "offTime": "-1", "limitOpenTime": "-1", "deliveryTime": "", "maintainTime": "", "fundInterval": "8",
        "minLever": "1", "maxLever": "125", "posLimit": "0.05",
    }  # fmt: skip


def _contracts(product: str, *rows: dict[str, Any]) -> Answer:
    return answer("v2/mix/market/contracts", [*rows], CONTRACTS_DOC, productType=product)


def _prices(symbol: str, price: str) -> tuple[Answer, ...]:
    ticker = {
        "symbol": symbol, "lastPr": price, "askPr": price, "bidPr": price, "markPrice": price,
        "change24h": "0.01", "ts": f"{NOW_MS}",
    }  # fmt: skip
    tier = {
        "symbol": symbol, "level": "1", "startUnit": "0", "endUnit": "150000", "leverage": "125",
        "keepMarginRate": "0.004",
    }  # fmt: skip
    tiers_doc = f"{DOCS}/contract/position/Get-Query-Position-Lever"
    return (
        answer("v2/mix/market/ticker", [ticker], f"{DOCS}/contract/market/Get-Ticker", symbol=symbol),
        answer("v2/mix/market/query-position-lever", [tier], tiers_doc, symbol=symbol),
    )


PRICES = (
    *_prices("BTCUSDT", "61000"),
    *_prices("ETHUSDT", "2900"),
    *_prices("BTCUSD", "62500"),
)
CLASSIC = Answer(
    "GET",
    "/api/v3/account/settings",
    {
        "code": "40084",
        "msg": "You are in Classic Account mode, and the Unified Account API is not supported at this time",
        "requestTime": NOW_MS,
        "data": None,
    },
    source=f"{DOCS}/common/error-code",
)
SHARED = (
    CLASSIC,
    answer("v2/public/time", {"serverTime": f"{NOW_MS}"}, f"{DOCS}/common/public/Get-Server-Time"),
    answer("v2/spot/public/symbols", [], f"{DOCS}/spot/market/Get-Symbols"),
    answer("v2/margin/currencies", [], f"{DOCS}/margin/common/support-currencies"),
    _contracts(
        "USDT-FUTURES",
        _listed("BTCUSDT", "BTC", "USDT", "USDT"),
        _listed("ETHUSDT", "ETH", "USDT", "USDT"),
    ),
    _contracts("COIN-FUTURES", _listed("BTCUSD", "BTC", "USD", "BTC")),
    *(_contracts(product) for product in ("USDC-FUTURES", "SUSDT-FUTURES", "SCOIN-FUTURES", "SUSDC-FUTURES")),
    *PRICES,
    *(positions(product) for product in PRODUCTS),
    answer(
        "v2/mix/position/history-position",
        {"list": [], "endId": None},
        f"{DOCS}/contract/position/Get-History-Position",
    ),
    *(fills(product) for product in PRODUCTS),
    *(bills(product) for product in PRODUCTS),
)
