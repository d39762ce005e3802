"""The HTTP server of `dashboard-run`: listens, serves the app and opens a browser."""

import errno
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from typing import Any

import uvicorn
from fastapi import FastAPI

from dashboard.auth.auth_store import AuthStore
from dashboard.auth.bind_policy import is_reachable, require_password_for
from dashboard.config import Settings
from dashboard.errors import PortTaken, SettingsError
from dashboard.paths import auth_file
from dashboard.processes.standalone import running_app
from dashboard.processes.uvicorn_options import uvicorn_options
from dashboard.systemd import Watchdog, inherited_socket, notify

_PORTS_TRIED = 50


class Server(uvicorn.Server):
    """Prints the page's address once it is served, and opens it in a graphical browser."""

    def __init__(self, app: FastAPI, settings: Settings) -> None:
        super().__init__(uvicorn_config(app, debug=settings.debug))
        self._opens_browser = not settings.no_browser
        self._is_stalled: Callable[[], bool] = getattr(app.state, "is_stalled", lambda: False)
        self._watchdog = Watchdog()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts serving, then prints the address and notifies systemd."""
        await super().startup(sockets)
        url = _url(self.servers[0].sockets[0])
        print(f"Position dashboard: {url}  (Ctrl-C stops it)", flush=True)
        notify("READY=1")
        if self._opens_browser and url.startswith("http"):
            threading.Thread(target=_open_browser, args=(url,), daemon=True).start()

    async def on_tick(self, counter: int) -> bool:
        """Called by uvicorn ten times a second. Pings the watchdog unless the engine is stalled."""
        if not self._is_stalled():
            self._watchdog.ping()
        return await super().on_tick(counter)


def serve(settings: Settings) -> None:
    """Serves the dashboard until it is interrupted. Raises DashboardError if it cannot start."""
    with listen(settings) as listener, running_app(_with_login(settings, listener)) as app:
        Server(app, settings).run(sockets=[listener])


def listen(settings: Settings) -> socket.socket:
    """Returns systemd's listening socket, or one on the configured port or the next free one.

    Raises SettingsError for an address that cannot be used, PortTaken if no port is free.
    """
    store = AuthStore(auth_file(settings.state_dir))
    if (inherited := inherited_socket()) is not None:
        require_password_for([inherited.getsockname()], store)
        return inherited
    require_password_for([(settings.host, settings.port)], store)
    attempts = _PORTS_TRIED if settings.auto_port else 1
    for port in islice(range(settings.port, 65536), attempts):
        try:
            return _bind(settings.host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise SettingsError(f"--host {settings.host} --port {port}: {error.strerror}") from None
    advice = "give another --port" if settings.auto_port else "give another --port, or --auto-port"
    raise PortTaken(f"port {settings.port} of {settings.host} is in use: {advice}")


def uvicorn_config(app: FastAPI, *, debug: bool = False) -> uvicorn.Config:
    """uvicorn's configuration; with `debug` it logs each request."""
    return uvicorn.Config(
        app,
        log_level="info" if debug else "warning",
        access_log=debug,
        **uvicorn_options(shutdown_timeout_s=1),
    )


def _with_login(settings: Settings, listener: socket.socket) -> Settings:
    """Requires a login if other machines can reach the socket, even when the password file is lost."""
    if not is_reachable(listener.getsockname()):
        return settings
    return settings.model_copy(update={"require_login": True})


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    try:
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(socket.SOMAXCONN)
    except OSError:
        listener.close()
        raise
    return listener


def _url(listener: Any) -> str:
    name = listener.getsockname()
    if isinstance(name, str):
        return f"on the unix socket {name}"
    host, port = name[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _open_browser(url: str) -> None:
    """Opens the page if there is a display; a text browser would take over the terminal."""
    displays = (os.environ.get("DISPLAY"), os.environ.get("WAYLAND_DISPLAY"))
    if sys.platform in ("darwin", "win32") or any(displays):
        with suppress(webbrowser.Error):
            webbrowser.open(url)
