"""MemoryFiles: static files from memory, so that a slow reader holds neither a copy nor an open file."""

import os
from collections.abc import AsyncIterator
from functools import lru_cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

_CHUNK_BYTES = 64 * 1024
"""Sent at once: the server buffers that much for each client."""


class MemoryFiles(StaticFiles):
    """The files of a folder, each read once."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Returns the file, or 304 if the client has it."""
        headers = FileResponse(full_path, stat_result=stat_result).headers
        del headers["accept-ranges"]
        if self.is_not_modified(headers, Headers(scope=scope)):
            return NotModifiedResponse(headers)
        content = _content(str(full_path), stat_result.st_mtime_ns)
        return StreamingResponse(_chunks(content), status_code, headers)


@lru_cache(maxsize=256)
def _content(path: str, _changed_ns: int) -> memoryview:
    return memoryview(Path(path).read_bytes())


async def _chunks(content: memoryview) -> AsyncIterator[memoryview]:
    for start in range(0, len(content), _CHUNK_BYTES):
        yield content[start : start + _CHUNK_BYTES]
