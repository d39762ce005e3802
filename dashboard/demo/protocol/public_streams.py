"""The public websocket channels; one object a subscription, as some of them remember what they have sent."""

from collections.abc import Callable, Sequence

from dashboard.demo.market.demo_market import DemoTrade, plain
from dashboard.demo.market.demo_order_book import DemoOrderBook, book_fields, make_book
from dashboard.demo.market.granularity import candle_rows, parse_granularity
from dashboard.demo.market.instruments import DemoInstrument, find_instrument
from dashboard.demo.market.quote_board import QuoteBoard
from dashboard.demo.protocol.topic_stream import FrameData, Topic, TopicStream


class TickerStream:
    """`ticker`: the whole ticker each time."""

    action = "snapshot"

    def __init__(self, board: QuoteBoard, instrument: DemoInstrument) -> None:
        self._board = board
        self._instrument = instrument

    def first(self) -> FrameData:
        """The ticker of now."""
        names = {"instId": self._instrument.id}
        if self._instrument.product != "SPOT":
            names |= {"symbol": self._instrument.id, "symbolType": "1", "deliveryPrice": "0"}
        return [names | self._board.ticker(self._instrument)]

    def next(self) -> Sequence[FrameData]:
        """The same: Bitget sends no parts of tickers."""
        return [self.first()]


class CandleStream:
    """`candle1m` and its kin: the last hundred candles, then the newest as it forms."""

    action = "update"

    def __init__(self, board: QuoteBoard, instrument: DemoInstrument, name: str) -> None:
        found = parse_granularity(name)
        if found is None:
            raise KeyError(name)
        self._board, self._instrument, self._granularity = board, instrument, found

    def first(self) -> FrameData:
        """The last hundred candles."""
        return self._rows(100)

    def next(self) -> Sequence[FrameData]:
        """The newest two, so that the end of the one before is not lost."""
        return [self._rows(2)]

    def _rows(self, limit: int) -> FrameData:
        rows = candle_rows(self._board, self._instrument, self._granularity, limit=limit)
        return [[*row, row[-1]] for row in rows]


class TopLevelsStream:
    """`books1`, `books5`, `books15`: the best levels, all of them each time."""

    action = "snapshot"

    def __init__(self, board: QuoteBoard, instrument: DemoInstrument, depth: int) -> None:
        self._board, self._instrument, self._depth = board, instrument, depth

    def first(self) -> FrameData:
        """The best levels of now."""
        now_ms = self._board.wall()
        book = make_book(self._instrument, self._board.quote(self._instrument), now_ms // 1000, self._depth)
        return [book_fields(book, now_ms)]

    def next(self) -> Sequence[FrameData]:
        """The same."""
        return [self.first()]


class OrderBookStream:
    """`books`: the whole book once, then the levels that changed, with a checksum of the whole."""

    action = "update"

    def __init__(self, board: QuoteBoard, instrument: DemoInstrument) -> None:
        self._board, self._instrument = board, instrument
        self._sent = DemoOrderBook([], [])

    def first(self) -> FrameData:
        """The whole book."""
        self._sent = self._book()
        return [book_fields(self._sent, self._board.wall())]

    def next(self) -> Sequence[FrameData]:
        """The levels that changed."""
        before, self._sent = self._sent, self._book()
        changes = book_fields(self._sent.changes_since(before), self._board.wall())
        return [[changes | {"checksum": self._sent.checksum()}]]

    def _book(self) -> DemoOrderBook:
        return make_book(self._instrument, self._board.quote(self._instrument), self._board.wall() // 1000)


class TradeStream:
    """`trade`: the newest fifty trades, then each new one; the newest first."""

    action = "update"

    def __init__(self, board: QuoteBoard, instrument: DemoInstrument) -> None:
        self._board, self._instrument = board, instrument
        self._sent_ms = board.clock()

    def first(self) -> FrameData:
        """The last fifty trades."""
        return self._rows(self._sent_ms - 5_000)

    def next(self) -> Sequence[FrameData]:
        """The trades since the last frame."""
        rows = self._rows(self._sent_ms)
        return [rows] if rows else []

    def _rows(self, since_ms: int) -> FrameData:
        self._sent_ms = self._board.clock()
        trades = self._board.market.trades(self._instrument, since_ms, self._sent_ms)
        return [_trade_row(trade) for trade in reversed(trades)]


def _trade_row(trade: DemoTrade) -> dict[str, str]:
    return {
        "ts": str(trade.time_ms),
        "price": plain(trade.price),
        "size": plain(trade.size),
        "side": trade.side,
        "tradeId": str(trade.time_ms),
    }


CHANNELS: dict[str, Callable[[QuoteBoard, DemoInstrument], TopicStream]] = {
    "ticker": TickerStream,
    "trade": TradeStream,
    "books": OrderBookStream,
    "books1": lambda board, instrument: TopLevelsStream(board, instrument, 1),
    "books5": lambda board, instrument: TopLevelsStream(board, instrument, 5),
    "books15": lambda board, instrument: TopLevelsStream(board, instrument, 15),
}


def public_stream(board: QuoteBoard, topic: Topic) -> TopicStream | None:
    """The stream of a public topic, or None if Bitget has none such."""
    instrument = find_instrument(topic.product, topic.instrument_id)
    if instrument is None:
        return None
    if topic.channel in CHANNELS:
        return CHANNELS[topic.channel](board, instrument)
    name = topic.channel.removeprefix("candle")
    known = name != topic.channel and parse_granularity(name) is not None
    return CandleStream(board, instrument, name) if known else None
