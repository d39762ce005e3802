"""HTX's answers, as its documentation shows them."""

from typing import Any

from tests.exchange.accounts.account_case import NOW_MS, Answer, Query, ago

V5_DOCS = "https://www.htx.com/en-us/opend/newApiPages/?id=8cb89359-77b5-11ed-9966"
POSITIONS_DOC = f"{V5_DOCS}-19594266bd8"
TRADES_DOC = f"{V5_DOCS}-195898804f0"
BILLS_DOC = f"{V5_DOCS}-19b930b8bee"
SWAP_DOCS = "https://huobiapi.github.io/docs/coin_margined_swap/v1/en"
FUTURES_DOCS = "https://huobiapi.github.io/docs/dm/v1/en"

SWAP_API, FUTURES_API = "/swap-api", "/api"


def positions(*rows: dict[str, Any]) -> Answer:
    return Answer("GET", "/v5/trade/position/opens", _v5([*rows]), source=POSITIONS_DOC)


def unreadable_positions() -> Answer:
    """A failure that ccxt returns as an empty list."""
    body = {"code": 5001, "message": "System busy", "data": None, "ts": NOW_MS}
    return Answer("GET", "/v5/trade/position/opens", body, source=POSITIONS_DOC)


def swap_positions(*rows: dict[str, Any]) -> Answer:
    path = f"{SWAP_API}/v1/swap_position_info"
    return Answer("POST", path, _ok([*rows]), source=f"{SWAP_DOCS}/#query-user-s-position-information")


def futures_positions(*rows: dict[str, Any]) -> Answer:
    path = f"{FUTURES_API}/v1/contract_position_info"
    return Answer("POST", path, _ok([*rows]), source=f"{FUTURES_DOCS}/#query-user-s-position-information")


def trades(code: str, *rows: dict[str, Any]) -> Answer:
    """Those of the requested time, the newest first."""

    def listed(query: Query) -> Any:
        return _v5([row for row in rows if _is_within(query, row["created_time"])])

    return Answer("GET", "/v5/trade/order/details", listed, {"contract_code": code}, TRADES_DOC)


def swap_trades(code: str, *rows: dict[str, Any]) -> Answer:
    def listed(query: Query) -> Any:
        found = [row for row in rows if _is_within(query, row["create_date"])]
        return {"code": 200, "msg": "", "data": found, "ts": NOW_MS}

    path = f"{SWAP_API}/v3/swap_matchresults_exact"
    return Answer(
        "POST", path, listed, {"contract": code, "trade_type": 0}, f"{SWAP_DOCS}/#query-history-match-results"
    )


def futures_trades(code: str) -> Answer:
    body = {"code": 200, "msg": "", "data": [], "ts": NOW_MS}
    return Answer("POST", f"{FUTURES_API}/v3/contract_matchresults_exact", body, {"contract": code})


def bills(code: str, margin_mode: str, *rows: dict[str, Any]) -> Answer:
    def listed(query: Query) -> Any:
        return _v5([row for row in rows if _is_within(query, row["created_time"])])

    params = {"contract_code": code, "margin_mode": margin_mode, "type": "30,31"}
    return Answer("GET", "/v5/account/bills", listed, params, BILLS_DOC)


def swap_records(code: str, *rows: dict[str, Any]) -> Answer:
    def listed(query: Query) -> Any:
        found = [row for row in rows if _is_within(query, row["ts"])]
        return {"code": 200, "msg": "", "data": found, "ts": NOW_MS}

    source = f"{SWAP_DOCS}/#query-financial-records-via-multiple-fields-new"
    path = f"{SWAP_API}/v3/swap_financial_record_exact"
    return Answer("POST", path, listed, {"contract": code, "type": "30,31"}, source)


def _is_within(query: Query, time: object) -> bool:
    """At most 48 hours are listed."""
    since, until = int(query["start_time"]), int(query["end_time"])
    assert until - since < 48 * 3_600_000
    return since <= int(str(time)) <= until


def _v5(result: Any) -> Any:
    return {"code": 200, "message": "Success", "data": result, "ts": NOW_MS}


def _ok(result: Any) -> Any:
    return {"status": "ok", "data": result, "ts": NOW_MS}


POSITION = {
    "contract_code": "BTC-USDT", "position_side": "both", "direction": "buy", "margin_mode": "cross",
    "open_avg_price": "60000", "volume": "500", "available": "500", "lever_rate": 10, "adl_risk_percent": 3,
    "liquidation_price": "-110163.844268282697306843", "margin": "3050", "initial_margin": "3050",
    "maintenance_margin": "122", "profit_unreal": "500", "profit_rate": "0.1667", "margin_rate": "0.0012",
    "mark_price": "61000", "last_price": "61002.3", "margin_currency": "USDT", "contract_type": "swap",
    "created_time": str(ago(hours=3)), "updated_time": str(ago(hours=2)),
}  # fmt: skip
"""One contract is 0.001 BTC. Margins are at the mark price."""
SWAP_POSITION = {
    "symbol": "BTC", "contract_code": "BTC-USD", "volume": 300, "available": 300, "frozen": 0,
    "cost_open": 60000, "cost_hold": 61000, "profit_unreal": 0.0118032786885245, "profit_rate": 0.4,
    "lever_rate": 10, "position_margin": 0.048, "direction": "buy", "profit": 0.02, "last_price": 62500,
    "adl_risk_percent": "3", "liq_px": "54321.5", "new_risk_rate": "", "trade_partition": "",
}  # fmt: skip
"""One contract is 100 USD. `cost_hold` and `profit_unreal` count from the last settlement."""
FUTURE_POSITION = {
    "symbol": "BTC", "contract_code": "BTC300927", "contract_type": "next_quarter", "volume": 128,
    "available": 128, "frozen": 0, "cost_open": 62500, "cost_hold": 63000, "profit_unreal": -0.003174603,
    "profit_rate": -0.117, "lever_rate": 5, "position_margin": 0.04, "direction": "sell",
    "profit": -0.0048, "last_price": 64000,
}  # fmt: skip

TRADE = {
    "contract_code": "BTC-USDT", "order_id": "1513834754585190400", "trade_id": "152022944",
    "position_side": "both", "order_type": "1", "margin_mode": "cross", "type": "market", "role": "TAKER",
    "order_source": "api", "fee_currency": "USDT", "deduction_price": "", "contract_type": "swap",
}  # fmt: skip


def trade(
    id: str, hours_ago: float, side: str, contracts: int, price: int, fee: str, **more: Any
) -> dict[str, Any]:
    """An execution of a USDT contract. A positive fee is paid."""
    time = str(ago(hours=hours_ago))
    own = {"id": id, "side": side, "trade_volume": str(contracts), "trade_price": str(price)}
    times = {"created_time": time, "updated_time": time}
    turnover = {"trade_turnover": str(contracts * price / 1000), "trade_fee": fee, "profit": "0"}
    return TRADE | own | times | turnover | more


def swap_trade(
    match: int, hours_ago: float, direction: str, offset: str, contracts: int, price: int, fee: float,
    real_profit: float = 0,
) -> dict[str, Any]:  # fmt: skip
    """An execution of a coin-margined swap. A negative fee is paid."""
    return {
        "query_id": match, "match_id": match, "order_id": 773135295142658048, "symbol": "BTC",
        "contract_code": "BTC-USD", "direction": direction, "offset": offset, "trade_volume": contracts,
        "trade_price": price, "trade_turnover": contracts * 100, "trade_fee": fee,
        "offset_profitloss": real_profit / 2, "create_date": ago(hours=hours_ago), "role": "Maker",
        "order_source": "web", "order_id_str": "773135295142658048", "fee_asset": "BTC",
        "real_profit": real_profit, "id": f"{match}-773135295142658048-1",
    }  # fmt: skip


def _linear(base: str, size: float) -> dict[str, Any]:
    return {
        "symbol": base, "contract_code": f"{base}-USDT", "contract_size": size, "price_tick": 0.1,
        "delivery_date": "", "delivery_time": "", "create_date": "20211228", "contract_status": 1,
        "settlement_date": "1640764800000", "support_margin_mode": "all", "business_type": "swap",
        "pair": f"{base}-USDT", "contract_type": "swap", "trade_partition": "USDT",
    }  # fmt: skip


_SPOT = {
    "base-currency": "btc", "quote-currency": "usdt", "price-precision": 2, "amount-precision": 6,
    "symbol-partition": "main", "symbol": "btcusdt", "state": "online", "value-precision": 8,
    "min-order-amt": 0.00001, "max-order-amt": 1000, "min-order-value": 5, "api-trading": "enabled",
}  # fmt: skip
_SWAP = {
    "symbol": "BTC", "contract_code": "BTC-USD", "contract_size": 100, "price_tick": 0.1,
    "delivery_time": "", "create_date": "20200325", "contract_status": 1, "settlement_date": "1637481600000",
}  # fmt: skip
_FUTURE = {
    "symbol": "BTC", "contract_code": "BTC300927", "contract_type": "next_quarter", "contract_size": 100,
    "price_tick": 0.1, "delivery_date": "20300927", "delivery_time": "1916726400000",
    "create_date": "20211112", "contract_status": 1, "settlement_time": "1637481600000",
}  # fmt: skip


def _ticker(path: str, price: float, **params: str) -> Answer:
    tick = {
        "amount": "669.3", "ask": [price + 1, 48], "bid": [price - 1, 48], "close": str(price), "count": 5947,
        "high": str(price), "id": 1637502670, "low": str(price), "open": str(price), "vol": "394598",
    }  # fmt: skip
    return Answer("GET", path, {"status": "ok", "tick": tick, "ts": NOW_MS}, params)


SHARED = (
    Answer("GET", "/v1/common/symbols", _ok([_SPOT])),
    Answer(
        "GET", "/linear-swap-api/v1/swap_contract_info", _ok([_linear("BTC", 0.001), _linear("ETH", 0.01)])
    ),
    Answer("GET", f"{SWAP_API}/v1/swap_contract_info", _ok([_SWAP])),
    Answer("GET", f"{FUTURES_API}/v1/contract_contract_info", _ok([_FUTURE])),
    Answer("GET", "/linear-swap-api/v1/swap_adjustfactor", _ok([])),
    Answer("GET", "/v1/common/timestamp", _ok(NOW_MS)),
    _ticker("/linear-swap-ex/market/detail/merged", 61000, contract_code="BTC-USDT"),
    _ticker("/linear-swap-ex/market/detail/merged", 2900, contract_code="ETH-USDT"),
    _ticker("/swap-ex/market/detail/merged", 62500, contract_code="BTC-USD"),
    _ticker("/market/detail/merged", 64000, symbol="BTC300927"),
    positions(),
    swap_positions(),
    futures_positions(),
    *(trades(code) for code in ("BTC-USDT", "ETH-USDT")),
    *(bills(code, mode) for code in ("BTC-USDT", "ETH-USDT") for mode in ("cross", "isolated")),
    swap_trades("BTC-USD"),
    swap_records("BTC-USD"),
    futures_trades("BTC300927"),
)
