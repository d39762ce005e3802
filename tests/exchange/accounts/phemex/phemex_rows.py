"""Phemex's answers, as its documentation shows them."""

from typing import Any

from tests.exchange.accounts.account_case import NOW_MS, Answer, Query, ago

DOCS = "https://github.com/phemex/phemex-api-docs/blob/master"
HEDGED_DOCS = f"{DOCS}/Public-Hedged-Perpetual-API.md"
CONTRACT_DOCS = f"{DOCS}/Public-Contract-API-en.md"


def _envelope(data: Any) -> Any:
    return {"code": 0, "msg": "OK", "data": data}


def positions(currency: str, *rows: dict[str, Any]) -> Answer:
    """USDT and USDC: numbers as texts, in an API of their own."""
    newer = currency in ("USDT", "USDC")
    path = "/g-accounts/accountPositions" if newer else "/accounts/accountPositions"
    source = (
        f"{HEDGED_DOCS}#query-account-positions"
        if newer
        else f"{CONTRACT_DOCS}#query-trading-account-and-positions"
    )
    account = {"accountId": 123450003, "currency": currency, "userID": 12345}
    body = _envelope({"account": account, "positions": [*rows]})
    return Answer("GET", path, body, {"currency": currency}, source)


def trades(symbol: str, *rows: dict[str, Any]) -> Answer:
    """Those of the requested time, the newest first."""

    def listed(query: Query) -> Any:
        since, until = int(query["start"]), int(query["end"])
        found = [row for row in rows if since <= row["transactTimeNs"] // 1_000_000 <= until]
        return _envelope({"total": len(found), "rows": found})

    if symbol in SCALED:
        return Answer(
            "GET", "/exchange/order/trade", listed, {"symbol": symbol}, f"{CONTRACT_DOCS}#query-user-trade"
        )
    source = f"{HEDGED_DOCS}#query-trades-history"
    return Answer("GET", "/api-data/g-futures/trades", listed, {"symbol": symbol}, source)


def funding(symbol: str, *rows: dict[str, Any]) -> Answer:
    """Pages by offset, the newest first."""

    def listed(query: Query) -> Any:
        offset, limit = int(query["offset"]), int(query["limit"])
        return _envelope({"rows": rows[offset : offset + limit]})

    api, docs = ("futures", CONTRACT_DOCS) if symbol in SCALED else ("g-futures", HEDGED_DOCS)
    path = f"/api-data/{api}/funding-fees"
    return Answer("GET", path, listed, {"symbol": symbol}, f"{docs}#query-funding-fees-history")


SCALED = ("BTCUSD", "ETHUSD")
"""Markets whose prices and amounts are integers."""

POSITION = {
    "userID": 12345, "accountID": 123450003, "symbol": "BTCUSDT", "currency": "USDT", "side": "Buy",
    "positionStatus": "Normal", "crossMargin": False, "leverageRr": "10", "initMarginReqRr": "0.1",
    "maintMarginReqRr": "0.005", "riskLimitRv": "2000000", "size": "0.5", "valueRv": "30000",
    "avgEntryPriceRp": "60000", "avgEntryPrice": "60000", "posCostRv": "3034.2",
    "assignedPosBalanceRv": "3034.2", "bankruptCommRv": "16.2", "bankruptPriceRp": "54000",
    "positionMarginRv": "3018", "liquidationPriceRp": "54300.5", "deleveragePercentileRr": "0",
    "buyValueToCostRr": "0.10114", "sellValueToCostRr": "0.10126", "markPriceRp": "61000",
    "estimatedOrdLossRv": "0", "usedBalanceRv": "3034.2", "cumClosedPnlRv": "0", "cumFundingFeeRv": "0",
    "cumTransactFeeRv": "18", "transactTimeNs": ago(hours=2) * 1_000_000, "takerFeeRateRr": "-1",
    "makerFeeRateRr": "-1", "term": 1, "lastTermEndTimeNs": 0, "lastFundingTimeNs": 0,
    "curTermRealisedPnlRv": "-18", "execSeq": 2260172450, "posSide": "Merged", "posMode": "OneWay",
}  # fmt: skip
"""Amounts are in coins, values at the entry price. The assigned balance includes the closing fee."""
SCALED_POSITION = {
    "userID": 12345, "accountID": 123450001, "symbol": "BTCUSD", "currency": "BTC", "side": "Buy",
    "positionStatus": "Normal", "crossMargin": False, "leverageEr": 1000000000, "leverage": 10.0,
    "initMarginReqEr": 10000000, "initMarginReq": 0.1, "maintMarginReqEr": 500000, "maintMarginReq": 0.005,
    "riskLimitEv": 10000000000, "riskLimit": 100.0, "size": 30000, "value": 0.5, "valueEv": 50000000,
    "avgEntryPriceEp": 600000000, "avgEntryPrice": 60000.0, "posCostEv": 5071000, "posCost": 0.05071,
    "assignedPosBalanceEv": 5071000, "assignedPosBalance": 0.05071, "bankruptCommEv": 37500,
    "bankruptComm": 0.000375, "bankruptPriceEp": 545455000, "bankruptPrice": 54545.5,
    "positionMarginEv": 5033500, "positionMargin": 0.050335, "liquidationPriceEp": 547005000,
    "liquidationPrice": 54700.5, "deleveragePercentileEr": 0, "deleveragePercentile": 0,
    "buyValueToCostEr": 10114000, "buyValueToCost": 0.10114, "sellValueToCostEr": 10126000,
    "sellValueToCost": 0.10126, "markPriceEp": 625000000, "markPrice": 62500.0, "markValueEv": 0,
    "markValue": None, "unRealisedPosLossEv": 0, "unRealisedPosLoss": None, "estimatedOrdLossEv": 0,
    "estimatedOrdLoss": 0, "usedBalanceEv": 5071000, "usedBalance": 0.05071, "takeProfitEp": 0,
    "takeProfit": None, "stopLossEp": 0, "stopLoss": None, "cumClosedPnlEv": 0, "cumFundingFeeEv": 0,
    "cumTransactFeeEv": 0, "realisedPnlEv": 0, "realisedPnl": None, "cumRealisedPnlEv": 0,
    "cumRealisedPnl": None, "transactTimeNs": ago(hours=2) * 1_000_000, "takerFeeRateEr": 0,
    "makerFeeRateEr": 0, "term": 6, "execSeq": 12112761561,
}  # fmt: skip
"""One contract of BTCUSD is 1 USD. Prices are scaled by 10,000, BTC by 100,000,000."""

FLAT = {
    "side": "None", "size": "0", "valueRv": "0", "avgEntryPriceRp": "0", "avgEntryPrice": "0",
    "liquidationPriceRp": "0", "execSeq": 0,
}  # fmt: skip


def trade(
    id: str, hours_ago: float, side: str, amount: str, price: str, fee: str, closed: str = "0",
    pnl: str = "0", **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """A trade of a USDT contract; `closed` is the part that closed a position."""
    return {
        "action": "New", "clOrdID": "", "closedPnlRv": pnl, "closedSizeRq": closed, "currency": "USDT",
        "execFeeRv": fee, "execID": id, "execPriceRp": price, "execQtyRq": amount, "execStatus": "TakerFill",
        "execValueRv": "1", "feeRateRr": "0.0006", "orderID": "fcdfeafa-ed68-45d4-b2bd-7bc27f2b2b0b",
        "orderQtyRq": amount, "ordType": "Market", "priceRp": price, "side": side, "symbol": "BTCUSDT",
        "tradeType": "Trade", "transactTimeNs": ago(hours=hours_ago) * 1_000_000, **more,
    }  # fmt: skip


def scaled_trade(
    id: str, hours_ago: float, side: str, contracts: int, price: int, fee: int, **more: Any
) -> dict[str, Any]:
    """A trade of a contract with scaled numbers. A negative fee is a rebate."""
    return {
        "transactTimeNs": ago(hours=hours_ago) * 1_000_000, "symbol": "BTCUSD", "currency": "BTC",
        "action": "New", "side": side, "tradeType": "Trade", "execQty": contracts, "execPriceEp": price,
        "orderQty": contracts, "priceEp": price, "execValueEv": 9790209, "feeRateEr": 75000,
        "execFeeEv": fee, "ordType": "Limit", "execID": id, "clOrdID": "",
        "orderID": "b63bc982-be3a-45e0-8974-43d6375fb626", "execStatus": "TakerFill", **more,
    }  # fmt: skip


def _newer(base: str, settle: str, step: str) -> dict[str, Any]:
    return {
        "symbol": f"{base}{settle}", "code": 41541, "type": "PerpetualV2",
        "displaySymbol": f"{base} / {settle}", "contractUnderlyingAssets": base, "settleCurrency": settle,
        "quoteCurrency": settle, "tickSize": step, "priceScale": 0, "ratioScale": 0, "pricePrecision": 1,
        "baseCurrency": base, "status": "Listed", "defaultLeverage": "-10", "fundingInterval": 28800,
        "maxLeverage": 100, "maxOrderQtyRq": "1000", "maxPriceRp": "2000000000", "minPriceRp": "1000.0",
        "qtyPrecision": 3, "qtyStepSize": "0.001",
    }  # fmt: skip


def _older(base: str, settle: str) -> dict[str, Any]:
    return {
        "symbol": f"{base}USD", "code": 1, "type": "Perpetual", "displaySymbol": f"{base} / USD",
        "contractUnderlyingAssets": "USD" if settle == base else base, "settleCurrency": settle,
        "quoteCurrency": "USD", "contractSize": 1.0, "lotSize": 1, "tickSize": 0.5, "priceScale": 4,
        "ratioScale": 8, "pricePrecision": 1, "minPriceEp": 5000, "maxPriceEp": 10000000000,
        "maxOrderQty": 1000000, "status": "Listed", "defaultLeverage": "0", "maxLeverage": 100,
    }  # fmt: skip


def _product(base: str, settle: str, size: str, value_scale: int) -> dict[str, Any]:
    return {
        "symbol": f"{base}USD", "underlyingSymbol": f".{base}", "quoteCurrency": "USD", "baseCurrency": base,
        "settlementCurrency": settle, "maxOrderQty": 1000000, "maxPriceEp": 100000000000000, "lotSize": 1,
        "tickSize": "0.5", "contractSize": size, "priceScale": 4, "ratioScale": 8, "valueScale": value_scale,
        "defaultLeverage": 0, "maxLeverage": 100, "makerFeeRateEr": -250000, "takerFeeRateEr": 750000,
        "fundingInterval": 8, "type": "Perpetual",
    }  # fmt: skip


def _ticker(symbol: str, price: float) -> Answer:
    if symbol in SCALED:
        scaled = round(price * 10_000)
        result: dict[str, Any] = {
            "askEp": scaled + 5000, "bidEp": scaled - 5000, "fundingRateEr": 10000, "highEp": scaled,
            "indexEp": scaled, "lastEp": scaled, "lowEp": scaled, "markEp": scaled, "openEp": scaled,
            "openInterest": 1298050, "predFundingRateEr": 19921, "symbol": symbol,
            "timestamp": NOW_MS * 1_000_000, "turnoverEv": 47228362330, "volume": 4053863,
        }  # fmt: skip
        path = "/v1/md/ticker/24hr"
    else:
        result = {
            "closeRp": str(price), "fundingRateRr": "0.0001", "highRp": str(price), "lowRp": str(price),
            "indexPriceRp": str(price), "markPriceRp": str(price), "openInterestRv": "1323.596",
            "openRp": str(price), "predFundingRateRr": "0.0001", "symbol": symbol,
            "timestamp": str(NOW_MS * 1_000_000), "turnoverRv": "124835296.0538", "volumeRq": "7406.95",
        }  # fmt: skip
        path = "/md/v2/ticker/24hr"
    return Answer("GET", path, {"error": None, "id": 0, "result": result}, {"symbol": symbol})


_PRODUCTS = {
    "currencies": [
        {"currency": "BTC", "name": "Bitcoin", "code": 1, "valueScale": 8, "status": "Listed"},
        {"currency": "USD", "name": "USD", "code": 2, "valueScale": 4, "status": "Listed"},
    ],
    "products": [_older("BTC", "BTC"), _older("ETH", "USD")],
    "perpProductsV2": [
        _newer("BTC", "USDT", "0.1"), _newer("ETH", "USDT", "0.01"), _newer("BTC", "USDC", "0.1"),
    ],
    "riskLimits": [], "riskLimitsV2": [], "leverages": [], "leveragesV2": [], "ratioScale": 8,
}  # fmt: skip
_SYMBOLS = ("BTCUSDT", "ETHUSDT", "BTCUSDC", "BTCUSD", "ETHUSD")
SHARED = (
    Answer("GET", "/public/products", _envelope(_PRODUCTS)),
    Answer(
        "GET",
        "/v1/exchange/public/products",
        _envelope([_product("BTC", "BTC", "1 USD", 8), _product("ETH", "USD", "0.005 ETH", 4)]),
    ),
    _ticker("BTCUSDT", 61000),
    _ticker("ETHUSDT", 2900),
    _ticker("BTCUSDC", 61000),
    _ticker("BTCUSD", 62500),
    _ticker("ETHUSD", 2900),
    *(positions(currency) for currency in ("USDT", "USDC", "BTC", "USD")),
    *(trades(symbol) for symbol in _SYMBOLS),
    *(funding(symbol) for symbol in _SYMBOLS),
)
