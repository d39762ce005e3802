"""Lists of markets as the exchanges send them, for ccxt's own parsers.

The fields are those of the exchanges' API documents, shortened to what ccxt reads. Each list holds the
markets of BTC, by which a user's text can be ambiguous.
"""

from typing import Any

Answers = dict[str, Any]
Row = dict[str, Any]


def _steps(tick: str, lot: str) -> list[Row]:
    return [{"filterType": "PRICE_FILTER", "tickSize": tick}, {"filterType": "LOT_SIZE", "stepSize": lot}]


def _binance_spot(base: str, quote: str) -> Row:
    return {"symbol": base + quote, "status": "TRADING", "baseAsset": base, "quoteAsset": quote,
            "isSpotTradingAllowed": True, "isMarginTradingAllowed": True, "permissions": [],
            "permissionSets": [["SPOT", "MARGIN"]], "filters": _steps("0.01", "0.00001"),
            "orderTypes": ["LIMIT"]}  # fmt: skip


def _binance_linear(base: str, margin: str = "USDT", delivered: str = "") -> Row:
    return {"symbol": base + margin + (f"_{delivered}" if delivered else ""), "pair": base + margin,
            "contractType": "CURRENT_QUARTER" if delivered else "PERPETUAL", "status": "TRADING",
            "deliveryDate": 1774598400000 if delivered else 4133404800000, "onboardDate": 1569398400000,
            "baseAsset": base, "quoteAsset": margin, "marginAsset": margin, "underlyingType": "COIN",
            "filters": _steps("0.10", "0.001"), "orderTypes": ["LIMIT"]}  # fmt: skip


def _binance_inverse(id: str, contract: str, delivery: int) -> Row:
    return {"symbol": id, "pair": "BTCUSD", "contractType": contract, "contractStatus": "TRADING",
            "deliveryDate": delivery, "onboardDate": 1597042800000, "contractSize": 100, "baseAsset": "BTC",
            "quoteAsset": "USD", "marginAsset": "BTC", "filters": _steps("0.1", "1"),
            "orderTypes": ["LIMIT"]}  # fmt: skip


_FAPI = [_binance_linear("BTC"), _binance_linear("BTC", "USDC"), _binance_linear("BTC", delivered="260327")]
_DAPI = [
    _binance_inverse("BTCUSD_PERP", "PERPETUAL", 4133404800000),
    _binance_inverse("BTCUSD_260327", "CURRENT_QUARTER", 1774598400000),
]
_BINANCE: Answers = {
    "/api/v3/exchangeInfo": {"symbols": [_binance_spot("BTC", "USDT"), _binance_spot("DOT", "BTC")]},
    "/fapi/v1/exchangeInfo": {"symbols": _FAPI},
    "/dapi/v1/exchangeInfo": {"symbols": _DAPI},
    "/allPairs": [],
}


def _bybit(parameters: Row) -> Row:
    linear = {"status": "Trading", "baseCoin": "BTC", "launchTime": "1585526400000", "deliveryTime": "0",
              "leverageFilter": {"minLeverage": "1", "maxLeverage": "100.00", "leverageStep": "0.01"},
              "priceFilter": {"tickSize": "0.10"}, "lotSizeFilter": {"qtyStep": "0.001"}}  # fmt: skip
    rows: dict[str, list[Row]] = {
        "spot": [{"symbol": "BTCUSDT", "baseCoin": "BTC", "quoteCoin": "USDT", "status": "Trading",
                  "marginTrading": "utaOnly", "lotSizeFilter": {"basePrecision": "0.000001"},
                  "priceFilter": {"tickSize": "0.01"}}],
        "linear": [
            linear | {"symbol": "BTCUSDT", "contractType": "LinearPerpetual", "quoteCoin": "USDT",
                      "settleCoin": "USDT"},
            linear | {"symbol": "BTCPERP", "contractType": "LinearPerpetual", "quoteCoin": "USDC",
                      "settleCoin": "USDC"},
        ],
        "inverse": [linear | {"symbol": "BTCUSD", "contractType": "InversePerpetual", "quoteCoin": "USD",
                              "settleCoin": "BTC"}],
    }  # fmt: skip
    listed = [] if parameters.get("status") == "PreLaunch" else rows.get(parameters["category"], [])
    return {
        "retCode": 0,
        "result": {"category": parameters["category"], "list": listed, "nextPageCursor": ""},
    }


def _okx(parameters: Row) -> Row:
    def row(id: str, **more: Any) -> Row:
        return {"instId": id, "instType": parameters["instType"], "instFamily": "", "uly": "", "alias": "",
                "baseCcy": "", "quoteCcy": "", "settleCcy": "", "ctVal": "", "ctMult": "", "ctType": "",
                "ctValCcy": "", "expTime": "", "lever": "10", "lotSz": "0.1", "minSz": "0.1", "tickSz": "0.1",
                "state": "live", **more}  # fmt: skip

    linear = {"instFamily": "BTC-USDT", "uly": "BTC-USDT", "settleCcy": "USDT", "ctVal": "0.01",
              "ctMult": "1", "ctType": "linear", "ctValCcy": "BTC"}  # fmt: skip
    inverse = {"instFamily": "BTC-USD", "uly": "BTC-USD", "settleCcy": "BTC", "ctVal": "100", "ctMult": "1",
               "ctType": "inverse", "ctValCcy": "USD"}  # fmt: skip
    rows = {
        "SPOT": [row("BTC-USDT", baseCcy="BTC", quoteCcy="USDT")],
        "SWAP": [row("BTC-USDT-SWAP", **linear), row("BTC-USD-SWAP", **inverse)],
        "FUTURES": [row("BTC-USDT-260327", **linear, alias="quarter", expTime="1774598400000")],
    }
    return {"code": "0", "msg": "", "data": rows.get(parameters["instType"], [])}


def _bitget_contract(parameters: Row) -> Row:
    row = {"baseCoin": "BTC", "minTradeNum": "0.0001", "priceEndStep": "1", "volumePlace": "4",
           "pricePlace": "1", "sizeMultiplier": "0.0001", "symbolType": "perpetual", "symbolStatus": "normal",
           "offTime": "-1", "minLever": "1", "maxLever": "125", "deliveryTime": ""}  # fmt: skip
    rows = {
        "USDT-FUTURES": [
            row | {"symbol": "BTCUSDT", "quoteCoin": "USDT", "supportMarginCoins": ["USDT"]},
            row | {"symbol": "ETHUSDT", "baseCoin": "ETH", "quoteCoin": "USDT",
                   "supportMarginCoins": ["USDT"]},
        ],
        "USDC-FUTURES": [row | {"symbol": "BTCPERP", "quoteCoin": "USDC", "supportMarginCoins": ["USDC"]}],
        "COIN-FUTURES": [
            row | {"symbol": "BTCUSD", "quoteCoin": "USD", "supportMarginCoins": ["BTC", "ETH"]},
            row | {"symbol": "BTCUSDH26", "quoteCoin": "USD", "supportMarginCoins": ["BTC", "ETH"],
                   "symbolType": "delivery", "deliveryTime": "1774598400000"},
        ],
    }  # fmt: skip
    return {"code": "00000", "data": rows.get(parameters["productType"], [])}


_BITGET_SPOT = {"minTradeAmount": "0", "maxTradeAmount": "900000000000000000000", "pricePrecision": "2",
                "quantityPrecision": "6", "quotePrecision": "8", "status": "online"}  # fmt: skip
_HTX_SPOT = {"price-precision": 2, "amount-precision": 6, "value-precision": 8, "state": "online",
             "symbol-partition": "main", "api-trading": "enabled", "leverage-ratio": 5}  # fmt: skip
_HTX_CONTRACT = {"symbol": "BTC", "price_tick": 0.1, "delivery_time": "", "create_date": "20201021",
                 "contract_status": 1}  # fmt: skip
_KRAKEN = {"tradeable": True, "contractValueTradePrecision": 4, "category": "Layer 1", "tags": [],
           "tickSize": 1, "fundingRateCoefficient": 8, "marginLevels": []}  # fmt: skip


def _hyperliquid(parameters: Row) -> Any:
    price = {"funding": "0.0000125", "openInterest": "25000.1", "prevDayPx": "60000.0", "dayNtlVlm": "1.0",
             "premium": "0.0001", "oraclePx": "61000.0", "markPx": "61001.0", "midPx": "61000.5",
             "impactPxs": ["61000.0", "61001.0"], "dayBaseVlm": "1.0"}  # fmt: skip
    token = {"weiDecimals": 8, "isCanonical": True, "evmContract": None, "fullName": None}
    spot = {
        "tokens": [
            {"name": "USDC", "szDecimals": 8, "index": 0, **token},
            {"name": "UBTC", "szDecimals": 5, "index": 197, **token, "fullName": "Unit Bitcoin"},
            {"name": "USDH", "szDecimals": 2, "index": 360, **token},
        ],
        "universe": [{"name": "@142", "tokens": [1, 0], "index": 0, "isCanonical": False}],
    }
    perpetual = {"szDecimals": 5, "maxLeverage": 40, "marginTableId": 56}
    perpetuals: dict[str, Row] = {
        "": {"universe": [{"name": "BTC", **perpetual}, {"name": "ETH", **perpetual},
                          {"name": "kPEPE", **perpetual}], "collateralToken": 0},
        "flx": {"universe": [{"name": "flx:TSLA", **perpetual}], "collateralToken": 360},
    }  # fmt: skip
    meta = perpetuals[parameters.get("dex", "")]
    return {
        "spotMeta": spot,
        "spotMetaAndAssetCtxs": [spot, [price]],
        "perpDexs": [None, {"name": "flx", "fullName": "Felix"}],
        "metaAndAssetCtxs": [meta, [price] * len(meta["universe"])],
        "exchangeStatus": {"time": 1795282179000, "specialStatuses": None},
        "clearinghouseState": {
            "marginSummary": {"accountValue": "1000.0", "totalNtlPos": "610.01", "totalMarginUsed": "61.0"},
            "withdrawable": "939.0",
            "time": 1795282179000,
            "assetPositions": [{"type": "oneWay", "position": {
                "coin": "BTC", "szi": "0.01", "entryPx": "60000.0",
                "leverage": {"type": "cross", "value": 10},
                "positionValue": "610.01", "unrealizedPnl": "10.01", "returnOnEquity": "0.1668",
                "liquidationPx": "5000.0", "marginUsed": "61.0", "maxLeverage": 40,
                "cumFunding": {"allTime": "0.0", "sinceOpen": "0.0", "sinceChange": "0.0"}}}],
        },
    }[parameters["type"]]  # fmt: skip


def _gate_contract(name: str, kind: str, multiplier: str) -> Row:
    return {"name": name, "type": kind, "quanto_multiplier": multiplier, "order_price_round": "0.1",
            "mark_price": "61000", "last_price": "61000", "order_size_min": 1, "order_size_max": 1000000,
            "order_price_deviate": "0.5", "leverage_min": "1", "leverage_max": "125", "status": "trading",
            "in_delisting": False, "create_time": 1546905600}  # fmt: skip


_GATE_SPOT = {"id": "BTC_USDT", "base": "BTC", "quote": "USDT", "fee": "0.2", "amount_precision": 6,
              "precision": 1, "trade_status": "tradable", "type": "normal"}  # fmt: skip
_KUCOIN: Answers = {
    "/api/v2/symbols": {"code": "200000", "data": [{
        "symbol": "BTC-USDT", "name": "BTC-USDT", "baseCurrency": "BTC", "quoteCurrency": "USDT",
        "baseIncrement": "0.00000001", "quoteIncrement": "0.000001", "priceIncrement": "0.1",
        "isMarginEnabled": True, "enableTrading": True}]},
    "/api/v1/contracts/active": {"code": "200000", "data": [
        {"symbol": f"XBT{quote}M", "rootSymbol": quote, "type": "FFWCSX", "expireDate": None,
         "baseCurrency": "XBT", "quoteCurrency": quote, "settleCurrency": settle, "lotSize": 1,
         "tickSize": 0.1, "multiplier": multiplier, "isInverse": settle == "XBT", "status": "Open",
         "nextFundingRateTime": 25481884, "maxLeverage": 125}
        for quote, settle, multiplier in (("USDT", "USDT", 0.001), ("USD", "XBT", -1.0))]},
    "/market/allTickers": {"code": "200000", "data": {"ticker": []}},
}  # fmt: skip
_DERIBIT = {"tick_size": 0.5, "taker_commission": 0.0005, "maker_commission": 0.0, "base_currency": "BTC",
            "min_trade_amount": 10.0, "is_active": True, "max_leverage": 50,
            "creation_timestamp": 1534242287000}  # fmt: skip
_PHEMEX = {"priceScale": 4, "ratioScale": 8, "valueScale": 8, "tickSize": 0.5, "status": "Listed",
           "maxLeverage": 100, "lotSize": 1, "listTime": 1574650800000}  # fmt: skip
_LIGHTER = {"status": "active", "taker_fee": "0.0000", "maker_fee": "0.0000", "min_base_amount": "0.00020",
            "min_quote_amount": "10.0", "size_decimals": 5, "price_decimals": 1,
            "default_initial_margin_fraction": 500, "min_initial_margin_fraction": 200}  # fmt: skip

MARKETS: dict[str, Answers] = {
    "binance": _BINANCE,
    "binanceusdm": _BINANCE,
    "binancecoinm": _BINANCE,
    "bybit": {"instruments-info": _bybit, "query-api": {"retCode": 0, "result": {"uta": 1, "unified": 0}}},
    "okx": {"instruments": _okx},
    "bitget": {
        "/v2/spot/public/symbols": {"code": "00000", "data": [
            {"symbol": "BTCUSDT", "baseCoin": "BTC", "quoteCoin": "USDT", **_BITGET_SPOT},
            {"symbol": "BTCUSDC", "baseCoin": "BTC", "quoteCoin": "USDC", **_BITGET_SPOT}]},
        "/v2/mix/market/contracts": _bitget_contract,
        "/v2/margin/currencies": {"code": "00000", "data": []},
    },
    "htx": {
        "/v1/common/symbols": {"status": "ok", "data": [
            {"base-currency": "btc", "quote-currency": "usdt", "symbol": "btcusdt", **_HTX_SPOT}]},
        "/linear-swap-api/v1/swap_contract_info": {"status": "ok", "data": [
            {**_HTX_CONTRACT, "contract_code": "BTC-USDT", "contract_size": 0.001, "pair": "BTC-USDT",
             "support_margin_mode": "all", "business_type": "swap", "contract_type": "swap"}]},
        "/swap-api/v1/swap_contract_info": {"status": "ok", "data": [
            {**_HTX_CONTRACT, "contract_code": "BTC-USD", "contract_size": 100}]},
        "/api/v1/contract_contract_info": {"status": "ok", "data": [
            {**_HTX_CONTRACT, "contract_code": "BTC260327", "contract_type": "quarter", "contract_size": 100,
             "delivery_date": "20260327", "delivery_time": "1774598400000"}]},
    },
    "krakenfutures": {"/instruments": {"result": "success", "instruments": [
        {**_KRAKEN, "symbol": "PF_XBTUSD", "type": "flexible_futures", "pair": "XBT:USD", "base": "XBT",
         "quote": "USD", "contractSize": 1},
        {**_KRAKEN, "symbol": "PI_XBTUSD", "type": "futures_inverse", "pair": "XBT:USD", "base": "XBT",
         "quote": "USD", "contractSize": 1, "underlying": "rr_xbtusd"},
        {**_KRAKEN, "symbol": "FI_XBTUSD_260327", "type": "futures_inverse", "pair": "XBT:USD", "base": "XBT",
         "quote": "USD", "contractSize": 1, "underlying": "rr_xbtusd",
         "lastTradingTime": "2026-03-27T08:00:00.000Z"}]}},
    "hyperliquid": {"/info": _hyperliquid},
    "gate": {
        "/spot/currency_pairs": [_GATE_SPOT],
        "/margin/currency_pairs": [],
        "/futures/usdt/contracts": [_gate_contract("BTC_USDT", "direct", "0.0001")],
        "/futures/btc/contracts": [_gate_contract("BTC_USD", "inverse", "0")],
        "/contracts": [],
        "/options/underlyings": [],
    },
    "kucoin": _KUCOIN,
    "kucoinfutures": _KUCOIN,
    "deribit": {"/get_instruments": {"result": [
        {**_DERIBIT, "instrument_name": "BTC-PERPETUAL", "kind": "future", "settlement_period": "perpetual",
         "settlement_currency": "BTC", "quote_currency": "USD", "counter_currency": "USD",
         "contract_size": 10.0, "future_type": "reversed", "instrument_type": "reversed",
         "expiration_timestamp": 32503708800000},
        {**_DERIBIT, "instrument_name": "BTC_USDC-PERPETUAL", "kind": "future",
         "settlement_period": "perpetual", "settlement_currency": "USDC", "quote_currency": "USDC",
         "counter_currency": "USDC",
         "contract_size": 0.001, "future_type": "linear", "instrument_type": "linear",
         "expiration_timestamp": 32503708800000},
        {**_DERIBIT, "instrument_name": "BTC_USDC", "kind": "spot", "quote_currency": "USDC",
         "counter_currency": "USDC", "contract_size": 0.0001, "expiration_timestamp": 32503708800000}]}},
    "bingx": {
        "/spot/v1/common/symbols": {"code": 0, "data": {"symbols": [
            {"symbol": "BTC-USDT", "minNotional": 5, "maxNotional": 20000, "status": 1, "tickSize": 0.01,
             "stepSize": 0.000001, "apiStateBuy": True, "apiStateSell": True}]}},
        "/swap/v2/quote/contracts": {"code": 0, "data": [
            {"contractId": "100", "symbol": "BTC-USDT", "size": "0.0001", "quantityPrecision": 4,
             "pricePrecision": 1, "currency": "USDT", "asset": "BTC", "status": 1, "apiStateOpen": "true",
             "apiStateClose": "true"}]},
        "/cswap/v1/market/contracts": {"code": 0, "data": [
            {"symbol": "BTC-USD", "pricePrecision": 1, "minTickSize": "100", "minTradeValue": "100",
             "minQty": "1.00000000", "status": 1, "timeOnline": 1713175200000}]},
    },
    "mexc": {
        "/api/v3/exchangeInfo": {"symbols": [
            {"symbol": "BTCUSDT", "status": "1", "baseAsset": "BTC", "quoteAsset": "USDT",
             "baseAssetPrecision": 6, "quoteAssetPrecision": 2, "isSpotTradingAllowed": True,
             "isMarginTradingAllowed": False, "permissions": ["SPOT"], "filters": []}]},
        "/contract/detail": {"success": True, "code": 0, "data": [
            {"symbol": f"BTC_{quote}", "baseCoin": "BTC", "quoteCoin": quote, "settleCoin": settle,
             "contractSize": size, "minLeverage": 1, "maxLeverage": 125, "priceUnit": 0.1, "volUnit": 1,
             "minVol": 1, "maxVol": 1000000, "state": 0}
            for quote, settle, size in (("USDT", "USDT", 0.0001), ("USD", "BTC", 100))]},
    },
    "phemex": {
        "/public/products": {"code": 0, "data": {
            "products": [
                {**_PHEMEX, "symbol": "BTCUSD", "type": "Perpetual", "displaySymbol": "BTC / USD",
                 "contractUnderlyingAssets": "USD", "settleCurrency": "BTC", "quoteCurrency": "USD",
                 "baseCurrency": "BTC", "contractSize": 1.0, "indexSymbol": ".BTC"},
                {**_PHEMEX, "symbol": "sBTCUSDT", "type": "Spot", "displaySymbol": "BTC / USDT",
                 "quoteCurrency": "USDT", "baseCurrency": "BTC", "baseTickSize": "0.000001 BTC",
                 "quoteTickSize": "0.01 USDT", "minOrderValue": "1 USDT"}],
            "perpProductsV2": [
                {**_PHEMEX, "symbol": "BTCUSDT", "type": "PerpetualV2", "displaySymbol": "BTC / USDT",
                 "contractUnderlyingAssets": "BTC", "settleCurrency": "USDT", "quoteCurrency": "USDT",
                 "baseCurrency": "BTC", "tickSize": "0.1", "qtyStepSize": "0.001"}],
            "riskLimits": [], "riskLimitsV2": [], "leverages": []}},
    },
    "aster": {
        "/api/v3/exchangeInfo": {"symbols": [_binance_spot("BTC", "USDT")]},
        "/fapi/v3/exchangeInfo": {"symbols": [_binance_linear("BTC")]},
    },
    "lighter": {"/orderBookDetails": {"code": 200, "order_book_details": [
        {"symbol": "BTC", "market_id": 1, "market_type": "perp", **_LIGHTER}],
        "spot_order_book_details": []}},
}  # fmt: skip
"""Answers of each exchange to ccxt's `load_markets`, by the end of the path."""
