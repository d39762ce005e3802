"""A Redis server for one test, on a unix socket; it can be stopped, suspended, emptied and restarted."""

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
    """Returns the path of redis-server. Skips the test without one; in CI it fails."""
    found = os.environ.get("REDIS_SERVER")
    if found is None:
        search = subprocess.run([ROOT / "dev" / "redis"], capture_output=True, text=True, check=False)
        found = search.stdout.strip()
    if not found:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(NO_REDIS)
    return found


class RedisServer:
    """Runs from its creation; a restart loses its data."""

    def __init__(self) -> None:
        binary()  # skips before anything is left open
        self._folder = tempfile.TemporaryDirectory(prefix="redis-")  # a socket's path has to be short
        self.path = Path(self._folder.name) / "redis.sock"
        self.url = f"unix://{self.path}"
        self.client: Redis = connect(self.url)
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Starts the server and waits until it responds."""
        flags = ["--port", "0", "--unixsocket", str(self.path), "--save", "", "--dir", self._folder.name]
        self._process = subprocess.Popen([binary(), *flags], stdout=subprocess.DEVNULL)
        until(self._responds)

    def stop(self) -> None:
        """Kills the server and all of its connections."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def suspend(self) -> None:
        """Suspends the process: connections stay open without a response."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Resumes the process."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def empty(self) -> None:
        """Deletes all data."""
        self.client.flushall()

    def close(self) -> None:
        """Stops the server and deletes its folder."""
        self.client.close()
        self.stop()
        self._folder.cleanup()

    def _responds(self) -> Any:
        try:
            return self.client.ping()
        except RedisError:
            return False
