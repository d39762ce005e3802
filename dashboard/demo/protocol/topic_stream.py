"""What a websocket subscription is about, and what it sends: a first picture, and then what is new."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from dashboard.demo.market.instruments import DemoInstrument


class Topic(NamedTuple):
    """What is subscribed to, in the words of a request's `args`."""

    product: str
    channel: str
    instrument_id: str

    @property
    def arg(self) -> dict[str, str]:
        """The topic as it stands in acknowledgements and data frames."""
        return {"instType": self.product, "channel": self.channel, "instId": self.instrument_id}

    def is_about(self, instrument: DemoInstrument) -> bool:
        """Whether the topic is one of this instrument's."""
        return (self.product, self.instrument_id) == (instrument.product, instrument.id)


FrameData = Sequence[object]
"""The `data` of one frame."""


class TopicStream(Protocol):
    """A subscription's data; `action` is what its later frames call themselves."""

    action: str

    def first(self) -> FrameData | None:
        """The picture on subscribing, if it begins with one."""

    def next(self) -> Sequence[FrameData]:
        """What is new since the last frame, as so many frames."""
