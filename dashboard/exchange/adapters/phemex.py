"""Phemex: positions by settlement currency, and scaled integers for contracts settled in coins or USD."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from dashboard.domain.fill import Fill
from dashboard.domain.funding import Funding
from dashboard.domain.market import Instrument
from dashboard.domain.position import Position, Side
from dashboard.domain.reported_figures import ReportedFigures
from dashboard.exchange import normalize_account
from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.adapters.families import Params, PositionFamily, PositionRows
from dashboard.exchange.normalize import Raw, number, positive
from dashboard.exchange.pagination import PAGE_SIZE, Span, fetch_pages

_NEWER_API = ("USDT", "USDC")
"""Settlement currencies of the API whose paths begin with `g-`, with unscaled numbers and hedge mode."""
_TRADE_TYPES = ("Trade", "LiqTrade", "AdlTrade")
"""All but Funding. Source: https://github.com/phemex/phemex-api-docs, "Possible trade types"."""
_POSITION_SIDES: Mapping[str, Side] = {
    "Long": Side.LONG, "Short": Side.SHORT, "1": Side.LONG, "2": Side.SHORT,
}  # fmt: skip
_ONE_WAY = ("Merged", "3")
_SIDES_OF_PAYMENTS: Mapping[str, Side] = {"Buy": Side.LONG, "Sell": Side.SHORT}
_FUNDING_PAGE_SIZE = 200


class PhemexAdapter(AccountAdapter):
    """Reads a Phemex contract account.

    Source: https://github.com/phemex/phemex-api-docs/blob/master/Public-Hedged-Perpetual-API.md and
    Public-Contract-API-en.md there.
    """

    fill_streams = ({"type": "swap", "settle": "USDT"}, {"type": "swap"})

    def __init__(self, exchange: Any) -> None:
        """Makes ccxt read the orders of a message, among them the fills, also where they are a list."""
        super().__init__(exchange)
        handle_message = exchange.handle_message

        def handle_all(client: Any, message: Raw) -> None:
            handle_message(client, message)
            orders = message.get("orders_p", message.get("orders"))
            if isinstance(orders, list):
                exchange.handle_orders(client, orders)

        exchange.handle_message = handle_all

    # --- Positions

    async def fetch_positions(self, including: Instrument | None = None) -> PositionRows:
        """Returns the rows of all settlement currencies of the listed markets."""
        swaps = [market for market in self.ccxt.markets.values() if market["swap"]]
        currencies = {market["settle"]: market["settleId"] for market in swaps}
        self.position_families = tuple(_family(code, currencies[code]) for code in sorted(currencies))
        return await super().fetch_positions(including)

    async def fetch_family(self, family: PositionFamily) -> Sequence[Raw]:
        """Returns the rows of one settlement currency. ccxt requests USDC by the wrong API."""
        currency = family.params["currency"]
        if currency in _NEWER_API:
            response = await self.ccxt.privateGetGAccountsAccountPositions({"currency": currency})
        else:
            response = await self.ccxt.privateGetAccountsAccountPositions({"currency": currency})
        return [self.ccxt.parse_position(row) for row in self.list_in(response, "data", "positions")]

    def is_omitted(self, instrument: Instrument) -> bool:
        """False: the families have every contract."""
        return False

    def is_hedged(self, row: Raw) -> bool | None:
        """True if the row names a side; it is `Merged` in one-way mode, and the older API has no other."""
        return str(normalize_account.info_of(row).get("posSide")) in _POSITION_SIDES

    def position(self, row: Raw, instrument: Instrument) -> Position:
        """Returns an open position. Zero or negative leverage means cross margin; zero is the highest."""
        info = normalize_account.info_of(row)
        side = _POSITION_SIDES.get(str(info.get("posSide")), row.get("side"))
        read = super().position({**row, "side": side}, instrument)
        leverage = number(info.get("leverageRr", info.get("leverage")))
        required = positive(info.get("initMarginReqRr", info.get("initMarginReq")))
        highest = None if required is None else round(1 / required, 2)
        is_cross = None if leverage is None else leverage <= 0
        return replace(
            read,
            leverage=abs(leverage) if leverage else highest,
            margin_mode=None if is_cross is None else "cross" if is_cross else "isolated",
            liquidation_price=self._liquidation_price(info, read),
            reported=replace(
                read.reported or ReportedFigures(),
                unrealized_pnl=number(info.get("unRealisedPnlRv")),
                initial_margin=None,  # the assigned balance has fees and added margin, too
            ),
        )

    def _liquidation_price(self, info: Raw, read: Position) -> Decimal | None:
        """The stated price; the lowest and the highest price of the market mean that there is none."""
        price = positive(info.get("liquidationPriceRp", info.get("liquidationPrice")))
        market = self.ccxt.market(read.instrument.symbol)
        highest = number(market["info"].get("maxPriceRp"))
        if highest is None:
            highest = _unscaled(market["info"].get("maxPriceEp"), market["priceScale"])
        if price is None or (highest is not None and price >= highest):
            return None
        return price if price > (read.instrument.price_step or 0) else None

    # --- Fills

    async def fetch_trades_page(self, symbol: str, span: Span, params: Params) -> list[Raw]:
        """Returns one page. ccxt's own request lists USDT trades of all markets, and no liquidations."""
        market = self.ccxt.market(symbol)
        request = {"symbol": market["id"], "start": span[0], "end": span[1], "limit": PAGE_SIZE, **params}
        if market["settle"] in _NEWER_API:
            response = await self.ccxt.privateGetApiDataGFuturesTrades(request)
        else:
            response = await self.ccxt.privateGetExchangeOrderTrade(request)
        return [self.ccxt.parse_trade(row, market) for row in self._rows(response)]

    def _rows(self, response: Any) -> list[Raw]:
        """Returns the rows of a list, some of which are documented without `rows`."""
        found = self.mapping_in(response).get("data")
        return list(found) if isinstance(found, list) else self.list_in(response, "data", "rows")

    def fill(self, row: Raw, instrument: Instrument) -> Fill | None:
        """Returns the fill; None for funding, and for an order's change without a trade on the stream."""
        info = normalize_account.info_of(row)
        contracts = positive(info.get("execQtyRq", info.get("execQty")))
        if info.get("tradeType") not in _TRADE_TYPES or contracts is None:
            return None
        paid_in_tokens = positive(info.get("ptFeeRv"))
        cost = paid_in_tokens or self._amount(info, "execFee", instrument)
        fee = {"cost": cost, "currency": "PT" if paid_in_tokens else instrument.settle}
        read = normalize_account.fill({**row, "amount": contracts, "fee": fee, "fees": None}, instrument)
        stated = str(info.get("posSide"))
        is_one_way = stated in _ONE_WAY or instrument.settle not in _NEWER_API
        return replace(
            read,
            realized_pnl=self._amount(info, "closedPnl", instrument),
            position_side=_POSITION_SIDES.get(stated) or _side_by_closed_size(read, info),
            hedged=False if is_one_way else True if stated in _POSITION_SIDES else None,
        )

    def _amount(self, info: Raw, name: str, instrument: Instrument) -> Decimal | None:
        """An amount of the settlement currency; `Ev` is scaled."""
        amount = number(info.get(f"{name}Rv"))
        if amount is not None:
            return amount
        return _unscaled(info.get(f"{name}Ev"), self.ccxt.market(instrument.symbol)["valueScale"])

    # --- Funding

    async def fetch_funding(self, symbol: str, since: int, until: int) -> list[Raw]:
        """Returns the payments of a span of time: pages by offset, the newest first."""
        market = self.ccxt.market(symbol)

        async def fetch_page(offset: str | None) -> tuple[list[Raw], str | None]:
            start = int(offset or 0)
            rows = await self._fetch_funding_page(market, {"offset": start, "limit": _FUNDING_PAGE_SIZE})
            is_last = len(rows) < _FUNDING_PAGE_SIZE or int(rows[-1]["createTime"]) < since
            return rows, None if is_last else str(start + _FUNDING_PAGE_SIZE)

        rows = await fetch_pages(self.id, fetch_page)
        times = ((int(row["createTime"]), row) for row in rows)
        return [
            {"symbol": symbol, "timestamp": time, "info": row}
            for time, row in times
            if since <= time <= until
        ]

    async def _fetch_funding_page(self, market: Raw, offset: Params) -> list[Raw]:
        request = {"symbol": market["id"], **offset}
        if market["settle"] in _NEWER_API:
            return self._rows(await self.ccxt.privateGetApiDataGFuturesFundingFees(request))
        return self._rows(await self.ccxt.privateGetApiDataFuturesFundingFees(request))

    def payment(self, row: Raw, instrument: Instrument) -> Funding:
        """Returns a payment. A positive fee is paid. Both legs of a hedge have one at the same time."""
        info = normalize_account.info_of(row)
        fee, side = self._amount(info, "execFee", instrument), str(info.get("side"))
        own = {
            "amount": None if fee is None else -fee,
            "id": f"{instrument.symbol}@{row['timestamp']} {side}",
            "code": instrument.settle,
        }
        read = normalize_account.payment({**row, **own}, instrument)
        return replace(read, position_side=_SIDES_OF_PAYMENTS.get(side))


def _family(code: str, id: str) -> PositionFamily:
    return PositionFamily(f"{code} contracts", {"currency": id}, lambda market: market["settle"] == code)


def _unscaled(value: object, scale: int | None) -> Decimal | None:
    """Converts an integer that counts units of 10 to the power of −scale."""
    scaled = number(value)
    return None if scaled is None or scale is None else scaled.scaleb(-int(scale))


def _side_by_closed_size(fill: Fill, info: Raw) -> Side | None:
    """The position's side in hedge mode, where a fill either opens or closes."""
    closed = number(info.get("closedSizeRq", info.get("closedSize")))
    if closed is None:
        return None
    return Side.LONG if (fill.trade_side.sign > 0) == (closed == 0) else Side.SHORT
