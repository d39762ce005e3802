"""Deribit's answers, as its documentation shows them."""

from typing import Any

from tests.exchange.accounts.account_case import NOW_MS, Answer, Query, ago

DOCS = "https://docs.deribit.com"
POSITIONS_DOC = f"{DOCS}/#private-get_positions"
AUTH_DOC = f"{DOCS}/#public-auth"
TRADES_DOC = f"{DOCS}/#private-get_user_trades_by_instrument_and_time"


def answer(path: str, result: Any, source: str, **params: str) -> Answer:
    envelope = {
        "jsonrpc": "2.0", "id": 1, "result": result, "usIn": 1, "usOut": 2, "usDiff": 1, "testnet": False,
    }  # fmt: skip
    return Answer("GET", f"/api/v2/{path}", envelope, params, source)


def positions(*rows: dict[str, Any]) -> Answer:
    return answer("private/get_positions", [*rows], POSITIONS_DOC)


def trades(instrument: str, *rows: dict[str, Any]) -> Answer:
    """The newest trades first, within the requested time."""

    def listed(query: Query) -> Any:
        since = int(query.get("start_timestamp", 0))
        found = [row for row in rows if row["timestamp"] >= since]
        return {"jsonrpc": "2.0", "id": 1, "result": {"trades": found, "has_more": False}}

    path = "/api/v2/private/get_user_trades_by_instrument_and_time"
    return Answer("GET", path, listed, {"instrument_name": instrument}, TRADES_DOC)


INVERSE = {
    "average_price": 60000, "delta": 0.48, "direction": "buy", "estimated_liquidation_price": 51234.5,
    "floating_profit_loss": 0.001, "index_price": 62510.2, "initial_margin": 0.0105,
    "instrument_name": "BTC-PERPETUAL", "interest_value": 1.7, "kind": "future", "leverage": 50,
    "maintenance_margin": 0.0053, "mark_price": 62500, "open_orders_margin": 0, "realized_funding": -0.0001,
    "realized_profit_loss": 0.0002, "settlement_price": 62400.5, "size": 30000, "size_currency": 0.48,
    "total_profit_loss": 0.02,
}  # fmt: skip
"""Values in BTC but `size`, in USD: 30,000 are 3,000 contracts of 10 USD."""
LINEAR = {
    "average_price": 3000, "delta": -2, "direction": "sell", "estimated_liquidation_price": 3580.15,
    "floating_profit_loss": -12.5, "index_price": 2900.4, "initial_margin": 145,
    "instrument_name": "ETH_USDC-PERPETUAL", "interest_value": 1.7, "kind": "future", "leverage": 50,
    "maintenance_margin": 72.5, "mark_price": 2900, "open_orders_margin": 0, "realized_funding": 0,
    "realized_profit_loss": 0, "settlement_price": 2893.75, "size": -2, "size_currency": -2,
    "total_profit_loss": 200,
}  # fmt: skip
"""`size` and `size_currency` are both in ETH: 2,000 contracts of 0.001."""

TRADE = {
    "trade_seq": 1966056, "trade_id": "", "timestamp": 0, "tick_direction": 0, "state": "filled",
    "self_trade": False, "reduce_only": False, "profit_loss": None, "price": 60000, "post_only": False,
    "order_type": "market", "order_id": "ETH-584849853", "matching_id": None, "mark_price": 60001,
    "liquidity": "T", "instrument_name": "BTC-PERPETUAL", "index_price": 60002, "fee_currency": "BTC",
    "fee": 0, "direction": "buy", "amount": 0, "api": True,
}  # fmt: skip


def trade(id: str, hours_ago: float, direction: str, amount: float, **more: Any) -> dict[str, Any]:
    """A trade; `amount` is in USD for inverse contracts, in coins for linear ones."""
    own = {"trade_id": id, "timestamp": ago(hours=hours_ago), "direction": direction, "amount": amount}
    return TRADE | own | more


def _listed(name: str, base: str, quote: str, settle: str, kind: str, **more: Any) -> dict[str, Any]:
    return {
        "tick_size": 0.5, "taker_commission": 0.0005, "settlement_period": "perpetual",
        "settlement_currency": settle, "rfq": False, "quote_currency": quote, "price_index": "a_b",
        "min_trade_amount": 10, "max_liquidation_commission": 0.0075, "max_leverage": 50,
        "maker_commission": 0, "kind": "future", "is_active": True, "instrument_name": name,
        "instrument_id": 124972, "instrument_type": kind, "expiration_timestamp": 32503708800000,
        "creation_timestamp": 1534167754000, "counter_currency": quote, "contract_size": 10,
        "block_trade_tick_size": 0.01, "block_trade_min_trade_amount": 200000,
        "block_trade_commission": 0.00025, "base_currency": base, **more,
    }  # fmt: skip


def _ticker(name: str, price: float) -> Answer:
    row = {
        "timestamp": NOW_MS, "stats": {"volume_usd": 1, "volume": 1, "price_change": 1.5, "low": 1},
        "state": "open", "settlement_price": price, "open_interest": 1, "min_price": 1, "max_price": 9,
        "mark_price": price, "last_price": price, "instrument_name": name, "index_price": price,
        "funding_8h": 0, "current_funding": 0, "best_bid_price": price - 1, "best_bid_amount": 10,
        "best_ask_price": price + 1, "best_ask_amount": 10,
    }  # fmt: skip
    return answer("public/ticker", row, f"{DOCS}/#public-ticker", instrument_name=name)


SHARED = (
    answer(
        "public/get_instruments",
        [
            _listed("BTC-PERPETUAL", "BTC", "USD", "BTC", "reversed"),
            _listed("BTC-27SEP30", "BTC", "USD", "BTC", "reversed", settlement_period="month",
                    expiration_timestamp=1916726400000),
            _listed("ETH_USDC-PERPETUAL", "ETH", "USDC", "USDC", "linear", contract_size=0.001,
                    tick_size=0.05, min_trade_amount=0.001),
        ],
        f"{DOCS}/#public-get_instruments",
    ),
    _ticker("BTC-PERPETUAL", 62500),
    _ticker("BTC-27SEP30", 64000),
    _ticker("ETH_USDC-PERPETUAL", 2900),
    answer("public/get_time", NOW_MS, f"{DOCS}/#public-get_time"),
    answer("public/auth", {"access_token": "t", "expires_in": 900, "refresh_token": "r"}, AUTH_DOC),
    positions(),
    *(trades(name) for name in ("BTC-PERPETUAL", "BTC-27SEP30", "ETH_USDC-PERPETUAL")),
)  # fmt: skip
