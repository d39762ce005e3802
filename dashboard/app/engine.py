"""Engine: exchange, feed, markets and positions, put together. `asgi` adds page, API and metrics."""

import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from dashboard.app.account_identity import identify, name_of
from dashboard.app.context import AppContext, EngineInfo
from dashboard.app.event_router import EventRouter
from dashboard.audit.flushing import FlushPolicy
from dashboard.audit.key_file import UnusableKey, load_key, refuse_inside
from dashboard.audit.logger import AuditLogger
from dashboard.audit.signing_key import SigningKey
from dashboard.clock import now_ms
from dashboard.config import Settings
from dashboard.demo.account.demo_levels import DEMO_LEVELS
from dashboard.demo.thread import running_demo
from dashboard.domain.decimal_math import plain_number
from dashboard.domain.environment import Environment
from dashboard.domain.keys import MarketKey
from dashboard.domain.manual_position import ManualPosition
from dashboard.domain.market import Candle
from dashboard.domain.position_selection import ManualEntry
from dashboard.errors import ExchangeUnavailable, SettingsError, UsageError
from dashboard.exchange.account_client import AccountClient
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.exchange_client import ExchangeClient
from dashboard.feed.account_feed import AccountFeed
from dashboard.feed.price_feed import PriceFeed
from dashboard.paths import default_audit_directory, manual_positions_file
from dashboard.positions.account_owner import owner_record
from dashboard.positions.checkpoint_writer import CheckpointWriter
from dashboard.positions.live_book import LiveBook
from dashboard.positions.manual import ManualPositions
from dashboard.positions.manual_store import ManualPositionStore
from dashboard.positions.monitor import PositionMonitor
from dashboard.positions.tracker import PositionTracker
from dashboard.positions.trail_replay import RestoredTrail, TrailReplay, restore_trail
from dashboard.redaction import add_secret
from dashboard.state.markets import Markets
from dashboard.systemd import is_managed

log = logging.getLogger(__name__)

_FIRST_RESPONSE_S = 10.0
"""Time to wait for the exchange to accept symbol and keys; then the start continues without it."""

_STALLED_AFTER_MS = 10_000
"""Time without a turn of the feed's loop after which it counts as stalled; it turns each second."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Everything behind page, API and metrics. `monitor` starts and stops it."""

    info: EngineInfo
    """The facts at the start; `info_now` has the current ones."""
    markets: Markets
    positions: LiveBook
    trackers: tuple[PositionTracker, ...]
    """One for each account."""
    monitor: PositionMonitor
    feed: PriceFeed
    manual: ManualPositions
    audit: AuditLogger | None
    """The trail of every change; None if changes are not recorded."""

    @property
    def context(self) -> AppContext:
        """The state and commands for page, API and metrics."""
        return AppContext(
            self.markets, self.positions, self.info_now, self.manual.enter, self._candles, self._reconcile
        )

    async def _reconcile(self) -> None:
        self.feed.reconcile()

    async def _candles(self, timeframe: str, market: MarketKey) -> Sequence[Candle]:
        if market.exchange != self.markets.main_key.exchange:
            raise ExchangeUnavailable(f"{market.exchange} is not connected: its price history is unknown")
        return await self.feed.candles(timeframe, None if self.markets.is_main(market) else market.symbol)

    def info_now(self) -> EngineInfo:
        """The current facts."""
        problem = self.audit.problem if self.audit else None
        return replace(self.info, running=self.monitor.running and self.feed.running, audit_problem=problem)

    @property
    def is_stalled(self) -> bool:
        """True if the feed's thread has ended or its loop has stopped turning."""
        turned = self.feed.last_heartbeat_at
        return (turned is not None and now_ms() - turned > _STALLED_AFTER_MS) or not self.monitor.running

    def wait_until_ready(self) -> None:
        """Waits for the exchange's first response. Raises UsageError if it rejects symbol or keys.

        Other errors may be temporary. A service logs the UsageError and retries: while a machine boots its
        clock may be wrong, and an exchange rejects the keys for that.
        """
        with suppress(FutureTimeout):
            error = self.feed.first_connection.exception(_FIRST_RESPONSE_S)
            if isinstance(error, UsageError):
                if not is_managed():
                    raise error
                log.error("%s; retrying", error)


@contextmanager
def build_engine(settings: Settings) -> Iterator[Engine]:
    """Builds an engine without starting it, and stops it at the end. Raises DashboardError."""
    with ExitStack() as stack:
        environment, credentials = stack.enter_context(_exchange(settings))
        for secret in credentials.secrets:
            add_secret(secret)
        audit = stack.enter_context(_audit(settings, environment)) if credentials.has_account else None
        trail = _restored(audit.directory) if audit else RestoredTrail(TrailReplay())
        engine = _assemble(settings, environment, credentials, audit, trail)
        if audit is not None:
            others, newest = trail.replay.accounts, trail.checkpoint
            stack.enter_context(CheckpointWriter(audit, engine.positions, engine.trackers, others, newest))
        stack.callback(engine.monitor.stop)
        yield engine


@contextmanager
def _exchange(settings: Settings) -> Iterator[tuple[Environment, Credentials]]:
    """Environment and credentials. The demo's exchange runs while the context is entered."""
    if not settings.demo:
        yield (Environment.TESTNET if settings.use_testnet else Environment.LIVE), settings.credentials()
        return
    with running_demo(trader=True) as demo:
        yield Environment.DEMO, Credentials("bitget", config=demo.exchange.ccxt_config())


@contextmanager
def _audit(settings: Settings, environment: Environment) -> Iterator[AuditLogger]:
    """The audit trail. The demo's is temporary unless its folder is set."""
    with ExitStack() as stack:
        folder = settings.log_dir or default_audit_directory()
        if environment is Environment.DEMO and settings.log_dir is None:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="dashboard-demo-")))
        key = _signing_key(settings.audit_signing_key_file, folder)
        yield stack.enter_context(AuditLogger(folder, FlushPolicy(settings.audit_flush), key=key))


def _signing_key(path: Path | None, folder: Path) -> SigningKey | UnusableKey | None:
    """The key that signs the trail in `folder`, or the reason why it cannot. Raises UnusableKey if inside."""
    if path is None:
        return None
    refuse_inside(folder, path)
    try:
        return load_key(path)
    except UnusableKey as error:
        return error


def _assemble(
    settings: Settings,
    environment: Environment,
    credentials: Credentials,
    audit: AuditLogger | None,
    trail: RestoredTrail,
) -> Engine:
    exchange = environment.connection(credentials.exchange)
    client = ExchangeClient(credentials)
    markets = Markets(MarketKey(exchange, settings.symbol), int(settings.update_interval * 1000))
    book = LiveBook(markets, threshold=settings.pnl_step)
    trackers = _trackers(environment, credentials, book, exchange, audit, trail.replay)
    position = _initial_position(settings, environment)
    if position != ManualPosition():
        book.enter(markets.main_key, ManualEntry(position))
    store = ManualPositionStore(manual_positions_file(settings.state_dir))
    manual = ManualPositions(book, markets, store, environment, restore=not settings.has_manual_position)
    router = EventRouter(markets, book, manual.restore)
    accounts = [_account_feed(credentials, client, router, tracker) for tracker in trackers]
    account = accounts[0] if accounts else None
    feed = PriceFeed(client, settings.symbol, router.market, exchange=exchange, account=account)
    router.feeds[exchange] = feed
    monitor = PositionMonitor(
        book,
        start_feed=lambda: feed.start(settings.update_interval, not settings.no_websocket),
        stop_feed=feed.stop,
        update_interval=settings.position_interval,
    )
    info = EngineInfo(client.name, settings.symbol, environment, has_account=credentials.has_account)
    return Engine(info, markets, book, trackers, monitor, feed, manual, audit)


def _initial_position(settings: Settings, environment: Environment) -> ManualPosition:
    """The manual position or levels of the settings; example levels for the demo."""
    if environment is Environment.DEMO and not settings.has_manual_position:
        levels = asdict(DEMO_LEVELS).items()
        return ManualPosition.from_fields({name: plain_number(level) for name, level in levels})
    return settings.manual_position


def _account_feed(
    credentials: Credentials, client: ExchangeClient, router: EventRouter, tracker: PositionTracker
) -> AccountFeed:
    return AccountFeed(AccountClient(credentials, client), client, partial(router.account, tracker), tracker)


def _trackers(
    environment: Environment,
    credentials: Credentials,
    book: LiveBook,
    exchange: str,
    audit: AuditLogger | None,
    replay: TrailReplay,
) -> tuple[PositionTracker, ...]:
    """One tracker for each account, which takes its positions from `replay`. Without `audit` none records."""
    if not credentials.has_account:
        return ()
    account = _account(environment, credentials, audit, replay)
    if audit is None:
        return (PositionTracker(account, book, exchange),)
    return (PositionTracker(account, book, exchange, record=audit.record, restored=replay.take(account)),)


def _restored(folder: Path) -> RestoredTrail:
    """Restores all accounts from the audit trail. Raises SettingsError if it is unreadable."""
    try:
        return restore_trail(folder)
    except OSError as error:
        raise SettingsError(f"--log-dir {folder}: the audit trail cannot be read: {error.strerror}") from None


def _account(
    environment: Environment, credentials: Credentials, audit: AuditLogger | None, replay: TrailReplay
) -> str:
    """Returns the name of the account in trail and API, and records the credentials once they are known.

    Each run of the demo has its own account.
    """
    if environment is Environment.DEMO:
        return name_of(credentials, environment, credentials.hash_of(str(time.time_ns())))
    identity = identify(credentials, environment, replay.owners)
    if identity.learnt is not None and audit is not None:
        record = owner_record(identity.account, identity.learnt)
        audit.record(*record)
        replay.add(*record)  # the next checkpoint contains it, even if it could not be written
    return identity.account
