"""The signed REST paths about what has happened: fills, orders, bills and closed positions."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from dashboard.demo.account.demo_account import DemoAccount
from dashboard.demo.market.quote_board import QuoteBoard
from dashboard.demo.protocol.envelopes import BitgetError
from dashboard.demo.protocol.history_pages import listing, page
from dashboard.demo.protocol.order_payloads import rest_order
from dashboard.demo.protocol.rest_query import Query, product_of

WEEK, MONTH, QUARTER = 7, 30, 90


class InstrumentEntry(Protocol):
    """What belongs to an instrument."""

    @property
    def symbol(self) -> str:
        """The instrument's id."""

    @property
    def product(self) -> str:
        """Its product type."""


T = TypeVar("T", bound=InstrumentEntry)


def _asked(entries: Iterable[T], query: Query) -> list[T]:
    """Those of the product type, and of the symbol if one is given."""
    product, symbol = product_of(query), query.get("symbol", "").upper()
    return [entry for entry in entries if entry.product == product and symbol in ("", entry.symbol)]


def _fills(query: Query, board: QuoteBoard, account: DemoAccount, days: int) -> object:
    order, now_ms, kept_ms = query.get("orderId"), board.wall(), account.fills_kept_ms
    wanted = [
        fill
        for fill in _asked(account.fills, query)
        if order in (None, fill.order.id) and (kept_ms is None or fill.time_ms >= now_ms - kept_ms)
    ]
    found = page(wanted, query, now_ms, days=days)
    return listing("fillList", found, [fill.rest_row() for fill in found])


def fills(query: Query, board: QuoteBoard, account: DemoAccount) -> object:
    """/api/v2/mix/order/fills: a week's"""
    return _fills(query, board, account, WEEK)


def fill_history(query: Query, board: QuoteBoard, account: DemoAccount) -> object:
    """/api/v2/mix/order/fill-history: three months'"""
    return _fills(query, board, account, QUARTER)


def orders_pending(query: Query, board: QuoteBoard, account: DemoAccount) -> object:
    """/api/v2/mix/order/orders-pending: market orders never wait."""
    product_of(query)
    return {"entrustedList": [], "endId": None}


def orders_history(query: Query, board: QuoteBoard, account: DemoAccount) -> object:
    """/api/v2/mix/order/orders-history"""
    found = page(_asked(account.orders, query), query, board.wall(), days=QUARTER)
    return listing("entrustedList", found, [rest_order(order, account.fills_of(order)) for order in found])


def order_detail(query: Query, board: QuoteBoard, account: DemoAccount) -> object:
    """/api/v2/mix/order/detail, of which the status alone is called otherwise"""
    for order in _asked(account.orders, query):
        if query.get("orderId") == order.id or query.get("clientOid") == order.client_id:
            row = rest_order(order, account.fills_of(order))
            return row | {"state": row.pop("status")}
    raise BitgetError("40109", "The data of the order cannot be found, please confirm the order number")


def bills(query: Query, board: QuoteBoard, account: DemoAccount) -> object:
    """/api/v2/mix/account/bill"""
    product, symbol, business = product_of(query), query.get("symbol", ""), query.get("businessType", "")
    wanted = [
        bill
        for bill in account.bills
        if product == "USDT-FUTURES" and symbol in ("", bill.symbol) and business in ("", bill.business)
    ]
    found = page(wanted, query, board.wall(), days=MONTH, size=20)
    return listing("bills", found, [bill.row() for bill in found])


def position_history(query: Query, board: QuoteBoard, account: DemoAccount) -> object:
    """/api/v2/mix/position/history-position, where the product type may be left out, as ccxt does"""
    query = {"productType": "USDT-FUTURES", **query}
    found = page(_asked(account.closed, query), query, board.wall(), days=QUARTER, size=20)
    return listing("list", found, [closed.row() for closed in found])
