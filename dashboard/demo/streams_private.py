"""The signed websocket channels."""

from collections.abc import Sequence

from .account import DemoAccount
from .board import Board
from .rest_private import mark_of
from .streams import Stream, Topic


class PositionStream:
    """`positions`, signed: a product's positions, and again whenever one has changed other than in price."""

    action = "snapshot"

    def __init__(self, board: Board, account: DemoAccount, product: str) -> None:
        self._board, self._account, self._product = board, account, product
        self._sent: list[str] = []

    def first(self) -> Sequence[object]:
        """All positions of now."""
        wanted = [p for p in self._account.positions if p.product == self._product]
        self._sent = [repr(position) for position in wanted]
        return [position.socket_row(mark_of(self._board, position)) for position in wanted]

    def next(self) -> Sequence[object]:
        """All positions, if one has changed."""
        wanted = [repr(p) for p in self._account.positions if p.product == self._product]
        return self.first() if wanted != self._sent else []


def private_stream(board: Board, account: DemoAccount, topic: Topic) -> Stream | None:
    """The stream of a signed topic, or None if there is none such."""
    return PositionStream(board, account, topic.product) if topic.channel == "positions" else None
