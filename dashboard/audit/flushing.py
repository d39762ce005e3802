"""Flushing of written lines to the disk."""

import threading
from collections.abc import Callable
from enum import StrEnum

from dashboard.audit.day_file import DayFile, sync_directory


class FlushPolicy(StrEnum):
    """When lines are flushed to the disk. A crash of the process alone never loses a written line.

    A crash of the whole machine loses
    - with ALWAYS: nothing; each record waits for the disk before it is reported as written,
    - with INTERVAL (the default): up to a second; a thread flushes, the caller never waits for the disk,
      and the fills of that second can be fetched from the exchange again,
    - with NEVER: what the system has not flushed yet, on Linux about the last 30 seconds.
    """

    ALWAYS = "always"
    INTERVAL = "interval"
    NEVER = "never"


class Flusher:
    """Flushes one file at a time to the disk and reports each result: None, or the error."""

    def __init__(
        self, policy: FlushPolicy, interval_s: float, on_result: Callable[[OSError | None], None]
    ) -> None:
        """`on_result` is called from the thread that flushes, which is any thread."""
        self._policy = policy
        self._interval_s = interval_s
        self._on_result = on_result
        self._lock = threading.Lock()
        self._file: DayFile | None = None
        self._written = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def attach(self, file: DayFile) -> None:
        """Flushes `file` from now on, and its name at once. The previous file must be detached."""
        with self._lock:
            self._file = file
        if self._policy is not FlushPolicy.NEVER:
            self._attempt(lambda: sync_directory(file.path.parent))

    def detach(self) -> None:
        """Flushes the rest of the file, which may then be closed."""
        if self._policy is not FlushPolicy.NEVER:
            self._sync()
        with self._lock:
            self._file = None

    def line_written(self) -> bool:
        """Flushes a new line now or later. False only if ALWAYS demands a flush and it failed."""
        if self._policy is FlushPolicy.ALWAYS:
            return self._sync()
        if self._policy is FlushPolicy.INTERVAL and not self._written.is_set():
            self._written.set()
            self._start_thread()
        return True

    def stop(self) -> None:
        """Stops the thread."""
        self._stopping.set()
        self._written.set()
        if self._thread is not None:
            self._thread.join()

    def _start_thread(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="audit-flush", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._written.wait()
            self._stopping.wait(self._interval_s)
            self._written.clear()
            if not self._sync():
                self._written.set()  # retry after another interval

    def _sync(self) -> bool:
        with self._lock:
            file = self._file
            return file is None or self._attempt(file.sync)

    def _attempt(self, flush: Callable[[], None]) -> bool:
        failure = None
        try:
            flush()
        except OSError as error:
            failure = error
        self._on_result(failure)
        return failure is None
