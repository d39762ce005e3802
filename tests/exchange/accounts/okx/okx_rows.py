"""OKX's answers, as its documentation shows them."""

from typing import Any

from tests.exchange.accounts.account_case import NOW_MS, Answer, Query, ago

DOCS = "https://www.okx.com/docs-v5/en"
POSITIONS_DOC = f"{DOCS}/#trading-account-rest-api-get-positions"
FILLS_DOC = f"{DOCS}/#order-book-trading-trade-get-transaction-details-last-3-months"
BILLS_DOC = f"{DOCS}/#trading-account-rest-api-get-bills-details-last-3-months"
INSTRUMENTS_DOC = f"{DOCS}/#public-data-rest-api-get-instruments"


def answer(path: str, data: Any, source: str, **params: str) -> Answer:
    return Answer("GET", f"/api/v5/{path}", {"code": "0", "msg": "", "data": data}, params, source)


def positions(*rows: dict[str, Any]) -> Answer:
    return answer("account/positions", [*rows], POSITIONS_DOC)


def bills_page(path: str, rows: tuple[dict[str, Any], ...], source: str, **params: str) -> Answer:
    """Pages of a hundred rows of all instruments, newest first; `after` is the id of a bill."""

    def body(query: Query) -> Any:
        before = int(query.get("after", 10**18))
        found = [row for row in rows if int(row["billId"]) < before and int(row["ts"]) >= int(query["begin"])]
        return {"code": "0", "msg": "", "data": found[: int(query["limit"])]}

    return Answer("GET", f"/api/v5/{path}", body, params, source)


def fills(*rows: dict[str, Any], kind: str = "SWAP") -> Answer:
    return bills_page("trade/fills-history", rows, FILLS_DOC, instType=kind)


def bills(*rows: dict[str, Any]) -> Answer:
    return bills_page("account/bills-archive", rows, BILLS_DOC, type="8")


POSITION = {
    "adl": "1", "availPos": "", "avgPx": "60000", "bePx": "60066", "cTime": f"{ago(hours=3)}", "ccy": "USDT",
    "closeOrderAlgo": [], "fee": "-15", "fundingFee": "0", "idxPx": "61000", "imr": "3050",
    "instId": "BTC-USDT-SWAP", "instType": "SWAP", "interest": "", "last": "61001", "lever": "10",
    "liqPenalty": "0", "liqPx": "51234.5", "margin": "", "markPx": "61000", "mgnMode": "cross",
    "mgnRatio": "40", "mmr": "122", "nonSettleAvgPx": "", "notionalUsd": "30500", "pnl": "0", "pos": "50",
    "posCcy": "", "posId": "1752810569801498626", "posSide": "net", "realizedPnl": "-15", "settledPnl": "",
    "tradeId": "785524470", "uTime": f"{ago(hours=2)}", "upl": "500", "uplLastPx": "500.5",
    "uplRatio": "0.1667", "usdPx": "1",
}  # fmt: skip
MARGIN_POSITION = POSITION | {
    "instId": "BTC-USDT", "instType": "MARGIN", "posCcy": "BTC", "pos": "0.0019",
    "posId": "1752810569801498627",
}  # fmt: skip
"""Spot margin, which is no position of a contract."""

FILL = {
    "instType": "SWAP", "instId": "BTC-USDT-SWAP", "tradeId": "", "ordId": "680800019749904384",
    "clOrdId": "", "billId": "", "subType": "1", "tag": "", "fillPx": "60000", "fillSz": "50",
    "fillIdxPx": "60001", "fillPnl": "0", "fillPxVol": "", "fillPxUsd": "", "fillMarkVol": "",
    "fillFwdPx": "", "fillMarkPx": "60000", "side": "buy", "posSide": "net", "execType": "T",
    "feeCcy": "USDT", "fee": "-15", "ts": f"{ago(hours=2)}", "fillTime": f"{ago(hours=2)}",
    "feeRate": "-0.0005",
}  # fmt: skip


def fill(
    id: str, hours_ago: float, side: str, contracts: str, price: str, fee: str, pnl: str = "0", **more: str
) -> dict[str, Any]:
    """An execution; `fee` is an amount and its coin, negative if paid."""
    time, (amount, coin) = f"{ago(hours=hours_ago)}", fee.split()
    return FILL | {
        "tradeId": id, "billId": f"1{id}", "ts": time, "fillTime": time, "side": side, "fillSz": contracts,
        "fillPx": price, "fee": amount, "feeCcy": coin, "fillPnl": pnl,
    } | more  # fmt: skip


def funding(id: int, hours_ago: float, pnl: str, instrument: str = "BTC-USDT-SWAP") -> dict[str, Any]:
    return {
        "bal": "8694.2179403378290202", "balChg": pnl, "billId": f"{id}", "ccy": "USDT", "clOrdId": "",
        "execType": "", "fee": "0", "fillTime": "", "from": "", "instId": instrument, "instType": "SWAP",
        "interest": "0", "mgnMode": "cross", "notes": "", "ordId": "", "pnl": pnl, "posBal": "0",
        "posBalChg": "0", "px": "61000", "subType": "173", "sz": "50", "tag": "", "to": "", "tradeId": "",
        "ts": f"{ago(hours=hours_ago)}", "type": "8",
    }  # fmt: skip


def _listed(id: str, kind: str, value: str, coin: str, settle: str, **more: str) -> dict[str, Any]:
    base, quote = id.split("-")[:2]
    return {
        "alias": "", "auctionEndTime": "", "baseCcy": "", "category": "1",
        "ctMult": "1", "ctType": "inverse" if settle == base else "linear", "ctVal": value, "ctValCcy": coin,
        "expTime": "", "instFamily": f"{base}-{quote}", "instId": id, "instType": kind, "lever": "100",
        "listTime": "1597026383085", "lotSz": "0.1", "maxLmtSz": "10000", "maxMktSz": "10000", "minSz": "0.1",
        "optType": "", "quoteCcy": "", "settleCcy": settle, "state": "live", "stk": "", "tickSz": "0.1",
        "uly": f"{base}-{quote}",
    } | more  # fmt: skip


def _instruments(kind: str, *rows: dict[str, Any]) -> Answer:
    return answer("public/instruments", [*rows], INSTRUMENTS_DOC, instType=kind)


def _prices(id: str, price: str) -> tuple[Answer, ...]:
    ticker = {
        "instId": id,
        "last": price,
        "askPx": price,
        "bidPx": price,
        "open24h": price,
        "ts": f"{NOW_MS}",
    }
    mark = {"instId": id, "markPx": price, "ts": f"{NOW_MS}"}
    return (
        answer("market/ticker", [ticker], f"{DOCS}/#order-book-trading-market-data-get-ticker", instId=id),
        answer("public/mark-price", [mark], f"{DOCS}/#public-data-rest-api-get-mark-price", instId=id),
    )


SHARED = (
    answer("public/time", [{"ts": f"{NOW_MS}"}], f"{DOCS}/#public-data-rest-api-get-system-time"),
    _instruments(
        "SWAP",
        _listed("BTC-USDT-SWAP", "SWAP", "0.01", "BTC", "USDT"),
        _listed("ETH-USDT-SWAP", "SWAP", "0.1", "ETH", "USDT"),
        _listed("BTC-USD-SWAP", "SWAP", "100", "USD", "BTC"),
    ),
    _instruments(
        "FUTURES",
        _listed("BTC-USDT-301227", "FUTURES", "0.01", "BTC", "USDT", expTime="1924588800000"),
    ),
    _instruments("SPOT"),
    _instruments("OPTION"),
    *_prices("BTC-USDT-SWAP", "61000"),
    *_prices("ETH-USDT-SWAP", "2900"),
    *_prices("BTC-USD-SWAP", "62500"),
    *_prices("BTC-USDT-301227", "61000"),
    answer("public/position-tiers", [], f"{DOCS}/#public-data-rest-api-get-position-tiers"),
    positions(),
    answer("account/positions-history", [], f"{DOCS}/#trading-account-rest-api-get-positions-history"),
    fills(),
    fills(kind="FUTURES"),
    bills(),
)
