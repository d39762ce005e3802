"""When what was written is brought to the disk."""

import threading
from collections.abc import Callable
from enum import StrEnum

from dashboard.audit.day_file import DayFile, sync_directory


class FlushPolicy(StrEnum):
    """What a crash of the whole machine can cost. A crash of the process costs nothing with any of them.

    INTERVAL is the default: a thread syncs once a second, so that the caller never waits for the disk,
    and the fills of a lost second can be read from the exchange again. ALWAYS waits for the disk with
    each record and loses none that was reported as written. NEVER leaves it to the system, which on
    Linux means about the last half minute.
    """

    ALWAYS = "always"
    INTERVAL = "interval"
    NEVER = "never"


class Flusher:
    """Brings one file at a time to the disk, and tells how that went: None, or the error."""

    def __init__(self, flush: FlushPolicy, interval: float, tell: Callable[[OSError | None], None]) -> None:
        """`interval` in seconds; `tell` is called from any thread."""
        self._flush = flush
        self._interval = interval
        self._tell = tell
        self._lock = threading.Lock()
        self._file: DayFile | None = None
        self._written = threading.Event()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def follow(self, file: DayFile) -> None:
        """From now on this file; the one before was left."""
        with self._lock:
            self._file = file
        if self._flush is not FlushPolicy.NEVER:
            self._try(lambda: sync_directory(file.path.parent))

    def leave(self) -> None:
        """Brings the rest of the file to the disk; then its owner may close it."""
        if self._flush is not FlushPolicy.NEVER:
            self._sync()
        with self._lock:
            self._file = None

    def wrote(self) -> bool:
        """There is a line more. False if it had to be on the disk now, and is not."""
        if self._flush is FlushPolicy.ALWAYS:
            return self._sync()
        if self._flush is FlushPolicy.INTERVAL and not self._written.is_set():
            self._written.set()
            self._start()
        return True

    def stop(self) -> None:
        """Ends the thread."""
        self._ending.set()
        self._written.set()
        if self._thread is not None:
            self._thread.join()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="audit-flush", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while not self._ending.is_set():
            self._written.wait()
            self._ending.wait(self._interval)
            self._written.clear()
            if not self._sync():
                self._written.set()  # once more after another interval

    def _sync(self) -> bool:
        with self._lock:
            file = self._file
            return file is None or self._try(file.sync)

    def _try(self, bring: Callable[[], None]) -> bool:
        failed = None
        try:
            bring()
        except OSError as error:
            failed = error
        self._tell(failed)
        return failed is None
