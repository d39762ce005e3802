"""Kinds of the records that the trail writes about itself, and of its checkpoints."""

HEALED = "healed"
"""A torn last line was repaired: the number of bytes cut off, and the file that keeps them."""
BROKEN = "broken"
"""The trail on the disk did not end as it was left. Its lines were not changed."""
GAP = "gap"
"""Records before this one were lost: their number, the start and the reason."""
CLOCK = "clock"
"""The clock was set back: the following times are earlier than those before, in the files of their days."""
SIGNATURE = "signature"
"""The signature of the line before it, by the key that it names; see `signer`."""

SYSTEM_KINDS = frozenset({HEALED, BROKEN, GAP, CLOCK, SIGNATURE})
"""Kinds that callers of `AuditLogger.record` cannot use."""

CHECKPOINT = "checkpoint"
"""A part of a checkpoint: of all that the lines before it amount to, see `checkpoints`."""
