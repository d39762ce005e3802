"""KuCoin: one futures account for all contracts, classic or unified."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from dashboard.domain.fill import Fill
from dashboard.domain.market import Instrument
from dashboard.domain.position import Position, Side
from dashboard.domain.reported_figures import ReportedFigures
from dashboard.exchange import normalize_account
from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.adapters.families import PositionFamily
from dashboard.exchange.normalize import Raw, number, positive
from dashboard.exchange.pagination import PAGE_SIZE, Span, fetch_all_rows

_NS_PER_MS = 1_000_000
_OPENING_TIMES = (("openingTimestamp", 1), ("creationTime", _NS_PER_MS))
"""Of a classic account in ms, of a unified one in ns; with their units per ms."""
_TRADE_TIMES = ("tradeTime", "ts", "executionTime", "E")
"""In ns; of a classic account and its stream, of a unified one and its stream."""
_LEVERAGE_STEP = Decimal("0.01")


class KucoinAdapter(AccountAdapter):
    """Reads a KuCoin futures account: kucoin or kucoinfutures."""

    position_families = (PositionFamily("futures"),)

    def is_omitted(self, instrument: Instrument) -> bool:
        """False: one request returns every contract."""
        return False

    def is_hedged(self, row: Raw) -> bool | None:
        """True if the row names a side, False for `BOTH`."""
        return normalize_account.stated_position_side(normalize_account.info_of(row))[1]

    async def fetch_family(self, family: PositionFamily) -> Sequence[Raw]:
        """Returns all rows, with the side that they name in hedge mode."""
        rows = await super().fetch_family(family)
        return [{**row, "side": _stated_side(row) or row.get("side")} for row in rows]

    def position(self, row: Raw, instrument: Instrument) -> Position:
        """Returns an open position. ccxt's notional value is that at the entry, not at the mark."""
        read, info = super().position(row, instrument), normalize_account.info_of(row)
        value = number(info.get("markValue") or info.get("positionValue"))
        reported = replace(read.reported or ReportedFigures(), notional=None if value is None else abs(value))
        return replace(read, leverage=_leverage(info), opened_at=_opened_at(info), reported=reported)

    def fill(self, row: Raw, instrument: Instrument) -> Fill | None:
        """Returns the fill, at its own time: ccxt returns that of the order, or rounds it down."""
        read, info = normalize_account.fill(row, instrument), normalize_account.info_of(row)
        times = (number(info.get(key)) for key in _TRADE_TIMES)
        traded_at = next((int(time) // _NS_PER_MS for time in times if time), read.traded_at)
        side = read.position_side or _position_side(read, info)
        return replace(read, traded_at=traded_at, position_side=side)

    async def fetch_funding(self, symbol: str, since: int, until: int) -> list[Raw]:
        """Returns all payments in a span of time, whose end ccxt does not pass on."""

        async def fetch_page(span: Span) -> list[Raw]:
            params = {"endAt": span[1]}
            return list(await self.ccxt.fetch_funding_history(symbol, span[0], PAGE_SIZE, params))

        return await fetch_all_rows(self.id, fetch_page, since, until)


def _stated_side(row: Raw) -> Side | None:
    return normalize_account.stated_position_side(normalize_account.info_of(row))[0]


def _position_side(fill: Fill, info: Raw) -> Side | None:
    """The position's side in hedge mode, by the fee that was paid: that of opening or that of closing."""
    opens, closes = (bool(number(info.get(key))) for key in ("openFeePay", "closeFeePay"))
    if opens is closes:
        return None
    return Side.LONG if (fill.trade_side.sign > 0) is opens else Side.SHORT


def _leverage(info: Raw) -> Decimal | None:
    """The leverage that was set. `realLeverage` changes with the price and is not it."""
    stated = positive(info.get("leverage"))
    cost, margin = number(info.get("posCost")), positive(info.get("posInit"))
    if stated is not None or not cost or margin is None:
        return stated
    return (abs(cost) / margin).quantize(_LEVERAGE_STEP).normalize()


def _opened_at(info: Raw) -> int | None:
    times = ((positive(info.get(key)), units) for key, units in _OPENING_TIMES)
    return next((int(time / units) for time, units in times if time is not None), None)
