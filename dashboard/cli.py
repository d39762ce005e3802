"""The console scripts but for `dashboard-admin`: errors become one line and an exit code."""

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


class _ReloadRequested(BaseException):
    """SIGHUP arrived and the new settings are valid: the program restarts with them."""


def main() -> int:
    """Runs `dashboard-run`. Returns the exit code: 0 for an interrupt, 2 for wrong settings, else 1."""
    return _run_program("dashboard-run", _run)


def feed() -> int:
    """Runs `dashboard-feed`. Returns the same exit codes as `dashboard-run`."""
    return _run_program("dashboard-feed", _feed)


def audit() -> int:
    """Runs `dashboard-audit`. Returns 0 for an intact trail, 1 for a defective one, 2 if there is none."""
    from dashboard.audit import audit_cli
    from dashboard.positions.checkpoint_check import CheckpointCheck

    return audit_cli.main(content_check=CheckpointCheck)


def _run_program(program: str, run: Callable[[str, list[str]], None]) -> int:
    try:
        run(program, sys.argv[1:])
    except KeyboardInterrupt:
        return 0
    except DashboardError as error:
        print(f"{program}: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def _run(program: str, arguments: list[str]) -> None:
    """Serves the dashboard. Imports late: a wrong flag is reported before the slow imports."""
    settings = _load_settings(program, arguments)
    from dashboard.processes.http_server import serve

    _handle_signals()
    serve(settings)


def _feed(program: str, arguments: list[str]) -> None:
    _block_reloads()
    settings = _load_settings(program, arguments)
    from dashboard.processes.feed import serve_feed

    _handle_signals()
    signal.signal(signal.SIGHUP, partial(_reload, program, arguments))
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
        serve_feed(settings)
    except _ReloadRequested:
        _block_reloads()
        notify("RELOADING=1")
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606 # the same program and arguments


def _block_reloads() -> None:
    """Blocks SIGHUP, which ends a process without a handler. The mask survives `execv`."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})


def _load_settings(program: str, arguments: list[str]) -> "Settings":
    # An interrupt during an import would print a traceback: until the handlers are set, just exit.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from dashboard.config import configure_logging, exposed_files, load, secret_flags

    settings = load(arguments, program)
    configure_logging(settings)
    _warn_about_secrets(program, secret_flags(arguments))
    for file in exposed_files(settings.exchange_config):
        print(f"{program}: {file}: its secrets are readable by all users: chmod go-r {file}", file=sys.stderr)
    return settings


def _handle_signals() -> None:
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)


def _reload(program: str, arguments: list[str], _signal: int, _frame: FrameType | None) -> None:
    """Requests a restart if the new settings are valid, else logs the mistake and keeps running."""
    from dashboard.config import load

    try:
        load(arguments, program)
    except DashboardError as error:
        logging.getLogger(__name__).error("not reloaded: %s", error)
    else:
        raise _ReloadRequested


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Handles Ctrl-C and SIGTERM alike: everything is closed on the way out."""
    raise KeyboardInterrupt


def _warn_about_secrets(program: str, flags: list[str]) -> None:
    if flags:
        variables = " and ".join("DASHBOARD_" + flag[2:].upper().replace("-", "_") for flag in flags)
        print(
            f"{program}: {' and '.join(flags)}: command lines are visible to other users; "
            f"set {variables} in the environment or in .env instead",
            file=sys.stderr,
        )


if __name__ == "__main__":
    sys.exit(main())
