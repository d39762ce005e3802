"""The console script: flags in, one line and an exit code out when something is wrong."""

import logging
import signal
import sys
from types import FrameType

from dashboard.config import Settings, load, secret_flags
from dashboard.errors import DashboardError


def main() -> int:
    """Runs `dashboard-run`. Returns the exit code: 2 for what the user can mend, 0 for an interrupt."""
    arguments = sys.argv[1:]
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        settings = load(arguments)
        _log(settings)
        _warn(arguments)
        # Imported late: it takes a second, which a mistaken flag need not wait for.
        from dashboard.serving import serve

        serve(settings)
    except KeyboardInterrupt:
        return 0
    except DashboardError as error:
        print(f"dashboard-run: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """SIGTERM ends the process as Ctrl-C does: everything is closed on the way out."""
    raise KeyboardInterrupt


def _log(settings: Settings) -> None:
    logging.basicConfig(
        level=logging.DEBUG if settings.debug else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )


def _warn(arguments: list[str]) -> None:
    flags = secret_flags(arguments)
    if flags:
        print(
            f"dashboard-run: {' and '.join(flags)}: other users of this machine can see a secret on a "
            "command line; prefer DASHBOARD_API_SECRET in the environment or in .env",
            file=sys.stderr,
        )


if __name__ == "__main__":
    sys.exit(main())
