"""The console scripts: flags in, one line and an exit code out when something is wrong."""

import logging
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING

from dashboard.errors import DashboardError
from dashboard.systemd import notify

if TYPE_CHECKING:
    from dashboard.config import Settings


class _Reload(BaseException):
    """SIGHUP: what runs ends, and begins anew with the settings as they are now."""


def main() -> int:
    """Runs `dashboard-run`. Returns the exit code: 2 for what the user can mend, 0 for an interrupt."""
    return _guarded("dashboard-run", _run)


def feed() -> int:
    """Runs `dashboard-feed`. Returns an exit code like that of `dashboard-run`."""
    return _guarded("dashboard-feed", _feed)


def _guarded(program: str, work: Callable[[list[str]], None]) -> int:
    try:
        work(sys.argv[1:])
    except KeyboardInterrupt:
        return 0
    except DashboardError as error:
        print(f"{program}: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def _run(arguments: list[str]) -> None:
    """Imports as late as it can: the heavy part takes a second, which a mistaken flag need not wait for."""
    settings = _settings(arguments)
    from dashboard.processes.http_server import serve

    _listen_to_signals()
    serve(settings)


def _feed(arguments: list[str]) -> None:
    _hold_back_reloads()
    settings = _settings(arguments)
    from dashboard.processes.feed import serve_feed

    _listen_to_signals()
    signal.signal(signal.SIGHUP, partial(_reload, arguments))
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
        serve_feed(settings)
    except _Reload:
        _hold_back_reloads()
        notify("RELOADING=1")
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606 # this very program, with the same arguments


def _hold_back_reloads() -> None:
    """Until somebody listens: by itself SIGHUP ends a process. What runs after `execv` holds it back, too."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})


def _settings(arguments: list[str]) -> "Settings":
    # Code that is interrupted in the middle of an import says so in ugly ways: until then, just end.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from dashboard.config import configure_logging, load, secret_flags

    settings = load(arguments)
    configure_logging(settings)
    _warn(secret_flags(arguments))
    return settings


def _listen_to_signals() -> None:
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)


def _reload(arguments: list[str], _signal: int, _frame: FrameType | None) -> None:
    """What runs goes on where the new settings are wrong."""
    from dashboard.config import load

    try:
        load(arguments)
    except DashboardError as error:
        logging.getLogger(__name__).error("not reloaded: %s", error)
    else:
        raise _Reload


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Ctrl-C and SIGTERM end the process alike: everything is closed on the way out."""
    raise KeyboardInterrupt


def _warn(flags: list[str]) -> None:
    if flags:
        variables = " and ".join("DASHBOARD_" + flag[2:].upper().replace("-", "_") for flag in flags)
        print(
            f"dashboard-run: {' and '.join(flags)}: other users of this machine can see a secret on a "
            f"command line; prefer {variables} in the environment or in .env",
            file=sys.stderr,
        )


if __name__ == "__main__":
    sys.exit(main())
