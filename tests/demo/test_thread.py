import asyncio
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import ccxt
import pytest

from dashboard.demo import DemoExchange, DemoMarket, DemoThread, running_demo
from tests.waiting import TIMEOUT_S

ROOT = Path(__file__).parents[2]


def test_exchange_serves_from_a_thread_until_the_block_ends():
    with running_demo(DemoMarket(3), tick_interval_s=None) as demo:
        client = ccxt.bitget({**demo.exchange.ccxt_config(keys=False), "enableRateLimit": False})
        demo.call(demo.exchange.publish("BTCUSDT", lastPr="12345.6"))
        assert client.fetch_ticker("BTC/USDT:USDT")["last"] == 12345.6
    assert "demo-exchange" not in {thread.name for thread in threading.enumerate()}
    with pytest.raises(ccxt.NetworkError):
        client.fetch_ticker("BTC/USDT:USDT")
    client.session.close()


def test_orders_can_be_placed_from_another_thread():
    with running_demo(DemoMarket(3), trader=True) as demo:
        assert demo.exchange.auto_settle
        [fill] = demo.call(demo.exchange.order("ETHUSDT", side="sell", size="0.1"))
        assert fill in demo.exchange.account.fills


def test_port_in_use_raises_and_leaves_no_thread():
    with running_demo() as demo:
        other = DemoThread(DemoExchange(port=demo.exchange.port))
        with pytest.raises(OSError, match="in use"):
            other.start()
        other.stop()
    assert "demo-exchange" not in {thread.name for thread in threading.enumerate()}


def test_thread_can_be_stopped_twice_and_restarted_on_its_port():
    demo = DemoThread()
    demo.start()
    port = demo.exchange.port
    demo.stop()
    demo.stop()
    with pytest.raises(RuntimeError, match="not running"):
        demo.call(asyncio.sleep(0))
    demo.start()
    assert demo.exchange.port == port
    demo.stop()


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
def test_process_prints_its_url_and_exits_cleanly_on_a_signal(name):
    command = [sys.executable, "-m", "dashboard.demo", "--seed", "3", "--ticks-per-second", "20"]
    command.append("--trader")
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
        with urllib.request.urlopen(f"{url}/api/v2/public/time") as answer:  # noqa: S310 - http only
            assert b'"00000"' in answer.read()
        process.send_signal(name)
        assert process.wait(TIMEOUT_S) == 0
        assert process.stderr.read() == ""
