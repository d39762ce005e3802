"""Bitget: one request and one stream for each product type, and its own words in hedge mode."""

from collections.abc import Sequence
from dataclasses import replace

from dashboard.domain.fill import Fill
from dashboard.domain.funding import Funding
from dashboard.domain.market import Instrument
from dashboard.domain.position import Side
from dashboard.exchange import normalize_account
from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.adapters.families import PositionFamily
from dashboard.exchange.normalize import Raw

_PRODUCT_TYPES = tuple(f"{coin}-FUTURES" for coin in ("USDT", "USDC", "COIN"))


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

    def is_omitted(self, instrument: Instrument) -> bool:
        """False: the families have every contract."""
        return False

    async def fetch_family(self, family: PositionFamily) -> Sequence[Raw]:
        """Returns one product type. All coins at once, where ccxt requires one for coin-margined ones."""
        if family.params["productType"] != "COIN-FUTURES" or self.ccxt.options.get("uta"):
            return await super().fetch_family(family)
        response = await self.ccxt.privateMixGetV2MixPositionAllPosition(dict(family.params))
        rows: Sequence[Raw] = self.ccxt.parse_positions(self.ccxt.safe_list(response, "data", []))
        return rows

    def fill(self, row: Raw, instrument: Instrument) -> Fill | None:
        """Returns the fill.

        In hedge mode the row has the position's side where others have the order's: a long is closed by
        a `buy` whose tradeSide is `close`.
        """
        read, info = normalize_account.fill(row, instrument), normalize_account.info_of(row)
        if info.get("posMode") != "hedge_mode":
            return replace(read, hedged=False) if info.get("posMode") else read
        side = Side.LONG if read.trade_side.sign > 0 else Side.SHORT
        closes = "close" in str(info.get("tradeSide"))
        trade_side = read.trade_side.opposite if closes else read.trade_side
        return replace(read, trade_side=trade_side, position_side=side, hedged=True)

    def payment(self, row: Raw, instrument: Instrument) -> Funding:
        """Returns a payment. In hedge mode the bill's type ends with the position's side."""
        kind = str(normalize_account.info_of(row).get("businessType", ""))
        side = next((side for side in Side if kind.endswith(f"_{side}")), None)
        return replace(super().payment(row, instrument), position_side=side)

    def has_all_fill_streams(self) -> bool:
        """True if one open connection is subscribed to every product type."""
        names = {f"fill:{product}" for product in _PRODUCT_TYPES}
        return any(
            names <= connection.subscriptions.keys() or "fill:UTA" in connection.subscriptions
            for connection in self.ccxt.clients.values()
        )
