"""Binance: USD-margined and coin-margined contracts, with requests and streams of their own."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from dashboard.domain.market import Instrument
from dashboard.domain.position import Position, Side
from dashboard.exchange import normalize_account
from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.adapters.families import Params, PositionFamily
from dashboard.exchange.normalize import Raw, number

_FAMILIES = (
    PositionFamily("USD-margined futures", {"subType": "linear"}, lambda market: bool(market["linear"])),
    PositionFamily("coin-margined futures", {"subType": "inverse"}, lambda market: bool(market["inverse"])),
)
LISTEN_KEY_RENEWAL_S = 1500.0
"""A listen key lives for 60 minutes. ccxt requests it again if it is older than 20 minutes."""


class BinanceAdapter(AccountAdapter):
    """Reads a Binance futures account: binance, binanceusdm or binancecoinm."""

    def __init__(self, exchange: Any) -> None:
        """Selects the families whose markets `exchange` loads."""
        super().__init__(exchange)
        markets = exchange.options["fetchMarkets"]
        loaded = markets if isinstance(markets, list) else markets["types"]  # ccxt accepts both
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
        """Returns an open position, with its own margin: ccxt's includes that of orders."""
        margin = normalize_account.info_of(row).get("positionInitialMargin")
        return super().position({**row, "initialMargin": margin}, instrument)

    async def watch_trades(self, params: Params) -> list[Raw]:
        """Waits for the next trades. Asks again in time: on `binance` ccxt does not renew listen keys."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LISTEN_KEY_RENEWAL_S):
                    return await super().watch_trades(params)


def _side(info: Raw) -> Side | None:
    """The side that the row names, or that of its signed amount."""
    stated, _ = normalize_account.stated_position_side(info)
    amount = number(info.get("positionAmt"))
    if stated is not None or not amount:
        return stated
    return Side.LONG if amount > 0 else Side.SHORT
