"""A tracker with a clock in the hand, and the notes of what it recorded and told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from dashboard.clock import now_ms
from dashboard.domain.events import AccountSnapshot, FillsReceived
from dashboard.domain.fill import Fill
from dashboard.domain.position import Position
from dashboard.positions.audit_records import RestoredPositions, restore_positions
from dashboard.positions.models import LivePosition, PositionUpdate
from dashboard.positions.tracker import PositionTracker
from tests.domain.builders import instrument, ticker
from tests.domain.fill_histories import ACCOUNT

BTC = instrument().symbol
FRESH = 5_000


@dataclass
class TrackerHarness:
    """`tracker`, with what it `recorded` and `told`, in that order."""

    restored: RestoredPositions = field(default_factory=RestoredPositions)
    threshold: str = "0.01"
    takes_records: bool = True
    now: int = 0
    real_clock: bool = False
    late: int = 0
    """Milliseconds that the real clock is put forward."""
    recorded: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    told: list[PositionUpdate] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tracker = PositionTracker(
            ACCOUNT,
            record=self._record,
            restored=self.restored,
            threshold=Decimal(self.threshold),
            clock=lambda: now_ms() + self.late if self.real_clock else self.now,
            wall=lambda: 1_000 + self.now,
        )
        self.tracker.register(self.told.append)

    def _record(self, kind: str, entry: Mapping[str, Any]) -> bool:
        self.recorded.append((kind, entry))
        return self.takes_records

    def fills(self, *fills: Fill) -> "TrackerHarness":
        self.tracker.apply(FillsReceived(fills))
        return self

    def reading(self, *positions: Position, asked_at: int = 1_000, **more: Any) -> "TrackerHarness":
        self.tracker.apply(AccountSnapshot(self.now, asked_at, positions, **more))
        return self

    def price(self, last: str, symbol: str = BTC) -> "TrackerHarness":
        self.tracker.priced(symbol, ticker(self.now, last=last), FRESH)
        return self

    @property
    def only(self) -> LivePosition:
        (live,) = self.tracker.get_all_positions().values()
        return live

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.recorded]

    def again(self) -> "TrackerHarness":
        """After a crash: rebuilt from what was recorded."""
        return TrackerHarness(restored=restore_positions(ACCOUNT, self.recorded))
