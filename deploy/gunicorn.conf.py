"""Gunicorn for dashboard-web.service: how many workers, and how each is started, watched and ended.

The listening socket comes from systemd (dashboard-web.socket), so `bind` is only for trying it by hand.
"""

import os

from gunicorn.arbiter import Arbiter

wsgi_app = "dashboard.processes.web:create_worker_app()"
worker_class = "dashboard.processes.gunicorn_worker.Worker"
workers = int(os.environ.get("WEB_CONCURRENCY") or min(4, max(2, os.cpu_count() or 2)))
"""Workers are for availability: one alone carries 200 viewers on a tenth of a core."""

bind = "127.0.0.1:8056"
backlog = 4096
preload_app = False  # a thread made before the fork would be dead after it

timeout = 30  # a worker whose event loop hangs this long is killed and replaced
graceful_timeout = 10
keepalive = 5

# Only nginx can reach the unix socket, and it sets these headers itself. See `when_ready` for others.
forwarded_allow_ips = "*"

# Heartbeats belong into memory, and gunicorn unlinks the file at once; the service's home is not writable.
worker_tmp_dir = "/dev/shm"  # noqa: S108 # nosec B108
control_socket_disable = True

errorlog = "-"
accesslog = None  # nginx keeps one
loglevel = "info"
proc_name = "dashboard-web"


def on_starting(server: Arbiter) -> None:
    """Ends in one line where the settings are wrong, instead of a traceback from each worker.

    The code is loaded by this, which workers then share: they begin sooner and need less memory. So a reload
    takes new settings, and a new version needs a restart; requests wait meanwhile in systemd's socket.
    """
    from dashboard.processes.web import check_settings

    check_settings(server.cfg.address)


def when_ready(server: Arbiter) -> None:
    """Judges by the sockets that there really are, whoever opened them."""
    from dashboard.processes.web import check_settings, require_login

    addresses = [listener.getsockname() for listener in server.LISTENERS]
    check_settings(addresses)
    require_login(addresses)
    if any(isinstance(address, tuple) for address in addresses):
        server.cfg.set("forwarded_allow_ips", "127.0.0.1,::1")  # anybody may come there, and say anything


def child_exit(server: object, worker: object) -> None:
    """Forgets the gauges of a worker that has ended, so that /metrics does not count them for ever."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)  # type: ignore[attr-defined]
