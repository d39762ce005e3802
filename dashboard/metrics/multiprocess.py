"""The folder in which several workers keep their instruments, so that each can show the figures of all.

Imports the library only when it is asked to: what it imports reads the variable, once.
"""

import os
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder. It has to be set before the library is imported."""


def share(folder: Path) -> None:
    """Makes this process and those that it starts keep their instruments in `folder`.

    To be called before anything else of the dashboard is imported. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    os.environ[VARIABLE] = str(folder)


def forget_earlier() -> None:
    """Removes what an earlier run left. For the one process that starts the workers, before it does."""
    for file in Path(os.environ[VARIABLE]).glob("*.db"):
        file.unlink(missing_ok=True)


def forget_worker(pid: int) -> None:
    """What a worker that has ended looked after is over; what it has counted stays counted."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(pid)
