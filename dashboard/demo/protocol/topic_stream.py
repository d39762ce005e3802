"""Websocket topics, and the stream of data that a subscription to one receives."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from dashboard.demo.market.instruments import DemoInstrument


class Topic(NamedTuple):
    """The subject of a subscription: one item of a request's `args`."""

    product: str
    channel: str
    instrument_id: str

    @property
    def arg(self) -> dict[str, str]:
        """The topic as the `arg` of acknowledgements and data frames."""
        return {"instType": self.product, "channel": self.channel, "instId": self.instrument_id}

    def concerns(self, instrument: DemoInstrument) -> bool:
        """True if the topic belongs to this instrument."""
        return (self.product, self.instrument_id) == (instrument.product, instrument.id)


FrameData = Sequence[object]
"""The `data` of one frame."""


class TopicStream(Protocol):
    """The data of one subscription; `action` is that of the frames after the first."""

    action: str

    def snapshot(self) -> FrameData | None:
        """The data of the first frame; None if the channel begins without one."""

    def updates(self) -> Sequence[FrameData]:
        """The data since the last frame, one item for each frame to send."""
