"""A new API key of the same account continues its positions; another wallet does not."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dashboard.app.engine import Engine, _trackers, build_engine
from dashboard.audit.flushing import FlushPolicy
from dashboard.audit.logger import AuditLogger
from dashboard.audit.verify import verify
from dashboard.config import load
from dashboard.demo import DemoExchange
from dashboard.demo.account.demo_account import DEMO_KEY
from dashboard.demo.thread import DemoThread
from dashboard.domain.environment import Environment
from dashboard.domain.events import FillsReceived
from dashboard.domain.keys import MarketKey
from dashboard.exchange import account_uid
from dashboard.exchange.credentials import Credentials
from dashboard.positions.checkpoint_check import CheckpointCheck
from dashboard.positions.live_book import LiveBook
from dashboard.positions.tracker import PositionTracker
from dashboard.positions.trail_replay import restore_trail
from dashboard.state.markets import Markets
from dashboard.web.views.page_view import PageView
from tests.domain.fill_histories import fills
from tests.processes.test_standalone import options
from tests.waiting import until

INFO = "/api/v2/spot/account/info"
NEW_KEY = "another-key-of-the-same-account"
WALLET, OTHER_WALLET = "0x" + "a" * 40, "0x" + "b" * 40
PRIVATE_KEY, OTHER_PRIVATE_KEY = "0x" + "1" * 64, "0x" + "2" * 64


@pytest.fixture
def demo() -> Iterator[DemoThread]:
    thread = DemoThread(DemoExchange(tick_interval_s=0.1))
    thread.start()
    yield thread
    thread.stop()


@contextmanager
def running(demo: DemoThread, folder: Path) -> Iterator[Engine]:
    """An engine that reads the demo's account with its current key."""
    settings = load([options(demo, folder, keys=True), f"--log-dir={folder / 'trail'}"])
    with build_engine(settings) as engine:
        engine.monitor.start()
        yield engine


def realized(engine: Engine) -> Decimal:
    known = engine.positions.all_known().values()
    return sum((live.state.cumulative_totals.realized_pnl for live in known), Decimal(0))


def is_read(engine: Engine) -> bool:
    (tracker,) = engine.trackers
    return bool(engine.positions.get_all_positions()) and tracker.complete_until is not None


def is_valued(engine: Engine) -> bool:
    held = engine.positions.get_all_positions().values()
    return any(live.unrealized_pnl is not None for live in held)


def account(engine: Engine) -> str:
    (tracker,) = engine.trackers
    return tracker.account


def trade_and_rotate(demo: DemoThread, folder: Path) -> tuple[str, Decimal]:
    """Realises PnL, then replaces the key, and forgets the fills as an exchange does in time.

    Returns the account and its PnL.
    """
    with running(demo, folder) as engine:
        until(lambda: is_read(engine))
        before = realized(engine)
        demo.call(demo.exchange.order("BTCUSDT", side="sell", size=Decimal("0.1"), reduce_only=True))
        until(lambda: realized(engine) != before)
        found = account(engine), realized(engine)
    demo.exchange.account.api_key = NEW_KEY
    demo.exchange.account.fills_kept_ms = 0
    demo.exchange.account.closed.clear()
    return found


def test_realized_pnl_is_kept_with_a_new_key(demo: DemoThread, tmp_path: Path):
    before = trade_and_rotate(demo, tmp_path)
    for requests in (1, 0):  # the second start knows the key
        demo.exchange.requests.clear()
        with running(demo, tmp_path) as engine:
            until(lambda: is_valued(engine))
            assert (account(engine), realized(engine)) == before
            assert demo.exchange.requests.count(INFO) == requests
    assert verify(tmp_path / "trail", content=CheckpointCheck()).intact


def test_another_account_begins_its_own_history(demo: DemoThread, tmp_path: Path):
    before = trade_and_rotate(demo, tmp_path)
    demo.exchange.account.user_id = "1"
    with running(demo, tmp_path) as engine:
        until(lambda: is_valued(engine))
        assert account(engine) != before[0]
        assert realized(engine) == 0


@pytest.mark.parametrize("fault", [{"hang": True}, {"status": 503}, {"code": "40014"}], ids=str)
def test_prices_and_positions_work_while_the_id_is_unknown(
    demo: DemoThread, tmp_path: Path, fault: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(account_uid, "_TIMEOUT_S", 2.0)
    before = trade_and_rotate(demo, tmp_path)
    faults = demo.exchange.faults.rest_at(INFO)
    for name, value in fault.items():
        setattr(faults, name, value)
    with running(demo, tmp_path) as engine:
        until(lambda: is_valued(engine))
        assert account(engine) != before[0]
    for name in fault:
        setattr(faults, name, None)
    with running(demo, tmp_path) as engine:
        assert (account(engine), realized(engine)) == before


def test_start_does_not_wait_for_an_exchange_that_is_down(demo: DemoThread, tmp_path: Path):
    before = trade_and_rotate(demo, tmp_path)
    demo.call(demo.exchange.refuse())
    with running(demo, tmp_path) as engine:
        assert account(engine) != before[0]
        demo.call(demo.exchange.accept_again())
        until(lambda: is_valued(engine))


def test_trail_log_and_page_have_neither_key_nor_id(
    demo: DemoThread, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    trade_and_rotate(demo, tmp_path)
    with running(demo, tmp_path) as engine:
        until(lambda: is_valued(engine))
        shown = json.dumps(PageView(engine.context).view(None))
    trail = written(tmp_path / "trail")
    owner = demo.exchange.account
    assert trail.count('"kind":"account"') == 2
    secrets = (NEW_KEY, DEMO_KEY, owner.secret, owner.passphrase, owner.user_id)
    assert not [text for text in secrets if text in trail + caplog.text + shown]


def written(trail: Path) -> str:
    return "".join(file.read_text() for file in trail.iterdir() if file.is_file())


@pytest.mark.parametrize(
    ("exchange", "one", "other"),
    [
        ("hyperliquid", {"walletAddress": WALLET}, {"walletAddress": OTHER_WALLET}),
        ("aster", {"privateKey": PRIVATE_KEY}, {"privateKey": OTHER_PRIVATE_KEY}),
    ],
)
def test_wallets_of_the_options_share_no_positions(
    exchange: str, one: dict[str, str], other: dict[str, str], tmp_path: Path
):
    with tracker_of(exchange, one, tmp_path) as tracker:
        tracker.apply(FillsReceived(tuple(fills("buy 1 @ 100"))))
        assert len(tracker.symbols()) == 1
    with tracker_of(exchange, other, tmp_path) as tracker:
        assert not tracker.symbols()
    with tracker_of(exchange, one, tmp_path) as tracker:
        assert len(tracker.symbols()) == 1
    trail = written(tmp_path)
    assert not [text for text in (*one.values(), *other.values()) if text in trail]


@contextmanager
def tracker_of(exchange: str, config: dict[str, str], trail: Path) -> Iterator[PositionTracker]:
    """The tracker of a start with these options, which reads nothing from the exchange."""
    book = LiveBook(Markets(MarketKey(exchange, "BTC"), 2_000))
    with AuditLogger(trail, FlushPolicy.NEVER) as audit:
        replay = restore_trail(trail).replay
        credentials = Credentials(exchange, config=config)
        (tracker,) = _trackers(Environment.LIVE, credentials, book, exchange, audit, replay)
        yield tracker
