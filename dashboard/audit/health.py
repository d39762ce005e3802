"""The state of a trail that cannot be written."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AuditDegraded:
    """Records are being lost, or would be lost if the machine crashed now."""

    reason: str
    since: datetime
    lost: int = 0
    """Lost records that no gap record in the trail counts yet."""

    def __str__(self) -> str:
        return f"the audit trail cannot be written: {self.reason} ({self.lost} records lost)"


def reason_of(error: Exception) -> str:
    """One line, such as "No space left on device"."""
    return (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__
