"""The signed websocket channels."""

from collections.abc import Sequence

from dashboard.demo.account.demo_account import DemoAccount
from dashboard.demo.market.quote_board import QuoteBoard
from dashboard.demo.protocol.fault_injection import Faults
from dashboard.demo.protocol.order_payloads import socket_order
from dashboard.demo.protocol.position_payloads import socket_position
from dashboard.demo.protocol.rest_private import mark_of
from dashboard.demo.protocol.topic_stream import FrameData, Topic, TopicStream


class PositionStream:
    """`positions`: all of a product's, and again whenever one has changed other than in price.

    A position that was closed is just no more among them.
    """

    action = "snapshot"

    def __init__(self, board: QuoteBoard, account: DemoAccount, faults: Faults, product: str) -> None:
        self._board, self._account, self._faults, self._product = board, account, faults, product
        self._sent: list[str] = []

    def first(self) -> FrameData:
        """All positions of now."""
        wanted = [p for p in self._account.positions if p.product == self._product]
        self._sent = [repr(position) for position in wanted]
        if self._faults.ws.no_positions > 0:
            self._faults.ws.no_positions -= 1
            return []
        return [socket_position(position, mark_of(self._board, position)) for position in wanted]

    def next(self) -> Sequence[FrameData]:
        """All positions, if one has changed."""
        wanted = [repr(p) for p in self._account.positions if p.product == self._product]
        return [self.first()] if wanted != self._sent else []


class FillStream:
    """`fill`: each fill from now on, in a frame of its own; what was before must be asked for."""

    action = "snapshot"

    def __init__(self, account: DemoAccount, faults: Faults, product: str) -> None:
        self._account, self._faults, self._product = account, faults, product
        self._seen = account.last_id

    def first(self) -> None:
        """Nothing: Bitget begins without a picture."""

    def next(self) -> Sequence[FrameData]:
        """The fills since, less or more of them if a fault says so."""
        faults = self._faults.ws
        if faults.held_fills:
            return []
        fills, self._seen = self._account.fills_after(self._seen), self._account.last_id
        frames: list[FrameData] = []
        for fill in fills:
            if fill.product == self._product:
                frames += [[fill.socket_row()]] * self._copies()
        return frames[::-1] if faults.shuffled_fills else frames

    def _copies(self) -> int:
        faults = self._faults.ws
        if faults.lost_fills > 0:
            faults.lost_fills -= 1
            return 0
        if faults.repeated_fills > 0:
            faults.repeated_fills -= 1
            return 2
        return 1


class OrderStream:
    """`orders`: each order from now on, when it was accepted and after each of its fills."""

    action = "snapshot"

    def __init__(self, account: DemoAccount, product: str) -> None:
        self._account, self._product = account, product
        self._seen = account.last_id

    def first(self) -> None:
        """Nothing, as no order is waiting."""

    def next(self) -> Sequence[FrameData]:
        """The lives of the orders since."""
        new = self._account.orders_after(self._seen)
        self._seen = self._account.last_id
        frames: list[FrameData] = []
        for order in new:
            fills = self._account.fills_of(order)
            if order.product == self._product:
                steps = (fills[:count] for count in range(len(fills) + 1))
                frames += [[socket_order(order, step, fills[0].price)] for step in steps]
        return frames


def private_stream(
    board: QuoteBoard, account: DemoAccount, faults: Faults, topic: Topic
) -> TopicStream | None:
    """The stream of a signed topic, or None if there is none such."""
    match topic.channel:
        case "positions":
            return PositionStream(board, account, faults, topic.product)
        case "fill":
            return FillStream(account, faults, topic.product)
        case "orders":
            return OrderStream(account, topic.product)
    return None
