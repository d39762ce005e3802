"""Gate's answers, as its documentation shows them: an account for each settlement currency and kind."""

from collections.abc import Mapping
from typing import Any

from tests.exchange.accounts.account_case import NOW_MS, Answer, Query, ago

DOCS = "https://www.gate.com/docs/developers/apiv4/en"
EXPIRY_S = NOW_MS // 86_400_000 * 86_400 + 90 * 86_400


def positions(account: str, *rows: Mapping[str, Any]) -> Answer:
    """`account` is futures/usdt, futures/btc or delivery/usdt."""
    return Answer("GET", f"/api/v4/{account}/positions", [*rows], source=f"{DOCS}/#get-user-position-list")


def no_account(account: str) -> Answer:
    """Gate's error for an account that was never funded."""
    error = {"label": "USER_NOT_FOUND", "message": "please transfer funds first to create futures account"}
    return Answer("GET", f"/api/v4/{account}/positions", error, source=f"{DOCS}/#label-list")


def fills(settle: str, *rows: Mapping[str, Any], contract: str) -> Answer:
    """The rows of the requested span of time, newest first."""

    def answer(query: Query) -> Any:
        start, end = int(query["from"]), int(query["to"])
        return [row for row in rows if start <= row["create_time"] <= end + 1]

    source = f"{DOCS}/#query-personal-trading-records-by-time-range"
    path = f"/api/v4/futures/{settle}/my_trades_timerange"
    return Answer("GET", path, answer, {"contract": contract}, source)


def dated_fills(contract: str, *rows: Mapping[str, Any]) -> Answer:
    """Newest first, without a span of time: pages are requested by offset."""

    def answer(query: Query) -> Any:
        start = int(query.get("offset", 0))
        return [*rows][start : start + int(query["limit"])]

    source = f"{DOCS}/#query-personal-trading-records-3"
    return Answer("GET", "/api/v4/delivery/usdt/my_trades", answer, {"contract": contract}, source)


def funding(contract: str, *changes: tuple[float, str, str]) -> Answer:
    """Payments as (hours ago, change, balance after it). The change is negative if paid."""
    rows = [
        {
            "time": ago(hours=hours_ago) // 1000, "change": change, "balance": balance, "text": contract,
            "type": "fund", "contract": contract, "trade_id": "0",
        }
        for hours_ago, change, balance in changes
    ]  # fmt: skip

    def answer(query: Query) -> Any:
        start, end = int(query["from"]), int(query["to"])
        return [row for row in rows if start <= row["time"] <= end]

    source = f"{DOCS}/#query-futures-account-change-history"
    return Answer("GET", "/api/v4/futures/usdt/account_book", answer, {"contract": contract}, source)


POSITION = {
    "user": 5691076, "contract": "BTC_USDT", "size": 5000, "leverage": "0", "risk_limit": "1000000",
    "leverage_max": "125", "maintenance_rate": "0.004", "value": "30500", "margin": "3100.5",
    "entry_price": "60000", "liq_price": "51234.5", "mark_price": "61000", "initial_margin": "3072.875",
    "maintenance_margin": "144.875", "unrealised_pnl": "500", "realised_pnl": "-22.5", "pnl_pnl": "0",
    "pnl_fund": "0", "pnl_fee": "-22.5", "history_pnl": "0", "last_close_pnl": "0", "realised_point": "0",
    "history_point": "0", "adl_ranking": 5, "pending_orders": 0, "close_order": None, "mode": "single",
    "cross_leverage_limit": "10", "update_time": ago(hours=2) // 1000, "update_id": 1,
    "open_time": ago(hours=3) // 1000, "trade_max_size": "0",
}  # fmt: skip
FLAT = {
    "size": 0, "value": "0", "margin": "0", "entry_price": "0", "liq_price": "0", "initial_margin": "0",
    "maintenance_margin": "0", "unrealised_pnl": "0", "open_time": 0, "adl_ranking": 6,
}  # fmt: skip


def fill(id: str, hours_ago: float, size: int, price: str, fee: str, close: int = 0, **more: Any) -> Any:
    """A trade; `fee` is positive if paid. `size` and `close` are negative for a sale."""
    return {
        "trade_id": id, "create_time": ago(hours=hours_ago) / 1000, "contract": "BTC_USDT",
        "order_id": f"2189328983{id}", "size": size, "close_size": close, "price": price, "role": "taker",
        "text": "api", "fee": fee, "point_fee": "0",
    } | more  # fmt: skip


def _listed(name: str, multiplier: str, kind: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name, "type": kind, "quanto_multiplier": multiplier, "order_price_deviate": "0.5",
        "mark_price": "61000", "order_price_round": "0.1", "mark_price_round": "0.01", "order_size_min": 1,
        "order_size_max": 1000000, "leverage_min": "1", "leverage_max": "125", "maintenance_rate": "0.004",
        "taker_fee_rate": "0.00075", "maker_fee_rate": "-0.0001", "funding_interval": 28800,
        "in_delisting": False, "status": "trading",
    } | more  # fmt: skip


def _market(account: str, contract: str, price: str) -> tuple[Answer, Answer]:
    ticker = {"contract": contract, "last": price, "mark_price": price, "change_percentage": "1.0"}
    tier = {
        "contract": contract, "tier": 1, "risk_limit": "1000000", "initial_rate": "0.008",
        "maintenance_rate": "0.004", "leverage_max": "125", "deduction": "0",
    }  # fmt: skip
    return (
        Answer("GET", f"/api/v4/{account}/tickers", [ticker], {"contract": contract}),
        Answer("GET", f"/api/v4/{account}/risk_limit_tiers", [tier], {"contract": contract}),
    )


DATED = "BTC_USDT_FUTURE"
SHARED = (
    Answer("GET", "/api/v4/spot/currency_pairs", []),
    Answer("GET", "/api/v4/margin/currency_pairs", []),
    Answer("GET", "/api/v4/options/underlyings", []),
    Answer(
        "GET",
        "/api/v4/futures/usdt/contracts",
        [_listed("BTC_USDT", "0.0001", "direct"), _listed("ETH_USDT", "0.01", "direct")],
    ),
    Answer("GET", "/api/v4/futures/btc/contracts", [_listed("BTC_USD", "0", "inverse")]),
    Answer(
        "GET",
        "/api/v4/delivery/usdt/contracts",
        [_listed(DATED, "0.0001", "direct", expire_time=EXPIRY_S, cycle="QUARTERLY")],
    ),
    *_market("futures/usdt", "BTC_USDT", "61000"),
    *_market("futures/usdt", "ETH_USDT", "2900"),
    *_market("futures/btc", "BTC_USD", "62500"),
    *_market("delivery/usdt", DATED, "61000"),
    Answer("GET", "/api/v4/spot/time", {"server_time": NOW_MS}),
    Answer("GET", "/api/v4/account/detail", {"user_id": 5691076, "key": {"mode": 1}, "tier": 0}),
    *(
        Answer("GET", f"/api/v4/{account}/accounts", {"user": 5691076, "currency": "USDT"})
        for account in ("futures/usdt", "futures/btc")
    ),
    positions("futures/usdt"),
    positions("futures/btc"),
    positions("delivery/usdt"),
    *(
        Answer("GET", f"/api/v4/{account}/{history}", [])
        for account in ("futures/usdt", "futures/btc", "delivery/usdt")
        for history in ("my_trades_timerange", "my_trades", "account_book", "position_close")
    ),
)
