"""Opening of the trail's files, regular ones only: a pipe in the place of one would keep us waiting."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO


def open_regular(path: Path, flags: int, mode: int = 0o600) -> int:
    """Returns the descriptor of an opened regular file. Raises OSError for anything else, without waiting."""
    descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0), mode)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EINVAL, "not a regular file", str(path))


def open_for_reading(path: Path) -> BinaryIO:
    """Returns a regular file, open for reading. Raises OSError."""
    return open(open_regular(path, os.O_RDONLY), "rb")
