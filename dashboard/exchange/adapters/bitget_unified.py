"""Bitget's API of unified accounts, version 3: requests and rows."""

from dataclasses import replace
from decimal import Decimal

from dashboard.domain.fill import Fee, Fill, TradeSide
from dashboard.domain.position import Side
from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.normalize import Raw, number
from dashboard.exchange.pagination import PAGE_SIZE, Span

_OPENS_BY = {TradeSide.BUY: Side.LONG, TradeSide.SELL: Side.SHORT}


class BitgetUnified:
    """Requests the exchange's own rows of a unified account. ccxt requests those of all products at once."""

    funding_types = ("CONTRACT_MAIN_SETTLE_FEE_USER_IN", "CONTRACT_MAIN_SETTLE_FEE_USER_OUT")

    def __init__(self, adapter: AccountAdapter, settings: Raw) -> None:
        """`settings` are the account's own; one position mode holds for all of its markets."""
        self._adapter, self._ccxt = adapter, adapter.ccxt
        self._hold_mode = settings.get("holdMode")

    async def fetch_positions(self, product: str) -> list[Raw]:
        """Returns the open positions of one product type."""
        response = await self._ccxt.privateUtaGetV3PositionCurrentPosition({"category": product})
        return self._adapter.list_in(response, "data", "list")

    async def fetch_fills(self, market: Raw, span: Span, cursor: str | None) -> tuple[list[Raw], str | None]:
        """Returns one page of the fills of the market's product, and the cursor of the next one."""
        response = await self._ccxt.privateUtaGetV3TradeFills(_page_request(market, span, cursor))
        return self._adapter.list_in(response, "data", "list"), response["data"].get("cursor")

    async def fetch_bills(
        self, market: Raw, kind: str, span: Span, cursor: str | None
    ) -> tuple[list[Raw], str | None]:
        """Returns one page of the bills of the market's product, and the cursor of the next one."""
        request = {**_page_request(market, span, cursor), "coin": market["settleId"], "type": kind}
        response = await self._ccxt.privateUtaGetV3AccountFinancialRecords(request)
        return self._adapter.list_in(response, "data", "list"), response["data"].get("cursor")

    def fill(self, read: Fill, info: Raw) -> Fill:
        """Returns the fill with its fees, positive if paid, and the side of its position in hedge mode."""
        fees = ((number(each.get("fee")), each.get("feeCoin")) for each in info.get("feeDetail") or ())
        return replace(
            read,
            fees=tuple(Fee(cost, coin) for cost, coin in fees if cost is not None and coin),
            position_side=_OPENS_BY[read.trade_side.opposite if _closes(info) else read.trade_side],
            hedged=self._hold_mode == "hedge_mode" if self._hold_mode else None,
        )

    @staticmethod
    def signed_amount(amount: Decimal, info: Raw) -> Decimal:
        """The amount of a bill, negative if paid: its type ends with IN or OUT."""
        return -abs(amount) if str(info.get("type")).endswith("_OUT") else abs(amount)


def _closes(info: Raw) -> bool:
    """True if the fill closes a position; rows without tradeSide state only the profit of a close."""
    kind = info.get("tradeSide")
    return "close" in str(kind) if kind else bool(number(info.get("execPnl")))


def _page_request(market: Raw, span: Span, cursor: str | None) -> dict[str, object]:
    product = "COIN" if market["inverse"] else market["settle"]
    request = {
        "category": f"{product}-FUTURES",
        "startTime": span[0],
        "endTime": span[1],
        "limit": PAGE_SIZE,
    }
    return {**request, "cursor": cursor} if cursor else request
