"""AccountClient: what one account holds and does, read through ccxt."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ccxt.base.errors import NetworkError

from dashboard.clock import wall_ms
from dashboard.domain.fill import Fill
from dashboard.domain.funding import Funding
from dashboard.domain.market import Instrument
from dashboard.domain.position import Position, Side
from dashboard.errors import DashboardError, ExchangeLacks, ExchangeUnavailable
from dashboard.exchange import exchange_quirks
from dashboard.exchange import normalize_account as convert
from dashboard.exchange.ccxt_errors import translate_errors
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.exchange_client import ExchangeClient
from dashboard.exchange.factory import build_exchange, reject_non_json_responses
from dashboard.exchange.normalize import Raw
from dashboard.exchange.pagination import HISTORY_KEPT_MS, PAGE_SIZE, Span, fetch_all_rows

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AccountPositions:
    """All open positions, as the exchange told them."""

    asked_at: int
    """The exchange's time, in ms since 1970 (UTC)."""
    positions: tuple[Position, ...]
    hedged: bool


class AccountClient:
    """Reads one account. It has connections of its own, so that breaking those for prices leaves them alone.

    Its coroutines belong to one event loop, and raise what those of ExchangeClient raise. They need
    the markets that another client has loaded. What is not a future or a swap is left out.
    """

    def __init__(self, access: Credentials, markets: ExchangeClient | None = None) -> None:
        """Raises a UsageError if the exchange, its testnet or the keys cannot be used."""
        self._ccxt: Any = build_exchange(access)
        reject_non_json_responses(self._ccxt)
        self._markets = markets
        self._ahead: int | None = None
        self._hedged = False
        self._sought: set[str] = set()
        self._to_seek: set[str] = set()
        self._left_out: set[str] = set()
        self.id = access.exchange

    def share_markets(self, client: ExchangeClient) -> None:
        """From now on knows the markets that `client` has loaded; they are in memory once."""
        self._markets = client

    @property
    def can_watch_fills(self) -> bool:
        """Whether there is a websocket for fills."""
        return self._has("watchMyTrades")

    async def fetch_positions(self, also: Instrument | None = None) -> AccountPositions:
        """All open positions; `also` names a market that the exchange may tell of only by its name."""
        markets = await self._borrowed()
        asked_at = await self._exchange_time()
        if not self._has("fetchPositions"):
            raise ExchangeLacks(f"{self.id} cannot be asked for positions")
        with translate_errors(self.id):
            rows = await exchange_quirks.positions(self._ccxt, also)
        told = convert.hedged(rows)
        self._hedged = self._hedged if told is None else told
        held = convert.positions(rows, lambda symbol: self._contract(markets, symbol))
        return AccountPositions(asked_at, held, self._hedged)

    async def fetch_fills(self, instrument: Instrument, since: int | None) -> tuple[Fill, ...]:
        """All fills from `since` (ms since 1970) to now, as far as the exchange keeps them, 90 days at most.

        `since` None asks for all of these.
        """
        await self._borrowed()
        now = await self._exchange_time()
        rows: list[Raw] = []
        with translate_errors(self.id):
            for kind in exchange_quirks.TRADES.get(self.id, ({},)):

                async def ask(
                    span: Span, more: Mapping[str, Any], kind: Mapping[str, Any] = kind
                ) -> list[Raw]:
                    return await exchange_quirks.trades(self._ccxt, instrument.symbol, span, {**kind, **more})

                rows += await fetch_all_rows(
                    self.id, ask, now - HISTORY_KEPT_MS if since is None else since, now
                )
        own = (row for row in rows if row.get("symbol") in (instrument.symbol, None))
        return self._heard(convert.fills(own, lambda symbol: instrument, hedged=self._hedged))

    async def fetch_funding(self, instrument: Instrument, since: int) -> tuple[Funding, ...]:
        """Funding payments from `since` (ms since 1970) on; none where the exchange does not tell them."""
        if instrument.kind != "swap" or not self._has("fetchFundingHistory"):
            return ()
        await self._borrowed()
        now = await self._exchange_time()

        async def ask(span: Span, more: Mapping[str, Any]) -> list[Raw]:
            params = {"until": span[1], **more}
            return list(await self._ccxt.fetch_funding_history(instrument.symbol, span[0], PAGE_SIZE, params))

        with translate_errors(self.id):
            if self.id in exchange_quirks.FUNDING_WITHOUT_UNTIL:
                rows = await self._ccxt.fetch_funding_history(instrument.symbol, since, PAGE_SIZE)
            else:
                rows = await fetch_all_rows(self.id, ask, since, now)
        return convert.funding(rows, instrument)

    async def fetch_closed(self, since: int) -> frozenset[tuple[str, Side]]:
        """Symbol and side of what was closed since; nothing where the exchange has no such history."""
        if not self._has("fetchPositionsHistory"):
            return frozenset()
        await self._borrowed()
        with translate_errors(self.id):
            rows = await exchange_quirks.history(self._ccxt)
        return convert.closed(rows, since)

    async def watch_fills(self) -> tuple[Fill, ...]:
        """Waits for the next fills of the websocket."""
        markets = await self._borrowed()
        with translate_errors(self.id):
            rows = await self._next_trades()
        fills = convert.fills(rows, lambda symbol: self._contract(markets, symbol), hedged=self._hedged)
        return self._heard(fills)

    async def _next_trades(self) -> list[Raw]:
        first, *others = exchange_quirks.FILL_STREAMS.get(self.id, exchange_quirks.CONTRACTS)
        if not others or exchange_quirks.hears_all_fills(self._ccxt):
            # Not by `gather`: its tasks start a turn of the loop later; what comes meanwhile is told late.
            return list(await self._ccxt.watch_my_trades(params=first))
        # All of them wait for the same news, with whatever it brings.
        waits = (self._ccxt.watch_my_trades(params=params) for params in (first, *others))
        return list((await asyncio.gather(*waits))[0])

    def break_streams(self) -> None:
        """Drops the account's websockets, so that whoever waits fails now and the next wait connects anew."""
        for connection in list(self._ccxt.clients.values()):
            connection.on_error(NetworkError("the websocket was silent"))

    async def close(self) -> None:
        """Closes all connections."""
        await self._ccxt.close()

    async def _borrowed(self) -> ExchangeClient:
        """The client whose markets ours are. It loads them anew for a symbol that was not among them."""
        if self._markets is None:
            raise ExchangeUnavailable(f"{self.id}: the list of markets was not read yet")
        if self._to_seek:
            await self._markets.load_markets()
            self._sought |= self._to_seek
            self._to_seek.clear()
        self._markets.lend_markets(self._ccxt)
        return self._markets

    def _contract(self, markets: ExchangeClient, symbol: str) -> Instrument | None:
        """The market of what is held or traded; None for one that cannot be followed.

        Raises ExchangeUnavailable for one that may have been listed lately: the next question knows it.
        """
        try:
            instrument = markets.instrument(symbol)
        except ExchangeLacks as error:
            if not markets.lists(symbol) and symbol not in self._sought:
                self._to_seek.add(symbol)
                raise ExchangeUnavailable(f"{self.id}: {symbol} is new among its markets") from None
            if symbol not in self._left_out:
                self._left_out.add(symbol)
                log.warning("what the account has in %s is left out: %s", symbol, error)
            return None
        return instrument if instrument.kind in ("swap", "future") else None

    def _heard(self, fills: Iterable[Fill]) -> tuple[Fill, ...]:
        """A fill of one of two positions tells the mode even before there is a position to tell it."""
        told = tuple(fills)
        self._hedged = self._hedged or any(fill.position_side is not None for fill in told)
        return told

    async def _exchange_time(self) -> int:
        """The exchange's clock now; this machine's where it cannot be asked."""
        if self._ahead is None and self._has("fetchTime"):
            with suppress(DashboardError), translate_errors(self.id):
                before = wall_ms()
                told = await self._ccxt.fetch_time()
                self._ahead = int(told) - (before + wall_ms()) // 2
        return wall_ms() + (self._ahead or 0)

    def _has(self, capability: str) -> bool:
        return bool(self._ccxt.has.get(capability))
