"""The only place that composes: settings → exchange → feed → runtime → app."""

from collections.abc import Iterator
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import contextmanager, suppress
from dataclasses import asdict

from fastapi import FastAPI

from dashboard.access import guard
from dashboard.config import Settings
from dashboard.demo.account import DEMO_LEVELS
from dashboard.demo.thread import running_demo
from dashboard.domain.entered import Entered
from dashboard.domain.events import FeedEvent, Resolved
from dashboard.domain.holdings import Holdings
from dashboard.entries import Entries
from dashboard.errors import UsageError
from dashboard.exchange.access import Access
from dashboard.exchange.client import ExchangeClient
from dashboard.feed.price_feed import PriceFeed
from dashboard.positions_file import PositionsFile
from dashboard.runtime import RuntimeConfig
from dashboard.web.app import build_app
from dashboard.web.desk import Desk, Venue

_FIRST_ANSWER = 10.0
"""Seconds to wait for the exchange's word on symbol and keys before the page comes up without it."""


@contextmanager
def running(settings: Settings) -> Iterator[FastAPI]:
    """The app over a running feed, which is stopped at the end.

    Raises a DashboardError for whatever the user can mend. An exchange that cannot be reached is
    no error: the page comes up, says so, and the feed keeps trying.
    """
    with _exchange(settings) as (venue, access):
        client, entered = ExchangeClient(access), _entered(settings, venue)
        holdings = Holdings(entered=entered, account=client.has_account)
        runtime = RuntimeConfig(int(settings.update_interval * 1000), holdings=holdings)
        entries = Entries(runtime, PositionsFile(), venue, recall=not settings.gives_position)

        def on_event(event: FeedEvent) -> None:
            runtime.apply(event)
            if isinstance(event, Resolved):
                entries.recall(event.instrument)

        feed = PriceFeed(client, settings.symbol, on_event, read_account=client.has_account)
        feed.start(settings.update_interval, not settings.no_websocket)
        try:
            app = build_app(Desk(runtime, entries.enter, feed.candles, client.name, settings.symbol, venue))
            guard(app, settings.host)
            _await_first_answer(feed)
            yield app
        finally:
            feed.stop()


@contextmanager
def _exchange(settings: Settings) -> Iterator[tuple[Venue, Access]]:
    """Whose prices to read: the demo's, which runs meanwhile, or those of a real exchange."""
    if not settings.demo:
        yield (Venue.TESTNET if settings.use_testnet else Venue.LIVE), settings.access()
        return
    with running_demo() as demo:
        yield Venue.DEMO, Access("bitget", config=demo.exchange.ccxt_config())


def _entered(settings: Settings, venue: Venue) -> Entered:
    """What the flags say. The demo has levels of its own, so that there is something to see."""
    if venue is Venue.DEMO and not settings.gives_position:
        return Entered.from_fields(
            {name: f"{level.normalize():f}" for name, level in asdict(DEMO_LEVELS).items()}
        )
    return settings.entered


def _await_first_answer(feed: PriceFeed) -> None:
    """Raises the UsageError that symbol or keys turned out to be. Anything else may pass by itself."""
    with suppress(TookTooLong):
        error = feed.opened.exception(_FIRST_ANSWER)
        if isinstance(error, UsageError):
            raise error
