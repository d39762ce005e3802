"""The lock that admits one writer to a trail."""

import os
import sys
from contextlib import suppress
from pathlib import Path

from dashboard.errors import UsageError

if sys.platform != "win32":
    import fcntl


class TrailTaken(UsageError):
    """Another process writes this trail."""


class WriterLock:
    """Held from `acquire` until `release` or the end of the process, even by a crash."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "writer.lock"
        self._fd: int | None = None

    def acquire(self) -> None:
        """Takes the lock, again if its file was deleted since. Raises TrailTaken or OSError."""
        if self._fd is not None and self._is_lock_file(self._fd):
            return
        self.release()
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._lock(fd)
            with suppress(OSError):  # a full disk has no room for the process id; the lock works without
                os.truncate(fd, 0)
                os.write(fd, b"%d\n" % os.getpid())
        except BaseException:
            os.close(fd)
            raise
        self._fd = fd

    def release(self) -> None:
        """Releases the lock. Its file stays: deleting it could delete the lock of another process."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _is_lock_file(self, fd: int) -> bool:
        try:
            return os.path.samestat(os.fstat(fd), os.stat(self._path))
        except OSError:
            return False

    def _lock(self, fd: int) -> None:
        if sys.platform == "win32":
            return  # no flock on Windows: two writers are not kept apart
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.read(fd, 20).decode("ascii", "replace").strip()
            raise TrailTaken(
                f"the audit trail in {self._path.parent} is being written by process {pid or '?'}: "
                "stop that process, or set another --log-dir"
            ) from None
