"""A new API key of the same account continues its positions; another wallet does not."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dashboard.app.engine import Engine, build_engine
from dashboard.audit.verify import verify
from dashboard.config import Settings, load
from dashboard.demo import DemoExchange
from dashboard.demo.thread import DemoThread
from dashboard.domain.events import FillsReceived
from dashboard.exchange import account_uid
from dashboard.positions.checkpoint_check import CheckpointCheck
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


def settings(demo: DemoThread, folder: Path) -> Settings:
    return load([options(demo, folder, keys=True), f"--log-dir={folder / 'trail'}"])


def realized(engine: Engine) -> Decimal:
    known = engine.positions.all_known().values()
    return sum((live.state.cumulative_totals.realized_pnl for live in known), Decimal(0))


def is_read(engine: Engine) -> bool:
    (tracker,) = engine.trackers
    return bool(engine.positions.get_all_positions()) and tracker.complete_until is not None


def account(engine: Engine) -> str:
    (tracker,) = engine.trackers
    return tracker.account


def trade_and_rotate(demo: DemoThread, folder: Path) -> tuple[str, Decimal]:
    """Realises PnL, then replaces the key, and forgets the fills as an exchange does in time.

    Returns the account and its PnL.
    """
    with build_engine(settings(demo, folder)) as engine:
        engine.monitor.start()
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
        with build_engine(settings(demo, tmp_path)) as engine:
            assert demo.exchange.requests.count(INFO) == requests
            assert (account(engine), realized(engine)) == before
            engine.monitor.start()
            until(lambda: any(live.is_open for live in engine.positions.get_all_positions().values()))
            assert realized(engine) == before[1]
    assert verify(tmp_path / "trail", content=CheckpointCheck()).intact


def test_another_account_begins_its_own_history(demo: DemoThread, tmp_path: Path):
    name, _ = trade_and_rotate(demo, tmp_path)
    demo.exchange.account.user_id = "1"
    with build_engine(settings(demo, tmp_path)) as engine:
        assert account(engine) != name
        assert not engine.positions.all_known()


@pytest.mark.parametrize("fault", [{"hang": True}, {"status": 503}, {"code": "40014"}], ids=str)
def test_prices_and_positions_work_while_the_id_is_unknown(
    demo: DemoThread, tmp_path: Path, fault: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(account_uid, "_TIMEOUT_S", 2.0)
    before = trade_and_rotate(demo, tmp_path)
    faults = demo.exchange.faults.rest_at(INFO)
    for name, value in fault.items():
        setattr(faults, name, value)
    with build_engine(settings(demo, tmp_path)) as engine:
        engine.monitor.start()
        until(lambda: any(live.is_open for live in engine.positions.get_all_positions().values()))
        assert account(engine) != before[0]
    for name in fault:
        setattr(faults, name, None)
    with build_engine(settings(demo, tmp_path)) as engine:
        assert (account(engine), realized(engine)) == before


def test_start_does_not_wait_for_an_exchange_that_is_down(demo: DemoThread, tmp_path: Path):
    trade_and_rotate(demo, tmp_path)
    demo.call(demo.exchange.refuse())
    with build_engine(settings(demo, tmp_path)) as engine:
        engine.monitor.start()
        demo.call(demo.exchange.accept_again())
        until(lambda: any(live.is_open for live in engine.positions.get_all_positions().values()))


def test_trail_and_log_have_neither_key_nor_id(
    demo: DemoThread, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    trade_and_rotate(demo, tmp_path)
    with build_engine(settings(demo, tmp_path)):
        pass
    written = caplog.text + "".join(file.read_text() for file in (tmp_path / "trail").glob("*.jsonl"))
    owner = demo.exchange.account
    assert '"kind":"account"' in written
    assert not [text for text in (NEW_KEY, "demo-key", owner.secret, owner.user_id) if text in written]


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
    def started(config: dict[str, str]) -> Settings:
        file = tmp_path / "exchange.json"
        file.write_text(json.dumps(config))
        trail = tmp_path / "trail"
        return load([f"--exchange={exchange}", f"--exchange-config={file}", f"--log-dir={trail}"])

    with build_engine(started(one)) as engine:
        engine.trackers[0].apply(FillsReceived(tuple(fills("buy 1 @ 100"))))
        assert len(engine.positions.all_known()) == 1
    with build_engine(started(other)) as engine:
        assert not engine.positions.all_known()
    with build_engine(started(one)) as engine:
        assert len(engine.positions.all_known()) == 1
    written = "".join(file.read_text() for file in (tmp_path / "trail").glob("*.jsonl"))
    assert not [text for text in (*one.values(), *other.values()) if text in written]
