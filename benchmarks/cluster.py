"""500 browsers' websockets through nginx to four web workers, with a reload in the middle.

The setup of a server: a feed process, Redis, gunicorn with its configuration, nginx in front. The plain
implementation is one process to which the same viewers connect directly.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from benchmarks.processes import ROOT, Child, running, running_command
from benchmarks.report import Report, Row, percentile
from benchmarks.viewers import Measurements, Side
from dashboard.auth.auth_store import AuthStore
from dashboard.paths import auth_file

VIEWERS, WORKERS = 500, 4
NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
worker_rlimit_nofile 8192;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://unix:{folder}/web.sock;
      proxy_http_version 1.1; proxy_buffering off;
      proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header Cookie dashboard={token};
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;
    }}
  }}
}}
"""


class Cluster:
    """The feed, and the processes between it and a viewer; the server of a `Side`."""

    def __init__(self, feed: Child, processes: dict[str, subprocess.Popen[str]], url: str) -> None:
        self._feed = feed
        self._processes = processes
        self.url = url
        self.ask = feed.ask

    def cpu(self) -> float:
        """Seconds of CPU of all processes."""
        return self._feed.cpu() + sum(map(_cpu_of_all, self._processes.values()))

    def shares(self, seconds: float, before: dict[str, float]) -> dict[str, float]:
        """CPU of each process since `before`, in percent of a core."""
        return {name: (cpu - before[name]) / seconds * 100 for name, cpu in self.cpus().items()}

    def cpus(self) -> dict[str, float]:
        """Seconds of CPU of each process."""
        return {"feed": self._feed.cpu()} | {
            name: _cpu_of_all(process) for name, process in self._processes.items()
        }

    def reload(self) -> None:
        """Reloads the web workers as `systemctl reload` does."""
        self._processes["web workers"].send_signal(signal.SIGHUP)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Starts all processes; yields once the workers are running."""
    nginx, redis = _path_of("nginx"), _path_of("redis-server")
    port = _free_port()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="cluster-")))
        redis_url = f"unix://{folder}/redis.sock"
        (folder / "nginx.conf").write_text(
            NGINX.format(folder=folder, port=port, token=_session_token(folder))
        )
        command = [redis, "--port", "0", "--unixsocket", f"{folder}/redis.sock"]
        command += ["--save", "", "--dir", str(folder)]
        processes = {"Redis": stack.enter_context(running_command(command))}
        _wait_until(lambda: (folder / "redis.sock").exists())
        feed = stack.enter_context(running("benchmarks.our_feed", redis_url))
        environment = {"DASHBOARD_REDIS_URL": redis_url, "DASHBOARD_STATE_DIR": str(folder)}
        command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"]
        command += ["--bind", f"unix:{folder}/web.sock", "--log-level", "error"]
        environment |= {**os.environ, "WEB_CONCURRENCY": str(WORKERS)}
        processes["web workers"] = stack.enter_context(running_command(command, env=environment))
        command = [nginx, "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
        processes["nginx"] = stack.enter_context(running_command(command))
        made = Cluster(feed, processes, f"http://127.0.0.1:{port}")
        _wait_until(lambda: len(psutil.Process(processes["web workers"].pid).children()) == WORKERS)
        time.sleep(3)  # until each of them has subscribed
        yield made


def measure(quick: bool) -> Report:
    """Measures rounds of ticks, then a reload."""
    ticks = 50 if quick else 200
    with ExitStack() as stack:
        ours = stack.enter_context(cluster())
        many = _side(stack, ours)
        alone = _side(stack, stack.enter_context(running("benchmarks.our_server")))
        for side in (many, alone):
            side.round(10)
            side.found = Measurements()
        before, began = ours.cpus(), time.monotonic()
        many.round(ticks)
        shares = ours.shares(time.monotonic() - began, before)
        alone.round(ticks)
        ours.reload()
        reconnected = many.crowds[0].ask("rejoined", within=60)
        many.crowds[0].ask("forget")
        after = Side(many.server, many.crowds)
        after.round(20)
    found, plain = many.found, alone.found
    return Report(
        f"cluster: {VIEWERS} viewers through nginx to {WORKERS} workers at 10 ticks/s",
        "The plain implementation is one process, connected directly. Then the workers are reloaded, and "
        "each viewer reconnects as the page does.",
        [
            Row("latency, p50", percentile(found.late, 50), percentile(plain.late, 50), "ms"),
            Row("latency, p95", percentile(found.late, 95), percentile(plain.late, 95), "ms"),
            Row("latency, max", max(found.late), max(plain.late), "ms"),
            Row("CPU of all processes", _share(found), _share(plain), "% of a core"),
            Row("disconnected", found.lost, plain.lost, most=0, digits=0),
            Row("without the last tick", found.behind, plain.behind, most=0, digits=0),
            Row("reload: last viewer reconnected", max(reconnected, default=0.0), unit="s", most=15),
            Row("reload: without the last tick afterwards", after.found.behind, most=0, digits=0),
        ],
        [
            "CPU of " + ", ".join(f"{name} {share:.1f} %" for name, share in shares.items()) + " of a core.",
            f"The reload disconnected {len(reconnected)} of {VIEWERS} viewers.",
        ],
    )


def _session_token(folder: Path) -> str:
    """The token of a session that all viewers share."""
    store = AuthStore(auth_file(folder))
    password = "a long enough passphrase"
    store.set_password(password)
    return store.log_in(password, session_hours=1) or ""


def _side(stack: ExitStack, server: Child | Cluster) -> Side:
    crowd = running("benchmarks.crowd", f"{server.url}/ws/view", str(VIEWERS))
    return Side(server, [stack.enter_context(crowd)])


def _share(found: Measurements) -> float:
    return found.server_cpu / found.seconds * 100


def _cpu_of_all(process: subprocess.Popen[str]) -> float:
    """Seconds of CPU of a process and its children."""
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    return float(sum(one.cpu_times().user + one.cpu_times().system for one in family))


def _path_of(program: str) -> str:
    found = shutil.which(program)
    if program == "redis-server":
        found = subprocess.check_output([ROOT / "dev" / "redis", "--install"], text=True).strip()
    if not found:
        raise SystemExit(f"cluster: {program} is missing; on Debian and Ubuntu: apt-get install {program}")
    return found


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("cluster: a process did not start within 30 s")
        time.sleep(0.05)
