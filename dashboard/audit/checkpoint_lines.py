"""The lines of a checkpoint, which contains all that the lines before it amount to.

    {"stage":"begin"}                                        everything before this line is included
    {"stage":"part","begun":7,"number":1,"content":[…]}      as many as needed
    {"stage":"end","begun":7,"parts":1}

Lines of other kinds may be between these: they come after the checkpoint. One without its end, as after a
crash, counts for nothing. Each is an ordinary line of the chain, so its hash covers the content and, through
the chain, everything before it. The content is that of the caller.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dashboard.audit.logger import AuditLogger
from dashboard.audit.records import JSON, AuditLine, ChainHead
from dashboard.audit.system_records import CHECKPOINT


def begin_checkpoint(log: AuditLogger) -> ChainHead | None:
    """Writes the line that begins a checkpoint. None if it cannot be written."""
    return log.record_line(CHECKPOINT, {"stage": "begin"})


def complete_checkpoint(
    log: AuditLogger, begun: ChainHead, parts: Iterable[Sequence[JSON]]
) -> ChainHead | None:
    """Writes the parts and the end of a checkpoint. None if one of the lines cannot be written."""
    number = 0
    part: Mapping[str, JSON]
    for number, content in enumerate(parts, 1):
        part = {"stage": "part", "begun": begun.seq, "number": number, "content": content}
        if not log.record(CHECKPOINT, part):
            return None
    return log.record_line(CHECKPOINT, {"stage": "end", "begun": begun.seq, "parts": number})


class CheckpointParts:
    """Collects the content of a checkpoint from its lines, in order."""

    def __init__(self) -> None:
        self.contents: list[Sequence[Any]] = []
        """The content of each part."""
        self._begun = 0

    def add(self, record: AuditLine) -> bool:
        """Adds a line of a checkpoint. True if it ends a complete one."""
        match record.entry:
            case {"stage": "begin"}:
                self._begun, self.contents = record.seq, []
            case {"stage": "part", "begun": self._begun, "number": number, "content": [*content]}:
                self._begun = self._begun if number == len(self.contents) + 1 else 0
                self.contents.append(content)
            case {"stage": "end", "begun": self._begun, "parts": parts}:
                return bool(parts == len(self.contents))
        return False
