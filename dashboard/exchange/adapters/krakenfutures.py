"""Kraken Futures: one-way mode only; fills of all markets, backwards from a time."""

from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

from dashboard.domain.fill import Fill
from dashboard.domain.market import Instrument
from dashboard.domain.position import Position
from dashboard.errors import DashboardError
from dashboard.exchange import normalize_account
from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.adapters.families import Params, PositionFamily, PositionRows
from dashboard.exchange.adapters.kraken_margin import cross_leverage, find_schedule
from dashboard.exchange.ccxt_errors import translate_errors
from dashboard.exchange.normalize import Raw, number
from dashboard.exchange.pagination import Span


class KrakenFuturesAdapter(AccountAdapter):
    """Reads a Kraken Futures account."""

    position_families = (PositionFamily("futures"),)
    fill_streams = ({},)
    _schedule: str | None = None
    """Of the margin of cross positions; None while unknown."""

    def is_omitted(self, instrument: Instrument) -> bool:
        """False: one request returns every contract."""
        return False

    async def fetch_positions(self, including: Instrument | None = None) -> PositionRows:
        """Returns all rows, and reads the account's margin if a position is cross, as its row has none."""
        read = await super().fetch_positions(including)
        self._schedule = None
        if any(row.get("marginMode") == "cross" for row in read.rows):
            total = await self._fetch_initial_margin()
            self._schedule = find_schedule(read.rows, self.ccxt.markets or {}, total)
        return read

    async def _fetch_initial_margin(self) -> Decimal | None:
        """The margin of all multi-collateral positions in USD; None if it cannot be read."""
        with suppress(DashboardError), translate_errors(self.id):
            accounts = (await self.ccxt.privateGetAccounts({})).get("accounts") or {}
            return number((accounts.get("flex") or {}).get("initialMargin"))
        return None

    def is_hedged(self, row: Raw) -> bool | None:
        """False: Kraken has no hedge mode."""
        return False

    def position(self, row: Raw, instrument: Instrument) -> Position:
        """Returns an open position. Its PnL may be stated in a currency that the user chose."""
        read = super().position(row, instrument)
        if read.margin_mode == "cross":
            market = (self.ccxt.markets or {}).get(instrument.symbol, {})
            read = replace(read, leverage=cross_leverage(row, market, self._schedule))
        currency = normalize_account.info_of(row).get("pnlCurrency")
        if read.reported is None or currency in (None, instrument.settle):
            return read
        return replace(read, reported=replace(read.reported, unrealized_pnl=None))

    async def fetch_trades_page(self, symbol: str, span: Span, params: Params) -> list[Raw]:
        """Returns the trades of all markets before the end of the span."""
        since, until = span
        params = {"lastFillTime": self.ccxt.iso8601(until), **params}
        return list(await self.ccxt.fetch_my_trades(None, since, None, params))

    def fill(self, row: Raw, instrument: Instrument) -> Fill | None:
        """Returns the fill. ccxt drops the size of inverse contracts.

        Without `fee_paid` ccxt substitutes the public rate, which is no fee.
        """
        info = normalize_account.info_of(row)
        read = normalize_account.fill({**row, "amount": row.get("amount") or info.get("size")}, instrument)
        return read if "fee_paid" in info else replace(read, fees=())
