"""A Redis of a test's own, on a unix socket, that can be stopped, suspended, emptied and started again."""

import os
import signal
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import RedisError

from dashboard.replication.redis_client import connect
from tests.waiting import until

ROOT = Path(__file__).parents[1]
NO_REDIS = "no redis-server: `make test` gets one, REDIS_SERVER=/path/to/it names one"


@cache
def binary() -> str:
    """Where it is. Skips the test where there is none, which counts as a failure in CI."""
    found = os.environ.get("REDIS_SERVER")
    if found is None:
        look = subprocess.run([ROOT / "dev" / "redis"], capture_output=True, text=True, check=False)
        found = look.stdout.strip()
    if not found:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(NO_REDIS)
    return found


class RedisServer:
    """Runs, with what it holds lost at each start."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="redis-")  # a socket's path has to be short
        self.path = Path(self._folder.name) / "redis.sock"
        self.url = f"unix://{self.path}"
        self.client: Redis = connect(self.url)
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        flags = ["--port", "0", "--unixsocket", str(self.path), "--save", "", "--dir", self._folder.name]
        self._process = subprocess.Popen([binary(), *flags], stdout=subprocess.DEVNULL)
        until(self._answers)

    def stop(self) -> None:
        """Ends it, and with it whoever is connected."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def suspend(self) -> None:
        """It is there, but answers nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """It answers again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def empty(self) -> None:
        """Takes everything away."""
        self.client.flushall()

    def close(self) -> None:
        """Ends it for good."""
        self.client.close()
        self.stop()
        self._folder.cleanup()

    def _answers(self) -> Any:
        try:
            return self.client.ping()
        except RedisError:
            return False
