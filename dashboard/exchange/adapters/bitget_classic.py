"""Bitget's API of classic accounts, version 2: requests and rows."""

from dataclasses import replace

from dashboard.domain.fill import Fee, Fill
from dashboard.domain.position import Side
from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.normalize import Raw, number
from dashboard.exchange.pagination import PAGE_SIZE, Span


class BitgetClassic:
    """Requests the exchange's own rows of a classic account."""

    funding_types = ("contract_settle_fee",)

    def __init__(self, adapter: AccountAdapter) -> None:
        self._adapter, self._ccxt = adapter, adapter.ccxt

    async def fetch_positions(self, product: str) -> list[Raw]:
        """Returns the open positions of one product type."""
        response = await self._ccxt.privateMixGetV2MixPositionAllPosition({"productType": product})
        return self._adapter.list_in(response, "data")

    async def fetch_fills(self, market: Raw, span: Span, cursor: str | None) -> tuple[list[Raw], str | None]:
        """Returns one page of fills, and the id before which the next one ends."""
        response = await self._ccxt.privateMixGetV2MixOrderFills(_page_request(market, span, cursor))
        return self._adapter.list_in(response, "data", "fillList"), response["data"].get("endId")

    async def fetch_bills(
        self, market: Raw, kind: str, span: Span, cursor: str | None
    ) -> tuple[list[Raw], str | None]:
        """Returns one page of bills, and the id before which the next one ends."""
        coin = {"marginCoin": market["settleId"], "businessType": kind}
        response = await self._ccxt.privateMixGetV2MixAccountBill(_page_request(market, span, cursor) | coin)
        return self._adapter.list_in(response, "data", "bills"), response["data"].get("endId")

    @staticmethod
    def fill(read: Fill, info: Raw) -> Fill:
        """Returns the fill with the order's side and all of its fees, which are negative if paid.

        In hedge mode the row has the position's side where others have the order's: a long is closed by
        a `buy` whose tradeSide is `close`.
        """
        details = info.get("feeDetail") or ()
        fees = ((number(each.get("totalFee")), each.get("feeCoin")) for each in details)
        read = replace(read, fees=tuple(Fee(-cost, coin) for cost, coin in fees if cost is not None and coin))
        if info.get("posMode") != "hedge_mode":
            return replace(read, hedged=False) if info.get("posMode") else read
        side = Side.LONG if read.trade_side.sign > 0 else Side.SHORT
        closes = "close" in str(info.get("tradeSide"))
        trade_side = read.trade_side.opposite if closes else read.trade_side
        return replace(read, trade_side=trade_side, position_side=side, hedged=True)

    @staticmethod
    def position_side(info: Raw) -> Side | None:
        """The side of a bill's position: in hedge mode its type ends with it."""
        kind = str(info.get("businessType", ""))
        return next((side for side in Side if kind.endswith(f"_{side}")), None)


def _page_request(market: Raw, span: Span, cursor: str | None) -> dict[str, object]:
    product = "COIN" if market["inverse"] else market["settle"]
    request = {
        "productType": f"{product}-FUTURES",
        "symbol": market["id"],
        "startTime": span[0],
        "endTime": span[1],
        "limit": PAGE_SIZE,
    }
    return {**request, "idLessThan": cursor} if cursor else request
