"""Binance: USD-margined and coin-margined contracts, with requests and streams of their own; and Aster."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

from dashboard.domain.fill import Fee, Fill
from dashboard.domain.market import Instrument
from dashboard.domain.position import Position, Side
from dashboard.domain.reported_figures import ReportedFigures
from dashboard.exchange import normalize_account
from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.adapters.families import Params, PositionFamily
from dashboard.exchange.normalize import Raw, number, positive

_FAMILIES = (
    PositionFamily("USD-margined futures", {"subType": "linear"}, lambda market: bool(market["linear"])),
    PositionFamily("coin-margined futures", {"subType": "inverse"}, lambda market: bool(market["inverse"])),
)
_LISTEN_KEY_RENEWAL_S = 1500.0
"""A listen key lives for 60 minutes. ccxt requests it again if it is older than 20 minutes."""
_LEVERAGE_TOLERANCE = Decimal("0.002")
"""As a share of the leverage: margins are rounded, and stated in dollars in multi-assets mode."""


class BinanceAdapter(AccountAdapter):
    """Reads a Binance futures account: binance, binanceusdm or binancecoinm."""

    def __init__(self, exchange: Any) -> None:
        """Selects the families whose markets `exchange` loads."""
        super().__init__(exchange)
        loaded = exchange.options["fetchMarkets"]["types"]
        families = tuple(family for family in _FAMILIES if family.params["subType"] in loaded)
        self.position_families = families or _FAMILIES
        self.fill_streams = tuple({"type": "swap", **family.params} for family in self.position_families)
        # Else ccxt requests the brackets of one family only, and positions that no one waits for.
        exchange.options["leverageBrackets"] = {}
        exchange.options["watchPositions"]["fetchPositionsSnapshot"] = False

    def is_omitted(self, instrument: Instrument) -> bool:
        """False: the families have every loaded contract."""
        return False

    def is_hedged(self, row: Raw) -> bool | None:
        """True if the row names a side, False for `BOTH`."""
        return normalize_account.stated_position_side(normalize_account.info_of(row))[1]

    async def fetch_family(self, family: PositionFamily) -> Sequence[Raw]:
        """Returns the rows of one family. ccxt takes the side from the notional value, which Aster omits."""
        rows = await super().fetch_family(family)
        return [{**row, "side": _side(normalize_account.info_of(row))} for row in rows]

    def position(self, row: Raw, instrument: Instrument) -> Position:
        """Returns an open position. Its margin excludes that of orders."""
        read = super().position(row, instrument)
        margin = positive(normalize_account.info_of(row).get("positionInitialMargin"))
        reported = replace(read.reported or ReportedFigures(), initial_margin=margin)
        return replace(read, leverage=read.leverage or _leverage(reported), reported=reported)

    async def watch_trades(self, params: Params) -> list[Raw]:
        """Waits for the next trades. Asks again in time: on `binance` ccxt does not renew listen keys."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LISTEN_KEY_RENEWAL_S):
                    return await super().watch_trades(params)


class AsterAdapter(BinanceAdapter):
    """Reads an Aster account, whose protocol is that of Binance's USD-margined futures."""

    def __init__(self, exchange: Any) -> None:
        """Renews the listen key in time: ccxt does so only when it has expired."""
        AccountAdapter.__init__(self, exchange)
        exchange.options["leverageBrackets"] = {}
        exchange.options["listenKeyRefreshRate"] = {"swap": _LISTEN_KEY_RENEWAL_S * 1000}

    def fill(self, row: Raw, instrument: Instrument) -> Fill | None:
        """Returns the fill. ccxt drops the sign of its fee: a negative one is a rebate."""
        read, info = normalize_account.fill(row, instrument), normalize_account.info_of(row)
        commission, asset = number(info.get("commission")), info.get("commissionAsset")
        return read if commission is None or not asset else replace(read, fees=(Fee(commission, asset),))

    async def watch_trades(self, params: Params) -> list[Raw]:
        """Waits for the next trades. ccxt's own method raises for want of a market type, though given."""
        kind = params["type"]
        await self.ccxt.authenticate(kind)
        url = self.ccxt.get_private_url(kind)
        self.ccxt.set_balance_cache(self.ccxt.client(url), kind)
        trades = await self.ccxt.watch_multiple(url, ["myTrades"], None, [kind])
        count = trades.getLimit(None, None)
        return list(self.ccxt.filter_by_symbol_since_limit(trades, None, None, count, True))


def _side(info: Raw) -> Side | None:
    """The side that the row names, or that of its signed amount."""
    stated, _ = normalize_account.stated_position_side(info)
    amount = number(info.get("positionAmt"))
    if stated is not None or not amount:
        return stated
    return Side.LONG if amount > 0 else Side.SHORT


def _leverage(reported: ReportedFigures) -> Decimal | None:
    """The quotient of notional value and margin, both at the mark price, if it is a whole number."""
    if reported.notional is None or reported.initial_margin is None:
        return None
    quotient = reported.notional / reported.initial_margin
    leverage = quotient.to_integral_value()
    is_whole = leverage > 0 and abs(quotient - leverage) <= leverage * _LEVERAGE_TOLERANCE
    return leverage if is_whole else None
