"""A disk that fails on request, as a full one does."""

import os

import pytest


class Disk:
    """Patches write and truncate to fail with `error`; the next write takes `partial` bytes, if not 0."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.error: int | None = None
        self.partial = 0
        self._write, self._truncate = os.write, os.ftruncate
        patch.setattr(os, "write", self.write)
        patch.setattr(os, "ftruncate", self.truncate)

    def write(self, fd: int, content: bytes) -> int:
        if self.partial:
            size, self.partial = self.partial, 0
            return self._write(fd, content[:size])
        self._fail()
        return self._write(fd, content)

    def truncate(self, fd: int, size: int) -> None:
        self._fail()
        self._truncate(fd, size)

    def _fail(self) -> None:
        if self.error is not None:
            raise OSError(self.error, os.strerror(self.error))
