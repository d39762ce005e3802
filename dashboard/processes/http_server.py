"""Listening, serving and opening a browser: the process around the app."""

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
from dashboard.processes.standalone import running
from dashboard.processes.uvicorn_options import uvicorn_options
from dashboard.systemd import Watchdog, inherited_socket, notify

_PORTS_TRIED = 50


class Server(uvicorn.Server):
    """Says where the page is once it can be opened, and opens it where there is a browser."""

    def __init__(self, app: FastAPI, settings: Settings, *, behind_proxy: bool = False) -> None:
        super().__init__(uvicorn_config(app, debug=settings.debug, behind_proxy=behind_proxy))
        self._opens_browser = not settings.no_browser
        self._hangs: Callable[[], bool] = getattr(app.state, "hangs", lambda: False)
        self._watchdog = Watchdog()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts serving, then announces it."""
        await super().startup(sockets)
        url = _url(self.servers[0].sockets[0])
        print(f"Position dashboard: {url}  (Ctrl-C ends it)", flush=True)
        notify("READY=1")
        if self._opens_browser and url.startswith("http"):
            threading.Thread(target=_open_browser, args=(url,), daemon=True).start()

    async def on_tick(self, counter: int) -> bool:
        """Is called while the loop turns."""
        if not self._hangs():
            self._watchdog.alive()
        return await super().on_tick(counter)


def serve(settings: Settings) -> None:
    """Runs the dashboard until it is interrupted. Raises DashboardError if it cannot start."""
    with listen(settings) as listener, running(_behind_login(settings, listener)) as app:
        Server(app, settings, behind_proxy=_is_local(listener)).run(sockets=[listener])


def listen(settings: Settings) -> socket.socket:
    """A listening socket: the one that systemd hands over, else on the wished port or the next free one.

    Raises SettingsError or PortTaken.
    """
    store = AuthStore(auth_file(settings.state_dir))
    if (given := inherited_socket()) is not None:
        require_password_for([given.getsockname()], store)
        return given
    require_password_for([(settings.host, settings.port)], store)
    tries = _PORTS_TRIED if settings.auto_port else 1
    for port in islice(range(settings.port, 65536), tries):
        try:
            return _bound(settings.host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise SettingsError(f"--host {settings.host} --port {port}: {error.strerror}") from None
    advice = "give another --port" if settings.auto_port else "give another --port, or --auto-port"
    raise PortTaken(f"port {settings.port} of {settings.host} is taken: {advice}")


def uvicorn_config(app: FastAPI, *, debug: bool = False, behind_proxy: bool = False) -> uvicorn.Config:
    """How the app is served here. A proxy is believed who asked it, and how."""
    return uvicorn.Config(
        app,
        log_level="info" if debug else "warning",
        access_log=debug,
        forwarded_allow_ips="*" if behind_proxy else None,
        **uvicorn_options(farewell=1),
    )


def _behind_login(settings: Settings, listener: socket.socket) -> Settings:
    """Where others can get there nobody is let in while there is no password, nor once it was lost."""
    if not is_reachable(listener.getsockname()):
        return settings
    return settings.model_copy(update={"require_login": True})


def _bound(host: str, port: int) -> socket.socket:
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


def _is_local(listener: socket.socket) -> bool:
    """Whether it is a socket among the files, which only the proxy of this machine may open."""
    return isinstance(listener.getsockname(), str)


def _url(listener: Any) -> str:
    name = listener.getsockname()
    if isinstance(name, str):
        return f"on the socket {name}"
    host, port = name[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _open_browser(url: str) -> None:
    """Opens a graphical browser; a text one would take the terminal."""
    screens = (os.environ.get("DISPLAY"), os.environ.get("WAYLAND_DISPLAY"))
    if sys.platform in ("darwin", "win32") or any(screens):
        with suppress(webbrowser.Error):
            webbrowser.open(url)
