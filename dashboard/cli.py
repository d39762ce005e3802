"""The console script: flags in, one line and an exit code out when something is wrong."""

import logging
import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING

from dashboard.errors import DashboardError

if TYPE_CHECKING:
    from dashboard.config import Settings


def main() -> int:
    """Runs `dashboard-run`. Returns the exit code: 2 for what the user can mend, 0 for an interrupt."""
    try:
        _run(sys.argv[1:])
    except KeyboardInterrupt:
        return 0
    except DashboardError as error:
        print(f"dashboard-run: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def _run(arguments: list[str]) -> None:
    """Imports as late as it can: the heavy part takes a second, which a mistaken flag need not wait for."""
    # Code that is interrupted in the middle of an import says so in ugly ways: until then, just end.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from dashboard.config import load, secret_flags

    settings = load(arguments)
    _log(settings)
    _warn(secret_flags(arguments))
    from dashboard.serving import serve

    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)
    serve(settings)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Ctrl-C and SIGTERM end the process alike: everything is closed on the way out."""
    raise KeyboardInterrupt


def _log(settings: "Settings") -> None:
    """As much as was asked for, but for ccxt's own words: they carry key, signature and passphrase."""
    logging.getLogger("ccxt").setLevel(logging.INFO)
    logging.basicConfig(
        level="DEBUG" if settings.debug else settings.log_level.upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )


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
