"""What is wrong with writing the trail, for whoever shows it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AuditDegraded:
    """Records are being lost, or may be if the machine crashes now."""

    reason: str
    since: datetime
    lost: int = 0
    """Records that are not in the trail, and of which no gap in it tells yet."""

    def __str__(self) -> str:
        return f"the audit trail cannot be written: {self.reason} ({self.lost} records lost)"


def reason_of(error: Exception) -> str:
    """One line, such as "No space left on device"."""
    return (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__
