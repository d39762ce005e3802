"""Hyperliquid: one request of positions per perpetual exchange, one history for the fills of all markets."""

from collections.abc import Sequence
from dataclasses import replace

from dashboard.domain.fill import Fill
from dashboard.domain.market import Instrument
from dashboard.domain.position import Position
from dashboard.domain.reported_figures import ReportedFigures
from dashboard.errors import DashboardError, ExchangeUnavailable
from dashboard.exchange import normalize_account
from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.adapters.families import Params, PositionFamily, PositionRows
from dashboard.exchange.ccxt_errors import translate_errors
from dashboard.exchange.normalize import Raw, number
from dashboard.exchange.pagination import Span, fetch_all_rows


def _builder(market: Raw) -> str | None:
    """The name of the builder's exchange (HIP-3) that lists a market; None for Hyperliquid itself."""
    name = normalize_account.info_of(market).get("dex")
    return str(name) if name else None


def _family(builder: str) -> PositionFamily:
    return PositionFamily(
        f"markets of {builder}", {"dex": builder}, lambda market: _builder(market) == builder
    )


_OWN = PositionFamily("markets of Hyperliquid", covers=lambda market: _builder(market) is None)
_BUILT = PositionFamily("markets of builders", covers=lambda market: _builder(market) is not None)


class HyperliquidAdapter(AccountAdapter):
    """Reads the account of a wallet address, on Hyperliquid and on the exchanges that builders run there."""

    position_families: tuple[PositionFamily, ...] = (_OWN,)
    fill_streams = ({},)
    has_funding_ids = False

    async def fetch_positions(self, including: Instrument | None = None) -> PositionRows:
        """Returns the rows of all exchanges. Those of builders are unread if they cannot be listed."""
        try:
            with translate_errors(self.id):
                builders = await self._fetch_builders()
        except DashboardError as error:
            self.position_families = (_OWN,)
            read = await super().fetch_positions(including)
            return replace(read, unread=(*read.unread, _BUILT.unread(self.ccxt.markets or {}, str(error))))
        self.position_families = (_OWN, *map(_family, builders))
        return await super().fetch_positions(including)

    async def _fetch_builders(self) -> list[str]:
        listed = await self.ccxt.publicPostInfo({"type": "perpDexs"})
        if not isinstance(listed, list):
            raise ExchangeUnavailable(f"{self.id}: the list of exchanges is no list; it is requested again")
        return [str(each["name"]) for each in listed if each]  # the first one is null: Hyperliquid itself

    async def fetch_family(self, family: PositionFamily) -> Sequence[Raw]:
        """Returns the rows of one exchange. ccxt would return none for a response without the list."""
        user, _ = self.ccxt.handle_public_address("fetchPositions", {})
        request = {"type": "clearinghouseState", "user": user, **family.params}
        response = await self.ccxt.publicPostInfo(request)
        return [self.ccxt.parse_position(row) for row in self.list_in(response, "assetPositions")]

    def is_omitted(self, instrument: Instrument) -> bool:
        """False: every exchange is requested."""
        return False

    def is_hedged(self, row: Raw) -> bool | None:
        """False: there is one net position in each market."""
        return False

    def position(self, row: Raw, instrument: Instrument) -> Position:
        """Returns an open position.

        Its value is the size at the mark price. An isolated margin includes PnL: it is not the initial one.
        """
        read = super().position(row, instrument)
        reported = read.reported or ReportedFigures()
        value = reported.notional
        return replace(
            read,
            reported=replace(
                reported,
                mark_price=None if not value else value / read.contracts,
                initial_margin=reported.initial_margin if read.margin_mode == "cross" else None,
            ),
        )

    async def fetch_trades_page(self, symbol: str, span: Span, params: Params) -> list[Raw]:
        """Returns one page of the trades in all markets.

        ccxt would select those of one market, or a hundred, so that a full page would seem to be the last.
        """
        since, until = span
        return list(await self.ccxt.fetch_my_trades(None, since, None, {"until": until, **params}))

    def fill(self, row: Raw, instrument: Instrument) -> Fill | None:
        """Returns the fill. Its fee includes that of a builder, which ccxt adds again; it may be no USDC.

        Source: https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint
        """
        info = normalize_account.info_of(row)
        fee = {"cost": info.get("fee"), "currency": info.get("feeToken")}
        read = normalize_account.fill({**row, "fee": fee, "fees": None}, instrument)
        return replace(read, realized_pnl=number(info.get("closedPnl")), hedged=False)

    async def fetch_funding(self, symbol: str, since: int, until: int) -> list[Raw]:
        """Returns all payments in a span of time, of all markets: a page has those of every one."""

        async def fetch_page(span: Span) -> list[Raw]:
            params = {"until": span[1]}
            return list(await self.ccxt.fetch_funding_history(None, span[0], None, params))

        return await fetch_all_rows(self.id, fetch_page, since, until)
