"""Hyperliquid's answers, as its documentation shows them. All are of POST /info, by `type`."""

from typing import Any

from tests.exchange.accounts.account_case import NOW_MS, Answer, Query, ago

DOCS = "https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint"
PERPETUALS_DOC = f"{DOCS}/perpetuals"
POSITIONS_DOC = f"{PERPETUALS_DOC}#retrieve-users-perpetuals-account-summary"
FILLS_DOC = f"{DOCS}#retrieve-a-users-fills-by-time"
FUNDING_DOC = f"{PERPETUALS_DOC}#retrieve-a-users-funding-history-or-non-funding-ledger-updates"
WALLET = "0x" + "2" * 40
_FILLS_PER_PAGE, _PAYMENTS_PER_PAGE = 2000, 500


def answer(type: str, body: Any, source: str, **params: Any) -> Answer:
    return Answer("POST", "/info", body, {"type": type, **params}, source)


def positions(*rows: dict[str, Any], dex: str | None = None) -> Answer:
    """The positions on one exchange: Hyperliquid's own, without `dex`, or that of a builder."""
    summary = {
        "accountValue": "10000.0", "totalNtlPos": "36300.0", "totalRawUsd": "1.0",
        "totalMarginUsed": "4210.0",
    }  # fmt: skip
    body = {
        "marginSummary": summary, "crossMarginSummary": summary, "crossMaintenanceMarginUsed": "0.0",
        "withdrawable": "1.0", "time": NOW_MS,
        "assetPositions": [{"type": "oneWay", "position": row} for row in rows],
    }  # fmt: skip
    return answer("clearinghouseState", body, POSITIONS_DOC, user=WALLET, dex=dex)


def fills(*rows: dict[str, Any]) -> Answer:
    """Those of all markets in the requested time, the oldest first, a page at most."""
    return _history("userFillsByTime", rows, _FILLS_PER_PAGE, FILLS_DOC)


def funding(*rows: dict[str, Any]) -> Answer:
    """Those of all markets in the requested time, the oldest first, a page at most."""
    return _history("userFunding", rows, _PAYMENTS_PER_PAGE, FUNDING_DOC)


def _history(type: str, rows: tuple[dict[str, Any], ...], page: int, source: str) -> Answer:
    def listed(query: Query) -> Any:
        span = range(int(query["startTime"]), int(query["endTime"]) + 1)
        return sorted((row for row in rows if row["time"] in span), key=lambda row: row["time"])[:page]

    return answer(type, listed, source, user=WALLET)


BTC = {
    "coin": "BTC", "szi": "0.5", "leverage": {"type": "cross", "value": 10}, "entryPx": "60000.0",
    "positionValue": "30500.0", "unrealizedPnl": "500.0", "returnOnEquity": "0.1666666667",
    "liquidationPx": "51234.5", "marginUsed": "3050.0", "maxLeverage": 40,
    "cumFunding": {"allTime": "514.08", "sinceOpen": "3.05", "sinceChange": "3.05"},
}  # fmt: skip
"""Margin in cross mode is the value at the mark price, divided by the leverage."""
ETH = BTC | {
    "coin": "ETH", "szi": "-2.0", "leverage": {"type": "isolated", "value": 5, "rawUsd": "7200.0"},
    "entryPx": "3000.0", "positionValue": "5800.0", "unrealizedPnl": "200.0", "liquidationPx": "3580.15",
    "marginUsed": "1400.0", "maxLeverage": 25,
}  # fmt: skip
"""Margin in isolated mode includes the PnL: 1,200 were deposited."""
TSLA = BTC | {
    "coin": "flx:TSLA", "szi": "-30.0", "leverage": {"type": "isolated", "value": 4, "rawUsd": "15000.0"},
    "entryPx": "400.0", "positionValue": "12300.0", "unrealizedPnl": "-300.0", "liquidationPx": "487.8",
    "marginUsed": "2700.0", "maxLeverage": 10,
}  # fmt: skip


def fill(tid: int, hours_ago: float, side: str, size: str, price: str, **more: Any) -> dict[str, Any]:
    """A fill of BTC. Side B buys, A sells."""
    return {
        "coin": "BTC", "px": price, "sz": size, "side": side, "time": ago(hours=hours_ago),
        "startPosition": "0.0", "dir": "Open Long", "closedPnl": "0.0", "hash": "0x" + "a1" * 32,
        "oid": 90542681 + tid, "crossed": True, "fee": "0.0", "tid": tid, "feeToken": "USDC", "twapId": None,
        **more,
    }  # fmt: skip


def payment(coin: str, hours_ago: float, usdc: str, size: str) -> dict[str, Any]:
    """A payment of funding; negative is paid. All of them have the same hash."""
    delta = {
        "type": "funding", "coin": coin, "usdc": usdc, "szi": size, "fundingRate": "0.0000125",
        "nSamples": None,
    }  # fmt: skip
    return {"time": ago(hours=hours_ago), "hash": "0x" + "0" * 64, "delta": delta}


_TOKEN = {"weiDecimals": 8, "isCanonical": True, "evmContract": None, "fullName": None}
_SPOT = {
    "tokens": [
        {"name": "USDC", "szDecimals": 8, "index": 0, **_TOKEN},
        {"name": "HYPE", "szDecimals": 2, "index": 150, **_TOKEN},
        {"name": "USDH", "szDecimals": 2, "index": 360, **_TOKEN},
    ],
    "universe": [{"name": "@107", "tokens": [1, 0], "index": 0, "isCanonical": False}],
}


def _context(mark: str) -> dict[str, Any]:
    return {
        "funding": "0.0000125", "openInterest": "688.11", "prevDayPx": mark, "dayNtlVlm": "1169046.29",
        "premium": "0.0003", "oraclePx": mark, "markPx": mark, "midPx": mark, "impactPxs": [mark, mark],
        "dayBaseVlm": "1.0",
    }  # fmt: skip


def listed(marks: dict[str, str], collateral: int = 0, dex: str | None = None) -> Answer:
    """The markets of one exchange, by their mark prices; `collateral` is the index of a token."""
    facts = {"szDecimals": 5, "maxLeverage": 40, "marginTableId": 56}
    universe = [{"name": name, **facts} for name in marks]
    contexts = [_context(mark) for mark in marks.values()]
    body = [{"universe": universe, "collateralToken": collateral}, contexts]
    return answer("metaAndAssetCtxs", body, PERPETUALS_DOC, dex=dex)


def builders(*names: str) -> Answer:
    """The exchanges of builders, after Hyperliquid itself."""
    rows = [{"name": name, "fullName": name.title(), "deployer": WALLET} for name in names]
    return answer("perpDexs", [None, *rows], f"{PERPETUALS_DOC}#retrieve-all-perpetual-dexs")


SHARED = (
    answer("spotMeta", _SPOT, f"{DOCS}/spot"),
    answer("spotMetaAndAssetCtxs", [_SPOT, [_context("25.5")]], f"{DOCS}/spot"),
    builders("flx"),
    listed({"BTC": "61000.0", "ETH": "2900.0"}),
    listed({"flx:TSLA": "410.0"}, collateral=360, dex="flx"),
    answer("exchangeStatus", {"time": NOW_MS, "specialStatuses": None}, DOCS),
    positions(),
    positions(dex="flx"),
    fills(),
    funding(),
)
