"""The records that the trail writes of itself."""

HEALED = "healed"
"""A torn last line was found: how many bytes were cut off, and where they are kept."""
BROKEN = "broken"
"""The trail did not end on the disk as it was left. Nothing of it was touched."""
GAP = "gap"
"""Records were lost before this one: how many, since when, and why."""
CLOCK = "clock"
"""The clock was set back: from here on times are earlier than before."""

OWN_KINDS = frozenset({HEALED, BROKEN, GAP, CLOCK})
"""Nobody else may use these."""
