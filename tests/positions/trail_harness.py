"""TrailHarness: a tracker that records to a real trail, with checkpoints, and can be started again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dashboard.audit.flushing import FlushPolicy
from dashboard.audit.logger import AuditLogger
from dashboard.audit.verify import VerificationReport, verify
from dashboard.domain.position_state import PositionState
from dashboard.positions.checkpoint_check import CheckpointCheck
from dashboard.positions.checkpoint_writer import CheckpointWriter
from dashboard.positions.trail_replay import restore_trail
from tests.audit.builders import Clock
from tests.domain.fill_histories import ACCOUNT
from tests.positions.harness import TrackerHarness


def is_empty(state: PositionState) -> bool:
    return state == PositionState(state.key, state.instrument)


class TrailHarness:
    """The tracker of `harness`, restored from the trail in `directory`."""

    def __init__(self, directory: Path, account: str = ACCOUNT, clock: Clock | None = None) -> None:
        self.directory = directory
        self.account = account
        self.clock = clock or Clock()
        self.log = AuditLogger(directory, FlushPolicy.NEVER, clock=self.clock)
        self.trail = restore_trail(directory)
        restored = self.trail.replay.take(account)
        self.harness = TrackerHarness(account=account, restored=restored, sink=self.log.record)
        self.checkpoints = CheckpointWriter(
            self.log,
            self.harness.book,
            (self.harness.tracker,),
            self.trail.replay.accounts,
            self.trail.checkpoint,
            self.clock,
        )

    def restarted(self, account: str | None = None) -> "TrailHarness":
        """Another tracker on the same trail, as after a crash."""
        self.log.close()
        return TrailHarness(self.directory, account or self.account, self.clock)

    @property
    def states(self) -> Mapping[str, Any]:
        """The state of each position that had an event, by label; moved ones leave an empty one behind."""
        states = {label: live.state for label, live in self.harness.known.items()}
        return {label: state for label, state in states.items() if not is_empty(state)}

    def verify(self) -> VerificationReport:
        return verify(self.directory, content=CheckpointCheck())
