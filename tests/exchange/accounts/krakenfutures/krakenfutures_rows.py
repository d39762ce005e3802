"""Kraken Futures' answers, as its documentation shows them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tests.exchange.accounts.account_case import NOW_MS, Answer, Query, ago

DOCS = "https://docs.kraken.com/api/docs/futures-api"
API, HISTORY = "/derivatives/api/v3", "/api/history/v3"


def iso(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def answer(path: str, source: str, **body: Any) -> Answer:
    result = {"result": "success", "serverTime": iso(NOW_MS)} | body
    return Answer("GET", f"{API}/{path}", result, source=f"{DOCS}/{source}" if source else "")


def positions(*rows: Mapping[str, Any]) -> Answer:
    return answer("openpositions", "trading/get-open-positions", openPositions=[*rows])


def margin(total: str) -> Answer:
    """The margin of all multi-collateral positions, in USD."""
    flex = {
        "type": "multiCollateralMarginAccount", "currencies": {}, "initialMargin": float(total),
        "initialMarginWithOrders": float(total), "maintenanceMargin": float(total) / 2,
        "balanceValue": 10000, "portfolioValue": 10500, "collateralValue": 10000, "pnl": 500,
        "unrealizedFunding": 0, "totalUnrealized": 500, "totalUnrealizedAsMargin": 500,
        "availableMargin": 9900, "marginEquity": 10500,
    }  # fmt: skip
    return answer("accounts", "trading/get-accounts", accounts={"flex": flex})


def fills(*rows: Mapping[str, Any]) -> Answer:
    """All markets' fills before a time, newest first."""

    def before(query: Query) -> Any:
        found = [row for row in rows if row["fillTime"] <= query["lastFillTime"]]
        return {"result": "success", "fills": found, "serverTime": iso(NOW_MS)}

    return Answer("GET", f"{API}/fills", before, source=f"{DOCS}/trading/get-fills")


def funding(contract: str, *payments: tuple[int, float, str]) -> Answer:
    """Payments as (id, hours ago, amount), negative if paid; of all contracts, in lower case."""
    rows = [
        {
            "asset": "usd", "contract": contract.lower(), "booking_uid": f"booking-{id}",
            "date": iso(ago(hours=hours_ago)), "fee": 0, "funding_rate": 9.2e-7, "id": id,
            "info": "funding rate change", "margin_account": "flex", "new_balance": 0,
            "old_balance": 0, "realized_funding": float(amount),
        }
        for id, hours_ago, amount in payments
    ]  # fmt: skip

    def log(query: Query) -> Any:
        start, end = iso(int(query["since"])), iso(int(query["before"]))
        return {"accountUid": "a-uid", "logs": [row for row in rows if start <= row["date"] <= end]}

    return Answer("GET", f"{HISTORY}/account-log", log, source=f"{DOCS}/history/account-log")


POSITION = {
    "side": "long", "symbol": "PF_XBTUSD", "price": 60000, "fillTime": iso(ago(hours=2)), "size": 0.5,
    "unrealizedFunding": -0.0018, "unrealizedPnl": 500,
}  # fmt: skip
ISOLATED = {"pnlCurrency": "USD", "maxFixedLeverage": 5}
"""A position with a leverage of its own."""
INVERSE = POSITION | {"symbol": "PI_XBTUSD", "size": 30000, "unrealizedPnl": 0.02}


def fill(id: str, hours_ago: float, side: str, size: float, price: float, **more: Any) -> Any:
    return {
        "fill_id": id, "symbol": "PF_XBTUSD", "side": side, "order_id": f"order-{id}", "size": size,
        "price": price, "fillTime": iso(ago(hours=hours_ago)), "fillType": "taker", "cliOrdId": None,
    } | more  # fmt: skip


def _levels(floor: str, *rates: tuple[int, float]) -> list[dict[str, float]]:
    return [{floor: least, "initialMargin": rate, "maintenanceMargin": rate / 2} for least, rate in rates]


def _listed(symbol: str, kind: str, precision: int, floor: str) -> dict[str, Any]:
    return {
        "symbol": symbol, "type": kind, "underlying": "rr_xbtusd", "tickSize": 0.5, "contractSize": 1,
        "tradeable": True, "impactMidSize": 1, "maxPositionSize": 1000000,
        "openingDate": "2022-01-01T00:00:00Z",
        "contractValueTradePrecision": precision, "base": "BTC", "quote": "USD", "pair": "BTC:USD",
        "marginLevels": _levels(floor, (0, 0.02), (1000000, 0.04)),
        "retailMarginLevels": _levels(floor, (0, 0.1)),
    }  # fmt: skip


def _ticker(symbol: str, price: float) -> Answer:
    ticker = {"tag": "perpetual", "symbol": symbol, "markPrice": price, "last": price, "suspended": False}
    return answer(f"tickers/{symbol}", "", ticker=ticker)


SHARED = (
    answer(
        "instruments",
        "",
        instruments=[
            _listed("PF_XBTUSD", "flexible_futures", 4, "numNonContractUnits"),
            _listed("PF_ETHUSD", "flexible_futures", 3, "numNonContractUnits"),
            _listed("PI_XBTUSD", "futures_inverse", 0, "contracts"),
        ],
    ),
    _ticker("PF_XBTUSD", 61000),
    _ticker("PF_ETHUSD", 2900),
    _ticker("PI_XBTUSD", 62500),
    positions(),
    margin("0"),
    answer("fills", "", fills=[]),
    Answer("GET", f"{HISTORY}/account-log", {"accountUid": "a-uid", "logs": []}),
    Answer("GET", f"{HISTORY}/positions", {"accountUid": "a-uid", "elements": []}),
)
