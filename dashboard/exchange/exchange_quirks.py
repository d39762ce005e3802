"""Requests that particular exchanges need in several parts, so that ccxt returns complete data."""

from collections.abc import Mapping
from typing import Any

from dashboard.domain.market import Instrument
from dashboard.exchange.normalize import Raw
from dashboard.exchange.pagination import PAGE_SIZE, Span

Params = Mapping[str, Any]

_POSITION_PARAMS: dict[str, tuple[Params, ...]] = {
    "bitget": ({"productType": "USDT-FUTURES"}, {"productType": "USDC-FUTURES"}),
    "bybit": ({"settleCoin": "USDT"}, {"settleCoin": "USDC"}, {"subType": "inverse"}),
}
_HISTORY_PARAMS: dict[str, tuple[Params, ...]] = {
    "bitget": tuple({"productType": f"{coin}-FUTURES"} for coin in ("USDT", "USDC", "COIN")),
    "bybit": ({"subType": "linear"}, {"subType": "inverse"}),
}
FILL_STREAMS: dict[str, tuple[Params, ...]] = {
    "bitget": tuple({"type": "swap", "instType": f"{coin}-FUTURES"} for coin in ("USDT", "USDC", "COIN")),
    **dict.fromkeys(("bybit", "okx", "krakenfutures", "hyperliquid"), ({},)),
}
"""Parameters of each stream of fills.

Bitget has one for each product type. The others have a single one, and would forward unknown parameters.
"""
DEFAULT_FILL_STREAMS: tuple[Params, ...] = ({"type": "swap"},)
"""The same for other exchanges: without a type many stream spot trades."""
TRADE_PARAMS: dict[str, tuple[Params, ...]] = {
    "bybit": tuple({"execType": kind} for kind in ("Trade", "BustTrade", "AdlTrade", "Settle")),
}
"""Where ccxt requests ordinary trades only: liquidations are fills too."""
FUNDING_WITHOUT_UNTIL = ("okx",)
"""Where ccxt does not support `until` for funding: the newest hundred payments are returned."""

_BYBIT_POSITIONS_PAGE_SIZE = 200


async def fetch_positions(exchange: Any, including: Instrument | None) -> list[Raw]:
    """Returns ccxt's rows of all positions. Fails if any part fails: the rest would appear complete."""
    rows: list[Raw] = []
    for params in _POSITION_PARAMS.get(exchange.id, ({},)):
        rows += await _fetch_position_pages(exchange, params)
    if exchange.id == "bitget":
        rows += await _fetch_coin_margined(exchange)
    elif including is not None and including.is_contract and including.settle not in ("USDT", "USDC"):
        own = await exchange.fetch_positions([including.symbol])
        rows += [row for row in own if row.get("symbol") == including.symbol]
    return list({(row.get("symbol"), row.get("side"), row.get("id")): row for row in rows}.values())


async def _fetch_position_pages(exchange: Any, params: Params) -> list[Raw]:
    rows: list[Raw] = []
    page = await exchange.fetch_positions(None, params)
    rows += page
    # ccxt's own pagination is by timestamp, which positions lack.
    while exchange.id == "bybit" and len(page) >= _BYBIT_POSITIONS_PAGE_SIZE and (cursor := _cursor(page)):
        page = await exchange.fetch_positions(None, {**params, "cursor": cursor})
        rows += page
    return rows


def _cursor(page: list[Raw]) -> str | None:
    cursors = ((row.get("info") or {}).get("nextPageCursor") for row in page)
    return next((str(cursor) for cursor in cursors if cursor), None)


async def _fetch_coin_margined(exchange: Any) -> list[Raw]:
    """Requests Bitget's coin-margined positions of all coins at once; ccxt requires one coin."""
    params = {"productType": "COIN-FUTURES"}
    if exchange.options.get("uta"):
        return list(await exchange.fetch_positions(None, params))
    response = await exchange.privateMixGetV2MixPositionAllPosition(params)
    return list(exchange.parse_positions(exchange.safe_list(response, "data", [])))


async def fetch_my_trades(exchange: Any, symbol: str, span: Span, params: Params) -> list[Raw]:
    """Returns ccxt's rows of the account's trades in a span of time."""
    since, until = span
    if exchange.id == "krakenfutures":  # returns all markets, backwards from a time
        params = {"lastFillTime": exchange.iso8601(until), **params}
        return list(await exchange.fetch_my_trades(None, since, None, params))
    return list(await exchange.fetch_my_trades(symbol, since, PAGE_SIZE, {"until": until, **params}))


async def fetch_positions_history(exchange: Any) -> list[Raw]:
    """Returns ccxt's rows of closed positions: the newest page of each part."""
    rows: list[Raw] = []
    for params in _HISTORY_PARAMS.get(exchange.id, ({},)):
        # No `since`: ccxt would compare it with the time at which a position was opened.
        rows += await exchange.fetch_positions_history(None, None, PAGE_SIZE, params)
    return rows


def has_all_fill_streams(exchange: Any) -> bool:
    """True if one open connection is subscribed to every stream of fills."""
    names = {f"fill:{params['instType']}" for params in FILL_STREAMS[exchange.id]}
    return any(
        names <= connection.subscriptions.keys() or "fill:UTA" in connection.subscriptions
        for connection in exchange.clients.values()
    )
