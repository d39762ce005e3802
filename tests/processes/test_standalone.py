"""The whole house: settings in, a served page out, with a real exchange client in between."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

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
from dashboard.processes.standalone import running

RECORDINGS = Path(__file__).parents[1] / "recordings" / "bitget"


@pytest.fixture
def exchange() -> Iterator[DemoThread]:
    """An exchange whose prices move only when told to."""
    demo = DemoThread(DemoExchange(tick_interval_s=None))
    demo.start()
    yield demo
    demo.stop()


def options(exchange: DemoThread, folder: Path, *, keys: bool = False) -> str:
    """An options file that leads the real client to the demo exchange."""
    file = folder / "exchange.json"
    file.write_text(json.dumps(exchange.exchange.ccxt_config(keys=keys)))
    return f"--exchange-config={file}"


@contextmanager
def dashboard(*flags: str) -> Iterator[subprocess.Popen[str]]:
    """`dashboard-run` in a process of its own, once it listens; `.url` is where."""
    command = [sys.executable, "-m", "dashboard.cli", "--port=0", "--no-browser", *flags]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
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
    return connect(url.replace("http", "ws") + "/ws/view")


def until(
    viewer: ClientConnection, before: Callable[[], object] = lambda: None, **wanted: str
) -> dict[str, str]:
    """Reads views until all of `wanted` are shown. What is done `before` each may have to be done again."""
    shown: dict[str, str] = {}
    give_up_at = time.monotonic() + 20
    while not wanted.items() <= shown.items():
        assert time.monotonic() < give_up_at, {key: shown.get(key) for key in (*wanted, "state")}
        before()
        shown |= json.loads(viewer.recv(10))["view"]
    return shown


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_in_two_seconds_with_viewers_connected(end: signal.Signals):
    with dashboard("--demo") as process, stream(url_of(process)) as viewer:
        until(viewer, state="STREAMING")
        asked_at = time.monotonic()
        process.send_signal(end)
        with suppress(ConnectionClosed):
            for _message in viewer:
                pass  # until the server says good-bye
        assert process.wait(5) == 0
        assert time.monotonic() - asked_at < 5  # it takes 1 s; a viewer that holds it up would cost 20
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_started_without_a_network_it_says_so_and_recovers(exchange: DemoThread, tmp_path: Path):
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
def test_a_recorded_frame_of_bitget_is_shown_to_the_digit(
    exchange: DemoThread, tmp_path: Path, file: str, symbol: str, last: str
):
    def send() -> None:
        """Whoever is just connecting anew does not hear it."""
        for frame in (RECORDINGS / file).read_text().splitlines():
            exchange.call(exchange.exchange.send(frame))

    flags = [options(exchange, tmp_path), f"--symbol={symbol}"]
    with dashboard(*flags) as process, stream(url_of(process)) as viewer:
        until(viewer, state="STREAMING")
        until(viewer, before=send, last=last)


def test_a_position_given_by_flags_is_shown_at_its_full_size(exchange: DemoThread, tmp_path: Path):
    flags = [options(exchange, tmp_path), "--port=0"]
    given = ["--side=short", "--entry-price=70000", "--quantity=0.01", "--leverage=10"]
    with dashboard(*flags, *given) as process, stream(url_of(process)) as viewer:
        shown = until(viewer, state="STREAMING", side="Short 10×")
        assert shown["size"] == "0.1 BTC"
        assert shown["source"] == "entered"


def test_a_position_entered_on_the_page_is_there_at_the_next_start(exchange: DemoThread, tmp_path: Path):
    fields = {"side": "short", "entry_price": "70000", "size": "0.1", "leverage": "10"}
    name = "bitget live BTC/USDT:USDT"
    ManualPositionStore().write(name, ManualPosition.from_fields(fields))
    try:
        with dashboard(options(exchange, tmp_path)) as process, stream(url_of(process)) as viewer:
            assert until(viewer, side="Short 10×")["source"] == "entered"
    finally:
        ManualPositionStore().write(name, ManualPosition())


def test_the_accounts_position_is_read_with_keys(exchange: DemoThread, tmp_path: Path):
    with dashboard(options(exchange, tmp_path, keys=True)) as process, stream(url_of(process)) as viewer:
        assert until(viewer, side="Long 20×")["liquidation-source"] == "exchange"


class TestRefusals:
    def test_a_wrong_symbol_ends_the_start(self, exchange: DemoThread, tmp_path: Path):
        settings = load([options(exchange, tmp_path), "--symbol=BTCUSTD"])
        with pytest.raises(UnknownSymbol, match="BTC/USDT"), running(settings):
            pass

    def test_wrong_keys_end_the_start(self, exchange: DemoThread, tmp_path: Path):
        keys = ["--api-key=a", "--api-secret=s3cr3t", "--api-passphrase=b"]
        settings = load([options(exchange, tmp_path), *keys])
        with pytest.raises(CredentialError) as refused, running(settings):
            pass
        assert "s3cr3t" not in str(refused.value)

    def test_another_site_cannot_read_the_page_by_a_name_of_its_own(self):
        with dashboard("--demo") as process:
            answer = httpx.get(url_of(process), headers={"Host": "evil.example"})
        assert answer.status_code == 400

    def test_another_site_cannot_open_the_stream(self):
        with dashboard("--demo") as process:
            address = url_of(process).replace("http", "ws") + "/ws/view"
            with pytest.raises(InvalidStatus, match="403"):
                connect(address, origin=Origin("https://evil.example"))

    def test_another_sites_page_cannot_change_anything(self):
        with dashboard("--demo") as process:
            url = url_of(process)
            answer = httpx.post(f"{url}/_dash-update-component", headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403

    def test_debugging_does_not_tell_the_keys(self, exchange: DemoThread, tmp_path: Path):
        with dashboard(options(exchange, tmp_path, keys=True), "--debug") as process:
            with stream(url_of(process)) as viewer:
                until(viewer, side="Long 20×")
            process.terminate()
            _, log = process.communicate(timeout=10)
        assert "DEBUG" in log
        account = exchange.exchange.account
        assert not [key for key in (account.api_key, account.secret, account.passphrase) if key in log]


@pytest.mark.parametrize(
    "content", ['{"timeout": "abc"}', '{"urls": 5}', '{"has": 7}', '{"markets": 5}', '{"secret": 5}']
)
def test_an_options_file_of_wrong_shapes_is_one_line(tmp_path: Path, content: str):
    file = tmp_path / "exchange.json"
    file.write_text(content)
    with dashboard(f"--exchange-config={file}") as process:
        _, complaint = process.communicate(timeout=30)
    assert process.returncode == 2
    assert complaint.startswith("dashboard-run: --exchange-config")
    assert complaint.count("\n") == 1


def test_the_demo_trades_and_tells_it_over_the_api():
    """SPEC A8 and B4: several positions are there from the start, and fills follow by themselves."""
    with dashboard("--demo") as process:
        url = url_of(process)
        with connect(url.replace("http", "ws") + "/api/v1/positions/stream") as client:
            known = set(json.loads(client.recv(10))["positions"])
            give_up_at = time.monotonic() + 30
            while len(known) < 3:
                assert time.monotonic() < give_up_at, known
                known.add(json.loads(client.recv(10)).get("symbol"))
        health = httpx.get(f"{url}/api/v1/positions/health").json()
        assert (health["status"], health["degraded"]) == ("healthy", [])


def test_access_keys_close_the_api_and_leave_the_page_open(exchange: DemoThread, tmp_path: Path):
    with dashboard(options(exchange, tmp_path), "--access-keys=bot:a-key-of-enough-characters") as process:
        url = url_of(process)
        assert httpx.get(f"{url}/api/v1/positions").status_code == 401
        key = {"X-API-Key": "a-key-of-enough-characters"}
        assert httpx.get(f"{url}/api/v1/positions", headers=key).json()["positions"] == {}
        assert httpx.get(url).status_code == 200


def test_two_dashboards_do_not_write_one_trail(exchange: DemoThread, tmp_path: Path):
    flags = [options(exchange, tmp_path, keys=True), f"--log-dir={tmp_path / 'trail'}"]
    with dashboard(*flags) as first:
        url_of(first)
        with dashboard(*flags) as second:
            _, complaint = second.communicate(timeout=30)
            assert second.returncode == 2
            assert "is being written by process" in complaint
            assert len(complaint.splitlines()) == 1


def test_a_trail_that_cannot_be_read_ends_the_start(exchange: DemoThread, tmp_path: Path):
    (tmp_path / "trail" / "audit-2026-01-02.jsonl").mkdir(parents=True)
    with dashboard(options(exchange, tmp_path, keys=True), f"--log-dir={tmp_path / 'trail'}") as process:
        _, complaint = process.communicate(timeout=30)
        assert process.returncode == 2
        assert "the audit trail cannot be read" in complaint.splitlines()[-1]
        assert "Traceback" not in complaint
