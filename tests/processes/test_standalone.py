"""`dashboard-run` from its settings to the served page, with a real exchange client in between."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from dashboard.config import load
from dashboard.demo.demo_exchange import DemoExchange
from dashboard.demo.thread import DemoThread
from dashboard.domain.manual_position import ManualPosition
from dashboard.errors import CredentialError, UnknownSymbol
from dashboard.positions.manual_store import ManualPositionStore
from dashboard.processes.standalone import running_app
from tests.waiting import TIMEOUT_S

pytestmark = pytest.mark.longest

RECORDINGS = Path(__file__).parents[1] / "recordings" / "bitget"


@pytest.fixture
def exchange() -> Iterator[DemoThread]:
    """An exchange whose prices move only on request."""
    demo = DemoThread(DemoExchange(tick_interval_s=None))
    demo.start()
    yield demo
    demo.stop()


def options(exchange: DemoThread, folder: Path, *, keys: bool = False) -> str:
    """An options file that points the real client at the demo exchange."""
    file = folder / "exchange.json"
    file.write_text(json.dumps(exchange.exchange.ccxt_config(keys=keys)))
    file.chmod(0o600)  # it has keys
    return f"--exchange-config={file}"


@contextmanager
def dashboard(*flags: str, stderr: int | IO[str] = subprocess.PIPE) -> Iterator[subprocess.Popen[str]]:
    """`dashboard-run` in a separate process; `url_of` waits until it listens."""
    command = [sys.executable, "-m", "dashboard.cli", "--port=0", "--no-browser", *flags]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def url_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    return next(word for word in line.split() if word.startswith("http"))


def stream(url: str) -> ClientConnection:
    return connect(url.replace("http", "ws") + "/ws/view", open_timeout=TIMEOUT_S)


def until(
    viewer: ClientConnection, before: Callable[[], object] = lambda: None, **expected: str
) -> dict[str, str]:
    """Reads views until all of `expected` are shown; calls `before` ahead of each."""
    shown: dict[str, str] = {}
    deadline = time.monotonic() + TIMEOUT_S
    while not expected.items() <= shown.items():
        assert time.monotonic() < deadline, {key: shown.get(key) for key in (*expected, "state")}
        before()
        shown |= json.loads(viewer.recv(TIMEOUT_S))["view"]
    return shown


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_it_cleanly_and_soon_with_viewers_connected(end: signal.Signals):
    started_at = time.monotonic()
    with dashboard("--demo") as process, stream(url_of(process)) as viewer:
        until(viewer, state="STREAMING")
        signalled_at = time.monotonic()
        process.send_signal(end)
        with suppress(ConnectionClosed):
            for _message in viewer:
                pass  # until the server closes
        assert process.wait(TIMEOUT_S) == 0
        # It takes 1 s, on a busy machine as much more as the start; a viewer that delays it would cost 20.
        assert time.monotonic() - signalled_at < max(10, signalled_at - started_at)
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_start_without_a_network_shows_disconnected_and_recovers(exchange: DemoThread, tmp_path: Path):
    flags = options(exchange, tmp_path)
    exchange.call(exchange.exchange.refuse())
    with dashboard(flags) as process, stream(url_of(process)) as viewer:
        assert until(viewer, state="DISCONNECTED")["price"] == "—"
        exchange.call(exchange.exchange.accept_again())
        until(viewer, state="STREAMING")


@pytest.mark.parametrize(
    ("file", "symbol", "last"),
    [
        ("spot_ticker_2026-08.jsonl", "BTC/USDT", "63,707.42"),
        ("futures_ticker_2024-10.jsonl", "STORJUSDT", "0.4706"),
    ],
)
def test_recorded_bitget_frame_is_shown_to_the_digit(
    exchange: DemoThread, tmp_path: Path, file: str, symbol: str, last: str
):
    def send() -> None:
        """Repeated, since a client that is reconnecting misses a frame."""
        for frame in (RECORDINGS / file).read_text().splitlines():
            exchange.call(exchange.exchange.send(frame))

    flags = [options(exchange, tmp_path), f"--symbol={symbol}"]
    with dashboard(*flags) as process, stream(url_of(process)) as viewer:
        until(viewer, state="STREAMING")
        until(viewer, before=send, last=last)


def test_position_from_flags_is_shown_at_its_full_size(exchange: DemoThread, tmp_path: Path):
    flags = [options(exchange, tmp_path), "--port=0"]
    given = ["--side=short", "--entry-price=70000", "--quantity=0.01", "--leverage=10"]
    with dashboard(*flags, *given) as process, stream(url_of(process)) as viewer:
        shown = until(viewer, state="STREAMING", side="Short 10×")
        assert shown["size"] == "0.1 BTC"
        assert shown["source"] == "entered"


def test_position_entered_on_the_page_is_restored_at_the_next_start(exchange: DemoThread, tmp_path: Path):
    fields = {"side": "short", "entry_price": "70000", "size": "0.1", "leverage": "10"}
    name = "bitget live BTC/USDT:USDT"
    ManualPositionStore().write(name, ManualPosition.from_fields(fields))
    try:
        with dashboard(options(exchange, tmp_path)) as process, stream(url_of(process)) as viewer:
            assert until(viewer, side="Short 10×")["source"] == "entered"
    finally:
        ManualPositionStore().write(name, ManualPosition())


def test_account_position_is_read_with_keys(exchange: DemoThread, tmp_path: Path):
    with dashboard(options(exchange, tmp_path, keys=True)) as process, stream(url_of(process)) as viewer:
        assert until(viewer, side="Long 20×")["liquidation-source"] == "exchange"


class TestRefusals:
    def test_wrong_symbol_ends_the_start(self, exchange: DemoThread, tmp_path: Path):
        settings = load([options(exchange, tmp_path), "--symbol=BTCUSTD"])
        with pytest.raises(UnknownSymbol, match="BTC/USDT"), running_app(settings):
            pass

    def test_wrong_keys_end_the_start(self, exchange: DemoThread, tmp_path: Path):
        keys = ["--api-key=a", "--api-secret=s3cr3t", "--api-passphrase=b"]
        settings = load([options(exchange, tmp_path), *keys])
        with pytest.raises(CredentialError) as refused, running_app(settings):
            pass
        assert "s3cr3t" not in str(refused.value)

    def test_unknown_host_name_is_refused(self):
        with dashboard("--demo") as process:
            answer = httpx.get(url_of(process), headers={"Host": "evil.example"})
        assert answer.status_code == 400

    def test_websocket_from_another_site_is_refused(self):
        with dashboard("--demo") as process:
            address = url_of(process).replace("http", "ws") + "/ws/view"
            with pytest.raises(InvalidStatus, match="403"):
                connect(address, origin=Origin("https://evil.example"))

    def test_callback_from_another_site_is_refused(self):
        with dashboard("--demo") as process:
            url = url_of(process)
            answer = httpx.post(f"{url}/_dash-update-component", headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403

    def test_debug_log_contains_no_key(self, exchange: DemoThread, tmp_path: Path):
        with dashboard(options(exchange, tmp_path, keys=True), "--debug") as process:
            with stream(url_of(process)) as viewer:
                until(viewer, side="Long 20×")
            process.terminate()
            _, log = process.communicate(timeout=TIMEOUT_S)
        assert "DEBUG" in log
        account = exchange.exchange.account
        assert not [key for key in (account.api_key, account.secret, account.passphrase) if key in log]


@pytest.mark.parametrize(
    "content", ['{"timeout": "abc"}', '{"urls": 5}', '{"has": 7}', '{"markets": 5}', '{"secret": 5}']
)
def test_options_file_with_wrong_types_is_one_error_line(tmp_path: Path, content: str):
    file = tmp_path / "exchange.json"
    file.write_text(content)
    with dashboard(f"--exchange-config={file}") as process:
        _, errors = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 2
    assert errors.startswith("dashboard-run: --exchange-config")
    assert errors.count("\n") == 1


def test_demo_trades_are_published_over_the_api():
    """SPEC A8 and B4: several positions exist from the start, and fills follow without input."""
    with dashboard("--demo") as process:
        url = url_of(process)
        with connect(url.replace("http", "ws") + "/api/v1/positions/stream") as client:
            known = set(json.loads(client.recv(TIMEOUT_S))["positions"])
            deadline = time.monotonic() + TIMEOUT_S
            while len(known) < 3:
                assert time.monotonic() < deadline, known
                known.add(json.loads(client.recv(TIMEOUT_S)).get("symbol"))
        health = httpx.get(f"{url}/api/v1/positions/health").json()
        assert (health["status"], health["degraded"]) == ("healthy", [])


def test_access_keys_protect_the_api_and_close_the_page(exchange: DemoThread, tmp_path: Path):
    with dashboard(options(exchange, tmp_path), "--access-keys=bot:a-key-of-enough-characters") as process:
        url = url_of(process)
        assert httpx.get(f"{url}/api/v1/positions").status_code == 401
        key = {"X-API-Key": "a-key-of-enough-characters"}
        assert httpx.get(f"{url}/api/v1/positions", headers=key).json()["positions"] == {}
        assert httpx.get(url).status_code == 503
        assert httpx.get(f"{url}/metrics").status_code == 401
        assert httpx.get(f"{url}/metrics", headers=key).status_code == 200


def test_second_dashboard_on_the_same_audit_trail_is_refused(exchange: DemoThread, tmp_path: Path):
    flags = [options(exchange, tmp_path, keys=True), f"--log-dir={tmp_path / 'trail'}"]
    with dashboard(*flags) as first:
        url_of(first)
        with dashboard(*flags) as second:
            _, errors = second.communicate(timeout=TIMEOUT_S)
            assert second.returncode == 2
            assert "is being written by process" in errors
            assert len(errors.splitlines()) == 1


def test_unreadable_audit_trail_ends_the_start(exchange: DemoThread, tmp_path: Path):
    (tmp_path / "trail" / "audit-2026-01-02.jsonl").mkdir(parents=True)
    with dashboard(options(exchange, tmp_path, keys=True), f"--log-dir={tmp_path / 'trail'}") as process:
        _, errors = process.communicate(timeout=TIMEOUT_S)
        assert process.returncode == 2
        assert "the audit trail cannot be read" in errors.splitlines()[-1]
        assert "Traceback" not in errors
