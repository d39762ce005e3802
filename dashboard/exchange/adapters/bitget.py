"""Bitget: one request and one stream for each product type, to a classic or a unified account."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from ccxt.base.errors import AuthenticationError, ExchangeError, PermissionDenied

from dashboard.domain.fill import Fill
from dashboard.domain.funding import Funding
from dashboard.domain.market import Instrument
from dashboard.domain.position import Position
from dashboard.errors import DashboardError, ExchangeUnavailable
from dashboard.exchange import normalize_account
from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.adapters.bitget_classic import BitgetClassic
from dashboard.exchange.adapters.bitget_unified import BitgetUnified
from dashboard.exchange.adapters.families import PositionFamily, PositionRows
from dashboard.exchange.ccxt_errors import translate_errors
from dashboard.exchange.normalize import Raw
from dashboard.exchange.pagination import fetch_pages, spans

_PRODUCT_TYPES = tuple(f"{coin}-FUTURES" for coin in ("USDT", "USDC", "COIN"))
_MAX_SPAN_MS = 7 * 24 * 3_600_000
"""The longest span of one request for fills."""


class BitgetAdapter(AccountAdapter):
    """Reads a Bitget account, classic or unified."""

    position_families = (
        PositionFamily(
            "USDT futures", {"productType": "USDT-FUTURES"}, lambda market: market["settle"] == "USDT"
        ),
        PositionFamily(
            "USDC futures", {"productType": "USDC-FUTURES"}, lambda market: market["settle"] == "USDC"
        ),
        PositionFamily(
            "coin-margined futures", {"productType": "COIN-FUTURES"}, lambda market: bool(market["inverse"])
        ),
    )
    fill_streams = tuple({"type": "swap", "instType": product} for product in _PRODUCT_TYPES)
    closed_position_params = tuple({"productType": product} for product in _PRODUCT_TYPES)

    def __init__(self, exchange: Any) -> None:
        super().__init__(exchange)
        self._api: BitgetClassic | BitgetUnified | None = None
        """The account's API; None until it is known."""

    async def fetch_positions(self, including: Instrument | None = None) -> PositionRows:
        """Returns the rows of all families, of the API that the account has."""
        with translate_errors(self.id):
            await self._find_api()
        try:
            return await super().fetch_positions(including)
        except DashboardError:
            self._api = None  # the account may have changed its kind
            raise

    async def _find_api(self) -> BitgetClassic | BitgetUnified:
        """Returns the account's API. ccxt takes any failure, even a timeout, for a classic account."""
        if isinstance(self._api, BitgetClassic):
            return self._api
        try:
            settings = self.mapping_in(await self.ccxt.privateUtaGetV3AccountSettings(), "data")
        except ExchangeError as error:
            if isinstance(error, AuthenticationError) and not isinstance(error, PermissionDenied):
                raise
            self._api = BitgetClassic(self)
        else:
            self._api = BitgetUnified(self, settings)
        self.ccxt.options["uta"] = isinstance(self._api, BitgetUnified)
        return self._api

    def is_omitted(self, instrument: Instrument) -> bool:
        """False: the families have every contract."""
        return False

    async def fetch_family(self, family: PositionFamily) -> Sequence[Raw]:
        """Returns the rows of one product type, of all coins: ccxt requires one for coin-margined ones."""
        api = await self._find_api()
        rows: Sequence[Raw] = self.ccxt.parse_positions(
            await api.fetch_positions(family.params["productType"])
        )
        return rows

    def position(self, row: Raw, instrument: Instrument) -> Position:
        """Returns an open position. Raises ExchangeUnavailable if it is margined in another coin."""
        coin = normalize_account.info_of(row).get("marginCoin")
        if coin and self.ccxt.safe_currency_code(coin) != instrument.settle:
            raise ExchangeUnavailable(f"{self.id}: {instrument.symbol} is margined in {coin}: unsupported")
        return super().position(row, instrument)

    async def fetch_trades(self, symbol: str, since: int, until: int) -> list[Raw]:
        """Returns all trades by the exchange's cursor, which loses none of the same millisecond."""
        api, market = await self._find_api(), self.ccxt.market(symbol)
        rows: list[Raw] = []
        for span in spans(since, until, _MAX_SPAN_MS):
            rows += await fetch_pages(self.id, partial(api.fetch_fills, market, span))
        return list(self.ccxt.parse_trades(rows, market))

    def fill(self, row: Raw, instrument: Instrument) -> Fill | None:
        """Returns the fill, with fee and position side as the account's kind counts them."""
        read, info = normalize_account.fill(row, instrument), normalize_account.info_of(row)
        if isinstance(self._api, BitgetUnified):
            return self._api.fill(read, info)
        return BitgetClassic.fill(read, info)

    async def fetch_funding(self, symbol: str, since: int, until: int) -> list[Raw]:
        """Returns all payments by the exchange's cursor."""
        api, market = await self._find_api(), self.ccxt.market(symbol)
        rows: list[Raw] = []
        for span in spans(since, until, _MAX_SPAN_MS):
            for kind in api.funding_types:
                rows += await fetch_pages(self.id, partial(api.fetch_bills, market, kind, span))
        return list(self.ccxt.parse_funding_histories(rows, market))

    def payment(self, row: Raw, instrument: Instrument) -> Funding:
        """Returns a payment, with sign and position side as the account's kind counts them."""
        read, info = super().payment(row, instrument), normalize_account.info_of(row)
        if "businessType" not in info:
            return replace(read, amount=BitgetUnified.signed_amount(read.amount, info))
        return replace(read, position_side=BitgetClassic.position_side(info))

    def has_all_fill_streams(self) -> bool:
        """True if one open connection is subscribed to every product type."""
        names = {f"fill:{product}" for product in _PRODUCT_TYPES}
        return any(
            names <= connection.subscriptions.keys() or "fill:UTA" in connection.subscriptions
            for connection in self.ccxt.clients.values()
        )
