"""Signed REST paths for the account's positions and settings, and the table of all signed paths.

Each function returns the `data` of the response, as Bitget's v2 API specifies it.
"""

from collections.abc import Callable
from decimal import Decimal

from dashboard.demo.account.demo_account import DemoAccount
from dashboard.demo.account.demo_position import DemoPosition
from dashboard.demo.market.instruments import find_instrument
from dashboard.demo.market.quote_board import QuoteBoard
from dashboard.demo.matching.bitget_error import BitgetError, unknown_symbol
from dashboard.demo.protocol.position_payloads import rest_position
from dashboard.demo.protocol.rest_history import (
    bills,
    fill_history,
    fills,
    order_detail,
    orders_history,
    orders_pending,
    position_history,
)
from dashboard.demo.protocol.rest_query import Query

SignedEndpoint = Callable[[Query, QuoteBoard, DemoAccount], object]


def valuation_mark(quote_board: QuoteBoard, position: DemoPosition) -> Decimal:
    """The mark price that values a position; its entry price if its symbol is not listed."""
    instrument = find_instrument(position.product, position.symbol)
    return position.open_price if instrument is None else quote_board.mark(instrument)


def all_positions(query: Query, quote_board: QuoteBoard, account: DemoAccount) -> object:
    """/api/v2/mix/position/all-position"""
    product, coin = query.get("productType", "").upper(), query.get("marginCoin", "").upper()
    wanted = [p for p in account.positions if p.product == product and (not coin or p.margin_coin == coin)]
    return [rest_position(position, valuation_mark(quote_board, position)) for position in wanted]


def single_position(query: Query, quote_board: QuoteBoard, account: DemoAccount) -> object:
    """/api/v2/mix/position/single-position: both sides of one symbol"""
    symbol, product = query.get("symbol", "").upper(), query.get("productType", "").upper()
    if find_instrument(product, symbol) is None:
        raise unknown_symbol(symbol)
    wanted = [p for p in account.positions if (p.product, p.symbol) == (product, symbol)]
    return [rest_position(position, valuation_mark(quote_board, position)) for position in wanted]


def account_info(query: Query, quote_board: QuoteBoard, account: DemoAccount) -> object:
    """/api/v2/spot/account/info: the account's owner"""
    return {"userId": account.user_id, "authorities": ["cor", "sor"], "traderType": "not_trader"}


def unified_settings(query: Query, quote_board: QuoteBoard, account: DemoAccount) -> object:
    """/api/v3/account/settings: an error by which ccxt recognises a classic account"""
    message = "You are in Classic Account mode, and the Unified Account API is not supported at this time"
    raise BitgetError("40084", message)


SIGNED_ENDPOINTS: dict[str, SignedEndpoint] = {
    "/api/v2/mix/position/all-position": all_positions,
    "/api/v2/mix/position/single-position": single_position,
    "/api/v2/mix/position/history-position": position_history,
    "/api/v2/mix/order/fills": fills,
    "/api/v2/mix/order/fill-history": fill_history,
    "/api/v2/mix/order/orders-pending": orders_pending,
    "/api/v2/mix/order/orders-history": orders_history,
    "/api/v2/mix/order/detail": order_detail,
    "/api/v2/mix/account/bill": bills,
    "/api/v2/spot/account/info": account_info,
    "/api/v3/account/settings": unified_settings,
}
