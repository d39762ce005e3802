"""The common source of all websocket subscriptions."""

from dataclasses import dataclass

from dashboard.demo.account.demo_account import DemoAccount
from dashboard.demo.market.quote_board import QuoteBoard
from dashboard.demo.protocol.fault_injection import Faults
from dashboard.demo.protocol.private_streams import private_stream
from dashboard.demo.protocol.public_streams import public_stream
from dashboard.demo.protocol.topic_stream import Topic, TopicStream


@dataclass
class StreamSource:
    """Opens streams, and counts the subscriptions of all connections, refused ones included."""

    quote_board: QuoteBoard
    account: DemoAccount
    faults: Faults
    subscriptions: int = 0

    def open_stream(self, topic: Topic, *, private: bool) -> TopicStream | None:
        """A new stream of a topic; None if there is no such topic or a fault refuses it."""
        if self.faults.ws.refuse_subscription:
            return None
        if private:
            return private_stream(self.quote_board, self.account, self.faults, topic)
        return public_stream(self.quote_board, topic)
