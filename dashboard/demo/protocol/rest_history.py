"""Signed REST paths for the account's history: fills, orders, bills and closed positions."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from dashboard.demo.account.demo_account import DemoAccount
from dashboard.demo.market.instruments import USDT_FUTURES
from dashboard.demo.market.quote_board import QuoteBoard
from dashboard.demo.matching.bitget_error import BitgetError
from dashboard.demo.protocol.fill_payloads import rest_bill, rest_fill
from dashboard.demo.protocol.history_pages import page_response, select_page
from dashboard.demo.protocol.order_payloads import rest_order
from dashboard.demo.protocol.position_payloads import closed_position
from dashboard.demo.protocol.rest_query import Query, requested_product

WEEK_DAYS, MONTH_DAYS, QUARTER_DAYS = 7, 30, 90


class InstrumentEntry(Protocol):
    """An entry of the history that belongs to an instrument."""

    @property
    def symbol(self) -> str:
        """The instrument's id."""

    @property
    def product(self) -> str:
        """The instrument's product type."""


T = TypeVar("T", bound=InstrumentEntry)


def _requested(entries: Iterable[T], query: Query) -> list[T]:
    """The entries of the product type, and of the symbol if one is given."""
    product, symbol = requested_product(query), query.get("symbol", "").upper()
    return [entry for entry in entries if entry.product == product and symbol in ("", entry.symbol)]


def _fills(query: Query, quote_board: QuoteBoard, account: DemoAccount, max_days: int) -> object:
    order, now_ms, kept_ms = query.get("orderId"), quote_board.wall_clock(), account.fills_kept_ms
    wanted = [
        fill
        for fill in _requested(account.fills, query)
        if order in (None, fill.order.id) and (kept_ms is None or fill.time_ms >= now_ms - kept_ms)
    ]
    page = select_page(wanted, query, now_ms, max_days=max_days)
    return page_response("fillList", page, [rest_fill(fill) for fill in page])


def fills(query: Query, quote_board: QuoteBoard, account: DemoAccount) -> object:
    """/api/v2/mix/order/fills: up to a week"""
    return _fills(query, quote_board, account, WEEK_DAYS)


def fill_history(query: Query, quote_board: QuoteBoard, account: DemoAccount) -> object:
    """/api/v2/mix/order/fill-history: up to 90 days"""
    return _fills(query, quote_board, account, QUARTER_DAYS)


def orders_pending(query: Query, quote_board: QuoteBoard, account: DemoAccount) -> object:
    """/api/v2/mix/order/orders-pending: empty, market orders never wait."""
    requested_product(query)
    return {"entrustedList": [], "endId": None}


def orders_history(query: Query, quote_board: QuoteBoard, account: DemoAccount) -> object:
    """/api/v2/mix/order/orders-history"""
    wanted = _requested(account.orders, query)
    page = select_page(wanted, query, quote_board.wall_clock(), max_days=QUARTER_DAYS)
    payloads = [rest_order(order, account.fills_of(order)) for order in page]
    return page_response("entrustedList", page, payloads)


def order_detail(query: Query, quote_board: QuoteBoard, account: DemoAccount) -> object:
    """/api/v2/mix/order/detail, which differs from the history in naming the status `state`"""
    for order in _requested(account.orders, query):
        if query.get("orderId") == order.id or query.get("clientOid") == order.client_id:
            payload = rest_order(order, account.fills_of(order))
            return payload | {"state": payload.pop("status")}
    raise BitgetError("40109", "The data of the order cannot be found, please confirm the order number")


def bills(query: Query, quote_board: QuoteBoard, account: DemoAccount) -> object:
    """/api/v2/mix/account/bill"""
    product, symbol = requested_product(query), query.get("symbol", "")
    business = query.get("businessType", "")
    wanted = [
        bill
        for bill in account.bills
        if product == USDT_FUTURES and symbol in ("", bill.symbol) and business in ("", bill.business)
    ]
    page = select_page(wanted, query, quote_board.wall_clock(), max_days=MONTH_DAYS, default_size=20)
    return page_response("bills", page, [rest_bill(bill) for bill in page])


def position_history(query: Query, quote_board: QuoteBoard, account: DemoAccount) -> object:
    """/api/v2/mix/position/history-position, where ccxt omits the product type"""
    query = {"productType": USDT_FUTURES, **query}
    wanted, now_ms = _requested(account.closed, query), quote_board.wall_clock()
    page = select_page(wanted, query, now_ms, max_days=QUARTER_DAYS, default_size=20)
    return page_response("list", page, [closed_position(closed) for closed in page])
