"""What some exchanges tell only in parts, and how ccxt has to be asked so that nothing is missing."""

from collections.abc import Mapping
from typing import Any

from dashboard.domain.market import Instrument
from dashboard.exchange.normalize import Raw
from dashboard.exchange.pagination import PAGE_SIZE, Span

Params = Mapping[str, Any]

_POSITIONS: dict[str, tuple[Params, ...]] = {
    "bitget": ({"productType": "USDT-FUTURES"}, {"productType": "USDC-FUTURES"}),
    "bybit": ({"settleCoin": "USDT"}, {"settleCoin": "USDC"}, {"subType": "inverse"}),
}
_HISTORY: dict[str, tuple[Params, ...]] = {
    "bitget": tuple({"productType": f"{coin}-FUTURES"} for coin in ("USDT", "USDC", "COIN")),
    "bybit": ({"subType": "linear"}, {"subType": "inverse"}),
}
FILL_STREAMS: dict[str, tuple[Params, ...]] = {
    "bitget": tuple({"type": "swap", "instType": f"{coin}-FUTURES"} for coin in ("USDT", "USDC", "COIN")),
    **dict.fromkeys(("bybit", "okx", "krakenfutures", "hyperliquid"), ({},)),
}
"""What to ask each stream of fills. The last ones tell of all, and would pass on what they do not know."""
CONTRACTS: tuple[Params, ...] = ({"type": "swap"},)
"""The same for all others: without a type many would tell of spot trades."""
TRADES: dict[str, tuple[Params, ...]] = {
    "bybit": tuple({"execType": kind} for kind in ("Trade", "BustTrade", "AdlTrade", "Settle")),
}
"""Where ccxt asks for ordinary trades only: liquidations are fills, too."""
FUNDING_WITHOUT_UNTIL = ("okx",)
"""Where ccxt knows no `until` for funding: the newest hundred payments are told."""

_MOST_POSITIONS = 200
"""Bybit's page of positions."""


async def positions(exchange: Any, also: Instrument | None) -> list[Raw]:
    """ccxt's rows of all positions. Whatever fails, all fails: a part would pass for the whole."""
    rows: list[Raw] = []
    for params in _POSITIONS.get(exchange.id, ({},)):
        rows += await _all_positions(exchange, params)
    if exchange.id == "bitget":
        rows += await _coin_margined(exchange)
    elif also is not None and also.is_contract and also.settle not in ("USDT", "USDC"):
        own = await exchange.fetch_positions([also.symbol])
        rows += [row for row in own if row.get("symbol") == also.symbol]
    return list({(row.get("symbol"), row.get("side"), row.get("id")): row for row in rows}.values())


async def _all_positions(exchange: Any, params: Params) -> list[Raw]:
    rows: list[Raw] = []
    page = await exchange.fetch_positions(None, params)
    rows += page
    # ccxt's own paging wants a time, which positions do not have.
    while exchange.id == "bybit" and len(page) >= _MOST_POSITIONS and (cursor := _cursor(page)):
        page = await exchange.fetch_positions(None, {**params, "cursor": cursor})
        rows += page
    return rows


def _cursor(page: list[Raw]) -> str | None:
    told = ((row.get("info") or {}).get("nextPageCursor") for row in page)
    return next((str(cursor) for cursor in told if cursor), None)


async def _coin_margined(exchange: Any) -> list[Raw]:
    """All of Bitget's at once, which it allows and ccxt does not: it names one coin."""
    product = {"productType": "COIN-FUTURES"}
    if exchange.options.get("uta"):
        return list(await exchange.fetch_positions(None, product))
    answer = await exchange.privateMixGetV2MixPositionAllPosition(product)
    return list(exchange.parse_positions(exchange.safe_list(answer, "data", [])))


async def trades(exchange: Any, symbol: str, span: Span, params: Params) -> list[Raw]:
    """ccxt's rows of the account's trades in a span of time."""
    since, until = span
    if exchange.id == "krakenfutures":  # tells of all markets at once, backwards from a time
        params = {"lastFillTime": exchange.iso8601(until), **params}
        return list(await exchange.fetch_my_trades(None, since, None, params))
    return list(await exchange.fetch_my_trades(symbol, since, PAGE_SIZE, {"until": until, **params}))


async def history(exchange: Any) -> list[Raw]:
    """ccxt's rows of positions that were closed, the newest of each part."""
    rows: list[Raw] = []
    for params in _HISTORY.get(exchange.id, ({},)):
        # No `since`: ccxt would compare it with the time at which a position was opened.
        rows += await exchange.fetch_positions_history(None, None, PAGE_SIZE, params)
    return rows


def hears_all_fills(exchange: Any) -> bool:
    """Whether every stream of fills is subscribed to on a connection that stands."""
    names = {f"fill:{params['instType']}" for params in FILL_STREAMS[exchange.id]}
    return any(
        names <= connection.subscriptions.keys() or "fill:UTA" in connection.subscriptions
        for connection in exchange.clients.values()
    )
