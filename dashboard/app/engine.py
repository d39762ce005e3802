"""Engine: exchange, feed, markets and positions, put together. `asgi` adds the outlets."""

import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from dashboard.app.context import AppContext, EngineInfo
from dashboard.app.event_router import EventRouter
from dashboard.audit.flushing import FlushPolicy
from dashboard.audit.logger import AuditLogger
from dashboard.audit.trail_reader import read_records
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
from dashboard.errors import SettingsError, UsageError
from dashboard.exchange.account_client import AccountClient
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.exchange_client import ExchangeClient
from dashboard.feed.account_feed import AccountFeed
from dashboard.feed.price_feed import PriceFeed
from dashboard.logs import add_secret
from dashboard.paths import default_audit_directory, manual_positions_file
from dashboard.positions.audit_records import RestoredPositions, restore_positions
from dashboard.positions.live_book import LiveBook
from dashboard.positions.manual import ManualPositions
from dashboard.positions.manual_store import ManualPositionStore
from dashboard.positions.monitor import PositionMonitor
from dashboard.positions.tracker import PositionTracker
from dashboard.state.markets import Markets
from dashboard.systemd import is_managed

log = logging.getLogger(__name__)

_FIRST_ANSWER_S = 10.0
"""Time to wait for the exchange to accept symbol and keys before starting without its answer."""

_STALLED_AFTER_MS = 10_000
"""Time without a turn of the feed's loop, which turns each second, after which it counts as stalled."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Everything that runs behind the outlets. `monitor.start()` starts it, `monitor.stop()` ends it."""

    info: EngineInfo
    """The facts as they were at the start."""
    markets: Markets
    positions: LiveBook
    trackers: tuple[PositionTracker, ...]
    """One for each account; none without credentials."""
    monitor: PositionMonitor
    feed: PriceFeed
    manual: ManualPositions
    audit: AuditLogger | None
    """The trail of every change; None while nothing is recorded."""

    @property
    def context(self) -> AppContext:
        """Everything that the outlets may read and ask."""
        return AppContext(
            self.markets, self.positions, self.info_now, self.manual.enter, self._candles, self._reconcile
        )

    async def _reconcile(self) -> None:
        self.feed.reconcile()

    async def _candles(self, timeframe: str, market: MarketKey) -> Sequence[Candle]:
        return await self.feed.candles(timeframe, None if self.markets.is_main(market) else market.symbol)

    def info_now(self) -> EngineInfo:
        """The facts as they are now."""
        degraded = self.audit.degraded if self.audit else None
        trouble = str(degraded) if degraded else None
        return replace(self.info, running=self.monitor.running, trouble=trouble)

    @property
    def is_stalled(self) -> bool:
        """True if the feed's thread has ended or not done anything for long."""
        turned = self.feed.last_heartbeat_at
        return (turned is not None and now_ms() - turned > _STALLED_AFTER_MS) or not self.monitor.running

    def wait_until_ready(self) -> None:
        """Waits for the first answer of the exchange. Raises the UsageError of a wrong symbol or wrong keys.

        Any other failure may pass by itself. A service logs the error and keeps trying: while a machine
        starts its clock may be wrong, and an exchange refuses the keys for that.
        """
        with suppress(FutureTimeout):
            error = self.feed.first_connection.exception(_FIRST_ANSWER_S)
            if isinstance(error, UsageError):
                if not is_managed():
                    raise error
                log.error("%s; trying again", error)


@contextmanager
def build_engine(settings: Settings) -> Iterator[Engine]:
    """Builds an engine that is not started yet, and stops it at the end.

    Raises a DashboardError for whatever the user can correct.
    """
    with ExitStack() as stack:
        environment, credentials = stack.enter_context(_exchange(settings))
        for secret in credentials.secrets:
            add_secret(secret)
        audit = stack.enter_context(_audit(settings, environment)) if credentials.has_account else None
        engine = _built(settings, environment, credentials, audit)
        stack.callback(engine.monitor.stop)
        yield engine


@contextmanager
def _exchange(settings: Settings) -> Iterator[tuple[Environment, Credentials]]:
    """The exchange to read: a real one, or the demo's, which runs as long as the context."""
    if not settings.demo:
        yield (Environment.TESTNET if settings.use_testnet else Environment.LIVE), settings.credentials()
        return
    with running_demo(trader=True) as demo:
        yield Environment.DEMO, Credentials("bitget", config=demo.exchange.ccxt_config())


@contextmanager
def _audit(settings: Settings, environment: Environment) -> Iterator[AuditLogger]:
    """The audit trail. The demo's is temporary, unless a folder was given for it."""
    with ExitStack() as stack:
        folder = settings.log_dir or default_audit_directory()
        if environment is Environment.DEMO and settings.log_dir is None:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="dashboard-demo-")))
        yield stack.enter_context(AuditLogger(folder, FlushPolicy(settings.audit_flush)))


def _built(
    settings: Settings, environment: Environment, credentials: Credentials, audit: AuditLogger | None
) -> Engine:
    exchange = environment.connection(credentials.exchange)
    client = ExchangeClient(credentials)
    markets = Markets(MarketKey(exchange, settings.symbol), int(settings.update_interval * 1000))
    book = LiveBook(markets, threshold=settings.pnl_step)
    trackers = (_tracker(environment, credentials, book, exchange, audit),) if audit else ()
    entered = _entered(settings, environment)
    if entered != ManualPosition():
        book.enter(markets.main_key, ManualEntry(entered))
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
    info = EngineInfo(client.name, settings.symbol, environment, has_account=bool(trackers))
    return Engine(info, markets, book, trackers, monitor, feed, manual, audit)


def _entered(settings: Settings, environment: Environment) -> ManualPosition:
    """The position or levels given by flags. The demo has levels of its own, as an example."""
    if environment is Environment.DEMO and not settings.has_manual_position:
        levels = asdict(DEMO_LEVELS).items()
        return ManualPosition.from_fields({name: plain_number(level) for name, level in levels})
    return settings.manual_position


def _account_feed(
    credentials: Credentials, client: ExchangeClient, router: EventRouter, tracker: PositionTracker
) -> AccountFeed:
    return AccountFeed(AccountClient(credentials, client), client, partial(router.account, tracker), tracker)


def _tracker(
    environment: Environment, credentials: Credentials, book: LiveBook, exchange: str, audit: AuditLogger
) -> PositionTracker:
    account = _account_name(environment, credentials)
    restored = _restored(account, audit.directory)
    return PositionTracker(account, book, exchange, record=audit.record, restored=restored)


def _restored(account: str, folder: Path) -> RestoredPositions:
    """Reads the account's positions from the audit trail. Raises SettingsError if it is unreadable."""
    try:
        return restore_positions(account, ((line.kind, line.entry) for line in read_records(folder)))
    except OSError as error:
        raise SettingsError(f"--log-dir {folder}: the audit trail cannot be read: {error.strerror}") from None


def _account_name(environment: Environment, credentials: Credentials) -> str:
    """Returns the identity of an account, without a secret. Each run of the demo is an account of its own."""
    owner = credentials.wallet_address or credentials.api_key or str(credentials.config.get("apiKey", ""))
    if environment is Environment.DEMO:
        owner = str(time.time_ns())
    return f"{credentials.exchange} {environment} {sha256(owner.encode()).hexdigest()[:8]}"
