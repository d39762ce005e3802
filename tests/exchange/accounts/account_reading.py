"""One account read as the dashboard reads it: ccxt, feed, tracker, book and API, over real sockets."""

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dashboard.api import serializers
from dashboard.clock import now_ms
from dashboard.domain.events import AccountEvent, AccountSnapshot, PriceReceived, Transport
from dashboard.domain.fill import Fill
from dashboard.domain.keys import MarketKey
from dashboard.domain.market import Quote, Ticker
from dashboard.domain.position import Position
from dashboard.exchange.account_client import AccountClient
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.exchange_client import ExchangeClient
from dashboard.feed.account_reader import AccountReader
from dashboard.feed.account_timeouts import AccountTimeouts
from dashboard.positions.live_book import LiveBook
from dashboard.positions.models import LivePosition
from dashboard.positions.tracker import PositionTracker
from dashboard.state.markets import Markets
from tests.exchange.accounts.account_case import AccountCase, ExchangeAccounts
from tests.exchange.accounts.stub_exchange import StubExchange
from tests.waiting import TIMEOUT_S

KEYS = {"apiKey": "a-key", "secret": "a-secret", "password": "a-passphrase"}
"""Made up: the stub checks no signature."""


@dataclass(frozen=True, slots=True)
class AccountReading:
    """Everything that one reading of an account leads to."""

    positions: tuple[LivePosition, ...]
    messages: tuple[dict[str, Any], ...]
    """The positions as the API serves them."""
    reported: tuple[Position, ...]
    """The positions as the exchange reported them."""
    fills: tuple[Fill, ...]
    modes: frozenset[bool]
    """The position modes of all markets that stated theirs: True for hedge mode."""
    unread: tuple[str, ...]
    """Names of the parts that could not be read."""
    history: str | None
    """Parts of the history that failed or were refused."""
    unanswered: tuple[str, ...]
    """Requests that the case has no answer for."""


async def read_account(accounts: ExchangeAccounts, case: AccountCase) -> AccountReading:
    """Reads an account once, at the expected positions' marks."""
    async with StubExchange(case.answers + accounts.answers) as stub:
        quick = {"enableRateLimit": False, "timeout_on_exit": 0}
        config = {**KEYS, **accounts.config, **stub.ccxt_config(accounts.exchange), **quick}
        credentials = Credentials(accounts.exchange, config=config)
        markets = ExchangeClient(credentials)
        client = AccountClient(credentials, markets)
        try:
            return await _read(accounts, case, client, markets, stub)
        finally:
            await client.close()
            await markets.close()


async def _read(
    accounts: ExchangeAccounts,
    case: AccountCase,
    client: AccountClient,
    markets: ExchangeClient,
    stub: StubExchange,
) -> AccountReading:
    main = await markets.resolve_instrument(accounts.symbol)
    states = Markets(MarketKey(accounts.exchange, main.symbol), poll_interval=1000)
    book = LiveBook(states)
    tracker = PositionTracker("account", book, accounts.exchange)
    events: list[AccountEvent] = []

    def emit(event: AccountEvent) -> None:
        events.append(event)
        tracker.apply(event)

    _publish_prices(accounts, case, states)  # without a price no liquidation price of a hedged leg is trusted
    timeouts = AccountTimeouts(first_history_wait_s=TIMEOUT_S)
    reader = AccountReader(client, markets, tracker, timeouts=timeouts)
    reader.main = main
    history = asyncio.create_task(reader.history.run())
    emit(await reader.read())
    history.cancel()
    _publish_prices(accounts, case, states)  # on a busy machine the first ones are too old by now
    live = tuple(book.get_all_positions().values())
    snapshot = next(event for event in reversed(events) if isinstance(event, AccountSnapshot))
    fills = {fill.identity: fill for event in events for fill in getattr(event, "fills", ())}
    return AccountReading(
        positions=live,
        messages=tuple(serializers.position_details(each, now_ms()) for each in live),
        reported=snapshot.positions,
        fills=tuple(fills.values()),
        modes=frozenset(snapshot.position_modes.values()),
        unread=tuple(part.name for part in snapshot.unread),
        history=snapshot.history,
        unanswered=tuple(stub.unanswered),
    )


def _publish_prices(accounts: ExchangeAccounts, case: AccountCase, states: Markets) -> None:
    for expected in case.positions:
        ticker = Ticker(mark=Quote(Decimal(expected.mark), now_ms()))
        key = MarketKey(accounts.exchange, expected.symbol)
        states.apply(key, PriceReceived(Transport.POLL, now_ms(), ticker))
