"""OKX: history by the ids of its bills; fees, settlements and liquidations that ccxt reads differently."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from dashboard.domain.fill import Fee, Fill
from dashboard.domain.market import Instrument, Payoff
from dashboard.domain.position import Position
from dashboard.domain.reported_figures import ReportedFigures
from dashboard.exchange import normalize_account
from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.adapters.families import Params, PositionFamily
from dashboard.exchange.normalize import Raw, number, positive
from dashboard.exchange.pagination import MAX_HISTORY_MS, PAGE_SIZE, fetch_pages

_CONTRACTS = ("SWAP", "FUTURES")
_FUNDING_TYPE = "8"
_FULLY_CLOSED = ("2", "3", "6")
"""Types of a closed position: by the user, liquidated, deleveraged. The others still have a part open."""


class OkxAdapter(AccountAdapter):
    """Reads an OKX account."""

    fill_streams = ({},)

    async def fetch_family(self, family: PositionFamily) -> Sequence[Raw]:
        """Returns all swaps and futures; spot margin and options are no positions here."""
        rows = self.list_in(await self.ccxt.privateGetAccountPositions(dict(family.params)), "data")
        contracts = [row for row in rows if row.get("instType") in _CONTRACTS]
        parsed: Sequence[Raw] = self.ccxt.parse_positions(contracts)
        return parsed

    def is_omitted(self, instrument: Instrument) -> bool:
        """False: the one list has every contract."""
        return False

    def position(self, row: Raw, instrument: Instrument) -> Position:
        """Returns an open position, with the entry and the PnL since it was opened.

        Each settlement of a future in cross margin books the PnL and moves `avgPx` to the settlement price.
        """
        read, info = super().position(row, instrument), normalize_account.info_of(row)
        reported = read.reported or ReportedFigures()
        pnl, settled = reported.unrealized_pnl, number(info.get("settledPnl"))
        return replace(
            read,
            entry_price=positive(info.get("nonSettleAvgPx")) or read.entry_price,
            leverage=positive(info.get("lever")),
            reported=replace(
                reported,
                notional=_notional(info, instrument),
                unrealized_pnl=pnl if pnl is None or settled is None else pnl + settled,
            ),
        )

    async def fetch_closed_positions(self, since: int) -> list[Raw]:
        """Returns positions that were closed completely: the list has partial closes, too."""
        rows = await super().fetch_closed_positions(since)
        return [row for row in rows if normalize_account.info_of(row).get("type") in _FULLY_CLOSED]

    async def fetch_trades(self, symbol: str, since: int, until: int) -> list[Raw]:
        """Returns all trades by the ids of their bills: ccxt's pages lose those of one millisecond."""
        market = self.ccxt.market(symbol)
        rows = await self._bills(self.ccxt.privateGetTradeFillsHistory, market, since, until)
        return list(self.ccxt.parse_trades(rows, market))

    async def fetch_funding(self, symbol: str, since: int, until: int) -> list[Raw]:
        """Returns all payments of one market. ccxt requests the newest hundred of all markets."""
        market = self.ccxt.market(symbol)
        request = self.ccxt.privateGetAccountBillsArchive
        rows = await self._bills(request, market, since, until, type=_FUNDING_TYPE)
        return [self._payment_row(row, symbol) for row in rows]

    async def _bills(
        self, request: Callable[[Params], Awaitable[Any]], market: Raw, since: int, until: int, **params: str
    ) -> list[Raw]:
        """Returns the exchange's own rows of one market in a span of time, by the ids of their bills."""
        kind = "SWAP" if market["swap"] else "FUTURES"
        begin = max(since, until - MAX_HISTORY_MS)
        span = {"instType": kind, "instId": market["id"], "begin": begin, "limit": PAGE_SIZE, **params}

        async def fetch_page(after: str | None) -> tuple[list[Raw], str | None]:
            page = self.list_in(await request({**span, "after": after} if after else span), "data")
            return page, str(page[-1]["billId"]) if len(page) >= PAGE_SIZE else None

        rows = await fetch_pages(self.id, fetch_page)
        return [row for row in rows if row.get("instId") == market["id"]]

    def _payment_row(self, row: Raw, symbol: str) -> Raw:
        """Returns a bill as ccxt returns payments; the amount is the PnL's, else a change of a balance."""
        amounts = [row[key] for key in ("pnl", "balChg", "posBalChg") if number(row.get(key)) is not None]
        return {
            "info": row,
            "id": row.get("billId"),
            "symbol": symbol,
            "timestamp": row.get("ts"),
            "amount": next((amount for amount in amounts if number(amount)), "0" if amounts else None),
            "code": self.ccxt.safe_currency_code(row.get("ccy")),
        }

    def fill(self, row: Raw, instrument: Instrument) -> Fill | None:
        """Returns the fill. A liquidation may have no trade id; it is listed once, with that of its bill."""
        info = normalize_account.info_of(row)
        if not positive(info.get("tradeId")) and info.get("billId"):
            row = {**row, "id": f"bill {info['billId']}"}
        read = normalize_account.fill(row, instrument)
        if "fillFee" not in info:
            return read
        # The stream's fee is negative if paid; ccxt turns the sign of listed ones only.
        fee, coin = number(info["fillFee"]), self.ccxt.safe_currency_code(info.get("fillFeeCcy"))
        return replace(read, fees=() if fee is None or not coin else (Fee(-fee, coin),))


def _notional(info: Raw, instrument: Instrument) -> Decimal | None:
    """The notional in the settlement currency; the exchange states it in dollars."""
    value, mark = positive(info.get("notionalUsd")), positive(info.get("markPx"))
    if instrument.payoff is Payoff.LINEAR:
        return value
    return value / mark if value and mark else None
