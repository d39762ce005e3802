"""Intervals and timeouts of the account feed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AccountTimeouts:
    """Intervals and timeouts of the account feed, in seconds."""

    snapshot_interval_s: float = 60.0
    """Between two snapshots while fills are streamed."""
    unstreamed_interval_s: float = 10.0
    """Between two snapshots while fills are not streamed, or a part of the account is not read.

    What stays unread is asked for less and less often, down to `snapshot_interval_s`.
    """
    min_interval_s: float = 2.0
    """Between two snapshots at least, and from a new stream to its first snapshot."""
    settle_s: float = 45.0
    """After this a websocket without failure counts as connected.

    ccxt may wait for 30 s before it connects, and for 10 s while it does.
    """
    fill_delay_s: float = 3.0
    """Maximum delay of a streamed fill. A later one counts as missed."""
    first_retry_s: float = 0.25
    """Delay before the first retry; it doubles with each failure."""
    first_history_wait_s: float = 1.0
    """Maximum delay of a snapshot for the history of fills, while no position is known yet."""
    history_wait_s: float = 5.0
    """The same for fills that may have been missed: they are better than a correction of known positions."""
    history_retry_cap_s: float = 60.0
    """Longest delay between two retries of a part of the history."""
