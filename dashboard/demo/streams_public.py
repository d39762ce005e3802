"""The public websocket channels; one object a subscription, as some of them remember what they have sent."""

from collections.abc import Callable, Sequence

from .board import Board
from .book import Book, book_fields, make_book
from .candles import candle_rows, parse_granularity
from .instruments import DemoInstrument, find_instrument
from .market import Trade, plain
from .streams import Rows, Stream, Topic


class TickerStream:
    """`ticker`: the whole ticker each time."""

    action = "snapshot"

    def __init__(self, board: Board, instrument: DemoInstrument) -> None:
        self._board = board
        self._instrument = instrument

    def first(self) -> Rows:
        """The ticker of now."""
        names = {"instId": self._instrument.id}
        if self._instrument.product != "SPOT":
            names |= {"symbol": self._instrument.id, "symbolType": "1", "deliveryPrice": "0"}
        return [names | self._board.ticker(self._instrument)]

    def next(self) -> Sequence[Rows]:
        """The same: Bitget sends no parts of tickers."""
        return [self.first()]


class CandleStream:
    """`candle1m` and its kin: the last hundred candles, then the newest as it forms."""

    action = "update"

    def __init__(self, board: Board, instrument: DemoInstrument, name: str) -> None:
        found = parse_granularity(name)
        if found is None:
            raise KeyError(name)
        self._board, self._instrument, self._granularity = board, instrument, found

    def first(self) -> Rows:
        """The last hundred candles."""
        return self._rows(100)

    def next(self) -> Sequence[Rows]:
        """The newest two, so that the end of the one before is not lost."""
        return [self._rows(2)]

    def _rows(self, limit: int) -> Rows:
        rows = candle_rows(self._board, self._instrument, self._granularity, limit=limit)
        return [[*row, row[-1]] for row in rows]


class TopBookStream:
    """`books1`, `books5`, `books15`: the best levels, all of them each time."""

    action = "snapshot"

    def __init__(self, board: Board, instrument: DemoInstrument, depth: int) -> None:
        self._board, self._instrument, self._depth = board, instrument, depth

    def first(self) -> Rows:
        """The best levels of now."""
        now_ms = self._board.wall()
        book = make_book(self._instrument, self._board.quote(self._instrument), now_ms // 1000, self._depth)
        return [book_fields(book, now_ms)]

    def next(self) -> Sequence[Rows]:
        """The same."""
        return [self.first()]


class BookStream:
    """`books`: the whole book once, then the levels that changed, with a checksum of the whole."""

    action = "update"

    def __init__(self, board: Board, instrument: DemoInstrument) -> None:
        self._board, self._instrument = board, instrument
        self._sent = Book([], [])

    def first(self) -> Rows:
        """The whole book."""
        self._sent = self._book()
        return [book_fields(self._sent, self._board.wall())]

    def next(self) -> Sequence[Rows]:
        """The levels that changed."""
        before, self._sent = self._sent, self._book()
        changes = book_fields(self._sent.changes_since(before), self._board.wall())
        return [[changes | {"checksum": self._sent.checksum()}]]

    def _book(self) -> Book:
        return make_book(self._instrument, self._board.quote(self._instrument), self._board.wall() // 1000)


class TradeStream:
    """`trade`: the newest fifty trades, then each new one; the newest first."""

    action = "update"

    def __init__(self, board: Board, instrument: DemoInstrument) -> None:
        self._board, self._instrument = board, instrument
        self._sent_ms = board.clock()

    def first(self) -> Rows:
        """The last fifty trades."""
        return self._rows(self._sent_ms - 5_000)

    def next(self) -> Sequence[Rows]:
        """The trades since the last frame."""
        rows = self._rows(self._sent_ms)
        return [rows] if rows else []

    def _rows(self, since_ms: int) -> Rows:
        self._sent_ms = self._board.clock()
        trades = self._board.market.trades(self._instrument, since_ms, self._sent_ms)
        return [_trade_row(trade) for trade in reversed(trades)]


def _trade_row(trade: Trade) -> dict[str, str]:
    return {
        "ts": str(trade.time_ms),
        "price": plain(trade.price),
        "size": plain(trade.size),
        "side": trade.side,
        "tradeId": str(trade.time_ms),
    }


CHANNELS: dict[str, Callable[[Board, DemoInstrument], Stream]] = {
    "ticker": TickerStream,
    "trade": TradeStream,
    "books": BookStream,
    "books1": lambda board, instrument: TopBookStream(board, instrument, 1),
    "books5": lambda board, instrument: TopBookStream(board, instrument, 5),
    "books15": lambda board, instrument: TopBookStream(board, instrument, 15),
}


def public_stream(board: Board, topic: Topic) -> Stream | None:
    """The stream of a public topic, or None if Bitget has none such."""
    instrument = find_instrument(topic.product, topic.instrument_id)
    if instrument is None:
        return None
    if topic.channel in CHANNELS:
        return CHANNELS[topic.channel](board, instrument)
    name = topic.channel.removeprefix("candle")
    known = name != topic.channel and parse_granularity(name) is not None
    return CandleStream(board, instrument, name) if known else None
