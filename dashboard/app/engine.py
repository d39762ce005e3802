"""The house behind every outlet: exchange → feed → markets and positions. `server.py` adds the outlets."""

import logging
import time
from collections.abc import Iterator
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
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
from dashboard.demo.account import DEMO_LEVELS
from dashboard.demo.thread import running_demo
from dashboard.domain.environment import Environment
from dashboard.domain.manual_position import ManualPosition
from dashboard.domain.position_selection import PositionSelection
from dashboard.errors import SettingsError, UsageError
from dashboard.exchange.account_client import AccountClient
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.exchange_client import ExchangeClient
from dashboard.feed.account_feed import AccountFeed
from dashboard.feed.price_feed import PriceFeed
from dashboard.logs import hide
from dashboard.paths import default_audit_directory, manual_positions_file
from dashboard.positions.audit_records import RestoredPositions, restore_positions
from dashboard.positions.manual import ManualPositions
from dashboard.positions.manual_store import ManualPositionStore
from dashboard.positions.monitor import PositionMonitor
from dashboard.positions.tracker import PositionTracker
from dashboard.state.markets import Markets
from dashboard.state.runtime import RuntimeConfig
from dashboard.systemd import is_managed

log = logging.getLogger(__name__)

_FIRST_ANSWER = 10.0
"""Seconds to wait for the exchange's word on symbol and keys before going on without it."""

_HANGS = 10_000
"""Milliseconds after which a feed that does nothing is said to hang: it turns each second."""


@dataclass(frozen=True, slots=True)
class Engine:
    """What runs behind the outlets. `monitor.start()` starts it, `monitor.stop()` ends it."""

    about: EngineInfo
    """As it was at the start."""
    markets: Markets
    tracker: PositionTracker
    monitor: PositionMonitor
    feed: PriceFeed
    manual: ManualPositions
    audit: AuditLogger | None
    """The trail of every change; None where there is no account."""

    @property
    def context(self) -> AppContext:
        """What the outlets see of it."""
        return AppContext(
            self.markets,
            self.tracker,
            self.about_now,
            self.manual.enter,
            self.feed.candles,
            self._reconcile,
        )

    async def _reconcile(self) -> None:
        self.feed.reconcile()

    def about_now(self) -> EngineInfo:
        """What there is to know beside prices and positions."""
        degraded = self.audit.degraded if self.audit else None
        trouble = str(degraded) if degraded else None
        return replace(self.about, running=self.monitor.running, trouble=trouble)

    @property
    def is_stalled(self) -> bool:
        """Whether the feed's thread has not done anything for long, or is gone."""
        turned = self.feed.turned_at
        return (turned is not None and now_ms() - turned > _HANGS) or not self.monitor.running

    def wait_until_ready(self) -> None:
        """Raises the UsageError that symbol or keys turned out to be. Anything else may pass by itself.

        A service goes on trying, and says so: while a machine starts its clock may be wrong, and an exchange
        refuses the keys for that.
        """
        with suppress(TookTooLong):
            error = self.feed.opened.exception(_FIRST_ANSWER)
            if isinstance(error, UsageError):
                if not is_managed():
                    raise error
                log.error("%s; it is tried again", error)


@contextmanager
def build_engine(settings: Settings) -> Iterator[Engine]:
    """A house that is not started yet, and is stopped at the end.

    Raises a DashboardError for whatever the user can mend.
    """
    with ExitStack() as stack:
        environment, access = stack.enter_context(_exchange(settings))
        for secret in access.secrets:
            hide(secret)
        audit = stack.enter_context(_audit(settings, environment)) if access.has_account else None
        built = _built(settings, environment, access, audit)
        stack.callback(built.monitor.stop)
        yield built


@contextmanager
def _exchange(settings: Settings) -> Iterator[tuple[Environment, Credentials]]:
    """Which exchange to read: the demo's, which runs meanwhile, or a real one."""
    if not settings.demo:
        yield (Environment.TESTNET if settings.use_testnet else Environment.LIVE), settings.access()
        return
    with running_demo(trader=True) as demo:
        yield Environment.DEMO, Credentials("bitget", config=demo.exchange.ccxt_config())


@contextmanager
def _audit(settings: Settings, environment: Environment) -> Iterator[AuditLogger]:
    """The trail. The demo's is as passing as its exchange, unless a folder was given for it."""
    with ExitStack() as stack:
        folder = settings.log_dir or default_audit_directory()
        if environment is Environment.DEMO and settings.log_dir is None:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="dashboard-demo-")))
        yield stack.enter_context(AuditLogger(folder, FlushPolicy(settings.audit_flush)))


def _built(
    settings: Settings, environment: Environment, access: Credentials, audit: AuditLogger | None
) -> Engine:
    client = ExchangeClient(access)
    markets = _markets(settings, environment, access)
    tracker = _tracker(settings, environment, access, audit)
    read_records = ManualPositions(
        markets.main,
        ManualPositionStore(manual_positions_file(settings.state_dir)),
        environment,
        recall=not settings.has_manual_position,
    )
    wires = EventRouter(markets, tracker, read_records.recall)
    account = AccountFeed(AccountClient(access, client), client, wires.account, tracker) if audit else None
    feed = wires.feed = PriceFeed(client, settings.symbol, wires.market, account=account)
    monitor = PositionMonitor(
        tracker,
        start_feed=lambda: feed.start(settings.update_interval, not settings.no_websocket),
        stop_feed=feed.stop,
        update_interval=settings.position_interval,
    )
    about = EngineInfo(client.name, settings.symbol, environment, has_account=audit is not None)
    return Engine(about, markets, tracker, monitor, feed, read_records, audit)


def _markets(settings: Settings, environment: Environment, access: Credentials) -> Markets:
    poll_interval = int(settings.update_interval * 1000)
    entered = _entered(settings, environment)
    main = RuntimeConfig(
        poll_interval, holdings=PositionSelection(entered=entered, account=access.has_account)
    )
    return Markets(main, lambda: RuntimeConfig(poll_interval, holdings=PositionSelection(account=True)))


def _entered(settings: Settings, environment: Environment) -> ManualPosition:
    """What the flags say. The demo has levels of its own, so that there is something to see."""
    if environment is Environment.DEMO and not settings.has_manual_position:
        return ManualPosition.from_fields(
            {name: f"{level.normalize():f}" for name, level in asdict(DEMO_LEVELS).items()}
        )
    return settings.entered


def _tracker(
    settings: Settings, environment: Environment, access: Credentials, audit: AuditLogger | None
) -> PositionTracker:
    account = _account_name(environment, access)
    if audit is None:
        return PositionTracker(account)
    return PositionTracker(
        account,
        record=audit.record,
        restored=_restored(account, audit.directory),
        threshold=settings.pnl_step,
    )


def _restored(account: str, folder: Path) -> RestoredPositions:
    """What the trail tells of the account. Without it they would begin anew: it has to be readable."""
    try:
        return restore_positions(account, ((line.kind, line.entry) for line in read_records(folder)))
    except OSError as error:
        raise SettingsError(f"--log-dir {folder}: the audit trail cannot be read: {error.strerror}") from None


def _account_name(environment: Environment, access: Credentials) -> str:
    """One for each account, without a secret in it. Each run of the demo is an account of its own."""
    owner = access.wallet_address or access.api_key or str(access.config.get("apiKey", ""))
    if environment is Environment.DEMO:
        owner = str(time.time_ns())
    return f"{access.exchange} {environment} {sha256(owner.encode()).hexdigest()[:8]}"
