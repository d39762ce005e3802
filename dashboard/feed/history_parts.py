"""The parts of an account's history: fills and funding of each market, and the positions closed lately."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain

from dashboard.domain.adjustment import PositionAdjustment
from dashboard.domain.fill import Fill
from dashboard.domain.funding import Funding
from dashboard.domain.market import Instrument
from dashboard.domain.opening_fills import fills_since_opening
from dashboard.domain.position import Side
from dashboard.errors import ExchangeLacks, UnknownSymbol, UsageError
from dashboard.exchange.account_client import AccountClient
from dashboard.exchange.pagination import MAX_HISTORY_MS
from dashboard.feed.backward_history import BackwardHistory

CLOSED_POSITIONS = "closed positions"
"""Name of the part with the positions closed lately."""
_LONGEST_MS = MAX_HISTORY_MS - 3_600_000
"""Less than exchanges list, as reading it takes some time."""
_MAX_FILLS = 5_000
"""A position that took more fills than these since it was last flat keeps the exchange's figures."""


def funding_name(symbol: str) -> str:
    """Returns the name of the part with the funding of a market."""
    return f"funding of {symbol}"


class FillHistory:
    """The fills of one market since a time; those of adopted positions since their opening.

    The opening is found backwards from the figures: the fills of a position add up to its size. How long ago
    a position was opened is not reported by all exchanges, and some report the first position ever. The
    search ends after 90 days, which is as far back as exchanges list fills, or after many fills: then the
    exchange's figures remain the beginning, which are as true, but without the PnL realised before.
    """

    def __init__(
        self,
        client: AccountClient,
        instrument: Instrument,
        *,
        since: int,
        until: int,
        adopted: Callable[[], Sequence[PositionAdjustment]] = tuple,
    ) -> None:
        """`adopted` returns the figures that the market's positions begin with."""
        self.instrument = instrument
        self.name = instrument.symbol
        self.is_started = False
        """True once a request was sent: later fills need another part."""
        self.refusal: UsageError | None = None
        self._since = since
        self._adopted = adopted
        self._history = BackwardHistory[Fill](partial(client.fetch_fills, instrument), until)

    @property
    def until(self) -> int:
        """The time up to which fills are read, in ms since 1970. It can be changed before the start."""
        return self._history.until

    @until.setter
    def until(self, until: int) -> None:
        self._history.until = until

    @property
    def is_complete(self) -> bool:
        """True once everything was read that is still of use, or the exchange lacks it."""
        if self.refusal is not None:
            return True
        if not self._history.is_read(max(self._since, self._oldest)):
            return False
        if self._history.is_read(self._oldest) or self._history.count > _MAX_FILLS:
            return True
        return all(each is not None for each in self._since_openings())

    async def advance(self) -> None:
        """Reads one more span."""
        self.is_started = True
        back_to = self._oldest if self._adopted() else max(self._since, self._oldest)
        try:
            await self._history.read_span(back_to)
        except (ExchangeLacks, UnknownSymbol) as error:  # no retry can succeed
            self.refusal = error

    @property
    def fills(self) -> tuple[Fill, ...]:
        """The fills from `since` on, and before it those of positions that are still open."""
        opening = chain.from_iterable(each or () for each in self._since_openings())
        later = (fill for fill in self._history.events if fill.traded_at >= self._since)
        return tuple({fill.identity: fill for fill in chain(opening, later)}.values())

    @property
    def _oldest(self) -> int:
        return self.until - _LONGEST_MS

    def _since_openings(self) -> list[tuple[Fill, ...] | None]:
        events = self._history.events
        return [fills_since_opening(events, each) for each in self._adopted()]


class FundingHistory:
    """The funding payments of one market since a time; none where the exchange refuses them."""

    def __init__(self, client: AccountClient, instrument: Instrument, *, since: int, until: int) -> None:
        self.symbol = instrument.symbol
        self.name = funding_name(instrument.symbol)
        self.until = until
        self.refusal: UsageError | None = None
        self._since = max(since, until - _LONGEST_MS)
        self._history = BackwardHistory[Funding](partial(client.fetch_funding, instrument), until)

    @property
    def is_complete(self) -> bool:
        """True once all payments are read, or refused."""
        return self.refusal is not None or self._history.is_read(self._since)

    async def advance(self) -> None:
        """Reads one more span."""
        try:
            await self._history.read_span(self._since)
        except UsageError as error:  # no retry can succeed
            self.refusal = error

    @property
    def payments(self) -> tuple[Funding, ...]:
        """The payments read."""
        return self._history.events


class ClosedPositions:
    """Symbol and side of the positions closed since a time; none where the exchange refuses them."""

    name = CLOSED_POSITIONS

    def __init__(self, client: AccountClient) -> None:
        self._client = client
        self._since = 0
        self._requested = self._answered = 0
        self.closed: frozenset[tuple[str, Side]] = frozenset()
        self.refusal: UsageError | None = None

    def request(self, since: int) -> None:
        """Requests them again, from `since` (ms since 1970) on: a request on its way may be too early."""
        self._since = since
        self._requested += 1

    @property
    def is_complete(self) -> bool:
        """True once the newest request was answered, or refused."""
        return self._answered == self._requested

    async def advance(self) -> None:
        """Reads them, in one request."""
        number, self.refusal = self._requested, None
        try:
            self.closed = await self._client.fetch_closed_positions(self._since)
        except UsageError as error:  # no retry can succeed
            self.closed, self.refusal = frozenset(), error
        self._answered = number
