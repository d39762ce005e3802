"""Signing of a trail while it is written: soon after each line, and at each opening.

A signature is a line of its own, about the line before it. None of the lines after it is written later than
`SIGN_WITHIN` after the first of them: the next signature comes before. So an unsigned stretch that is longer
was not written by the holder of the key.
"""

import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta

from dashboard.audit.records import JSON, ChainHead
from dashboard.audit.signed_head import SignedHead
from dashboard.audit.signing_key import SigningKey

SIGN_WITHIN = timedelta(seconds=10)
"""Time within which a line is signed: at most one signature in this time, of some 50 microseconds."""
_CHECK_INTERVAL_S = 1.0


class Signer:
    """Signs the heads of one trail, and knows when the next signature is due. Not thread-safe."""

    def __init__(self, key: SigningKey) -> None:
        self._key = key
        self._introduces_key = True
        self._unsigned_since: datetime | None = None
        self.newest: SignedHead | None = None
        """The newest signature; None before the first."""

    @property
    def has_unsigned_lines(self) -> bool:
        """True if lines were written after the newest signature."""
        return self._unsigned_since is not None

    def trail_opened(self) -> None:
        """Makes a signature due: the lines on the disk are those from which the trail continues."""
        self._introduces_key = True

    def line_written(self, time: datetime) -> None:
        """Starts the time within which a line must be signed."""
        self._unsigned_since = self._unsigned_since or time

    def is_due(self, now: datetime) -> bool:
        """True if a signature must come before the next line; also after the clock was set back."""
        since = self._unsigned_since
        return self._introduces_key or (since is not None and not timedelta() <= now - since < SIGN_WITHIN)

    def entry(self, head: ChainHead) -> dict[str, JSON]:
        """The entry of the signature record that follows `head`; after an opening with the certificates."""
        self.newest = self._key.sign(head)
        entry: dict[str, JSON] = {"key": self.newest.key, "signature": self.newest.signature}
        if self._introduces_key:
            entry["certificates"] = [asdict(each) for each in self._key.certificates]
        return entry

    def signature_written(self) -> None:
        """Ends the time of the lines before the signature."""
        self._introduces_key, self._unsigned_since = False, None


class SigningThread:
    """Signs the last lines before a pause, which no other line follows: calls `sign_due` each second."""

    def __init__(self, sign_due: Callable[[], None]) -> None:
        self._sign_due = sign_due
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="audit-sign", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stops the thread."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(_CHECK_INTERVAL_S):
            self._sign_due()
