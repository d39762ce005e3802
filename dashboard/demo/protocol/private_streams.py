"""Private websocket channels: positions, fills and orders of the account."""

from collections.abc import Sequence

from dashboard.demo.account.demo_account import DemoAccount
from dashboard.demo.account.demo_fill import DemoFill
from dashboard.demo.market.quote_board import QuoteBoard
from dashboard.demo.protocol.fault_injection import Faults
from dashboard.demo.protocol.fill_payloads import FillPayload, websocket_fill
from dashboard.demo.protocol.order_payloads import websocket_order
from dashboard.demo.protocol.position_payloads import websocket_position
from dashboard.demo.protocol.rest_private import valuation_mark
from dashboard.demo.protocol.topic_stream import FrameData, Topic, TopicStream


class PositionStream:
    """`positions`: all open positions of a product type, again whenever one changes other than in price.

    A closed position is simply missing from the next frame.
    """

    action = "snapshot"

    def __init__(self, quote_board: QuoteBoard, account: DemoAccount, faults: Faults, product: str) -> None:
        self._quote_board, self._account, self._faults = quote_board, account, faults
        self._product = product
        self._sent: list[str] = []

    def snapshot(self) -> FrameData:
        """All open positions."""
        wanted = [p for p in self._account.positions if p.product == self._product]
        self._sent = [repr(position) for position in wanted]
        if self._faults.ws.no_positions > 0:
            self._faults.ws.no_positions -= 1
            return []
        return [websocket_position(p, valuation_mark(self._quote_board, p)) for p in wanted]

    def updates(self) -> Sequence[FrameData]:
        """All open positions, if one has changed."""
        wanted = [repr(p) for p in self._account.positions if p.product == self._product]
        return [self.snapshot()] if wanted != self._sent else []


class FillStream:
    """`fill`: each fill after the subscription, in a frame of its own; earlier ones are read over REST."""

    action = "snapshot"

    def __init__(self, account: DemoAccount, faults: Faults, product: str) -> None:
        self._account, self._faults, self._product = account, faults, product
        self._last_id = account.last_id

    def snapshot(self) -> None:
        """None: Bitget begins without a snapshot."""

    def updates(self) -> Sequence[FrameData]:
        """The fills since the last frame; faults may drop, repeat, delay or reorder them."""
        faults = self._faults.ws
        if faults.held_fills:
            return []
        fills, self._last_id = self._account.fills_after(self._last_id), self._account.last_id
        frames: list[FrameData] = []
        for fill in fills:
            if fill.product == self._product:
                frames += [[self._payload(fill)]] * self._copies()
        return frames[::-1] if faults.shuffled_fills else frames

    def _payload(self, fill: DemoFill) -> FillPayload:
        faults, payload = self._faults.ws, websocket_fill(fill)
        if faults.unreadable_fills > 0:
            faults.unreadable_fills -= 1
            return payload | {"price": ""}
        return payload

    def _copies(self) -> int:
        """The number of times to send the next fill."""
        faults = self._faults.ws
        if faults.lost_fills > 0:
            faults.lost_fills -= 1
            return 0
        if faults.repeated_fills > 0:
            faults.repeated_fills -= 1
            return 2
        return 1


class OrderStream:
    """`orders`: each order after the subscription, when it is accepted and after each of its fills."""

    action = "snapshot"

    def __init__(self, account: DemoAccount, product: str) -> None:
        self._account, self._product = account, product
        self._last_id = account.last_id

    def snapshot(self) -> None:
        """None: market orders are never pending."""

    def updates(self) -> Sequence[FrameData]:
        """All states of the orders since the last frame."""
        orders = self._account.orders_after(self._last_id)
        self._last_id = self._account.last_id
        frames: list[FrameData] = []
        for order in orders:
            fills = self._account.fills_of(order)
            if order.product == self._product:
                states = (fills[:count] for count in range(len(fills) + 1))
                frames += [[websocket_order(order, state, fills[0].price)] for state in states]
        return frames


def private_stream(
    quote_board: QuoteBoard, account: DemoAccount, faults: Faults, topic: Topic
) -> TopicStream | None:
    """A new stream of a private topic; None if Bitget has no such topic."""
    match topic.channel:
        case "positions":
            return PositionStream(quote_board, account, faults, topic.product)
        case "fill":
            return FillStream(account, faults, topic.product)
        case "orders":
            return OrderStream(account, topic.product)
    return None
