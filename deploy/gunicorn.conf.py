"""Gunicorn's configuration for dashboard-web.service.

The listening socket comes from systemd (dashboard-web.socket); `bind` applies to manual runs only.
"""

import os

from gunicorn.arbiter import Arbiter

wsgi_app = "dashboard.processes.web:create_worker_app()"
worker_class = "dashboard.processes.gunicorn_worker.Worker"
workers = int(os.environ.get("WEB_CONCURRENCY") or min(4, max(2, os.cpu_count() or 2)))
"""Several for availability: one worker serves 200 viewers with a tenth of a core."""

bind = "127.0.0.1:8056"
backlog = 4096
preload_app = False  # threads do not survive a fork

timeout = 30  # seconds without a heartbeat until a worker is killed and replaced
graceful_timeout = 10
keepalive = 5

# Heartbeat files belong in memory, and the service's home is not writable.
worker_tmp_dir = "/dev/shm"  # noqa: S108 # nosec B108
control_socket_disable = True

errorlog = "-"
accesslog = None  # nginx keeps one
loglevel = "info"
proc_name = "dashboard-web"


def on_starting(server: Arbiter) -> None:
    """Exits with one line if the settings are wrong, instead of a traceback from each worker.

    The imports load the code that workers then share, which saves start time and memory. A reload therefore
    applies new settings only; a new version needs a restart, during which requests wait in systemd's socket.
    """
    from dashboard.processes.web import check_settings

    check_settings(server.cfg.address)


def when_ready(server: Arbiter) -> None:
    """Applies the password rules to the actual listening sockets, systemd's included."""
    from dashboard.processes.web import check_settings, require_login

    addresses = [listener.getsockname() for listener in server.LISTENERS]
    check_settings(addresses)
    require_login(addresses)


def child_exit(server: object, worker: object) -> None:
    """Removes the gauges of a worker that has exited from /metrics."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)  # type: ignore[attr-defined]
