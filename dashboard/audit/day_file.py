"""The file that is being written: appended to, and never anything else."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

sync: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)
"""Waits until the file's content is on the disk."""


class DayFile:
    """One open day of a trail."""

    def __init__(self, path: Path) -> None:
        """Raises OSError if it cannot be opened for appending."""
        self.path = path
        self._fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._size = os.fstat(self._fd).st_size

    def is_as_left(self) -> bool:
        """Whether nobody else has moved, cut or written it since."""
        try:
            found, held = os.stat(self.path), os.fstat(self._fd)
        except OSError:
            return False
        return found.st_size == self._size and os.path.samestat(found, held)

    def append(self, line: bytes) -> None:
        """One write of the whole line. Raises OSError, and takes back what was written of it."""
        written = 0
        try:
            while written < len(line):  # once; again only where the disk took a part of it
                written += os.write(self._fd, line[written:])
        except OSError:
            with suppress(OSError):  # it is healed when the file is opened again
                os.ftruncate(self._fd, self._size)
            raise
        self._size += len(line)

    def sync(self) -> None:
        """Waits until it is on the disk. Raises OSError."""
        sync(self._fd)

    def close(self) -> None:
        """Closes it; it says nothing about what is on the disk."""
        with suppress(OSError):
            os.close(self._fd)


def sync_directory(directory: Path) -> None:
    """Waits until the names of its files are on the disk, where a directory can be opened at all."""
    if os.name == "posix":
        fd = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
