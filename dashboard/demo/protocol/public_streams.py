"""Public websocket channels; each subscription has a stream object, which may remember the data it sent."""

from collections.abc import Callable, Sequence

from dashboard.demo.market.decimal_text import decimal_text
from dashboard.demo.market.demo_market import DemoTrade
from dashboard.demo.market.demo_order_book import DemoOrderBook, book_fields, make_book
from dashboard.demo.market.granularity import Granularity, parse_granularity
from dashboard.demo.market.instruments import DemoInstrument, find_instrument
from dashboard.demo.market.quote_board import QuoteBoard
from dashboard.demo.protocol.candle_rows import candle_rows
from dashboard.demo.protocol.topic_stream import FrameData, Topic, TopicStream


class TickerStream:
    """`ticker`: the whole ticker in each frame."""

    action = "snapshot"

    def __init__(self, quote_board: QuoteBoard, instrument: DemoInstrument) -> None:
        self._quote_board = quote_board
        self._instrument = instrument

    def snapshot(self) -> FrameData:
        """The current ticker."""
        names = {"instId": self._instrument.id}
        if self._instrument.product != "SPOT":
            names |= {"symbol": self._instrument.id, "symbolType": "1", "deliveryPrice": "0"}
        return [names | self._quote_board.ticker(self._instrument)]

    def updates(self) -> Sequence[FrameData]:
        """The current ticker: Bitget sends no partial ones."""
        return [self.snapshot()]


class CandleStream:
    """`candle1m` and other lengths: the last hundred candles, then the newest ones."""

    action = "update"

    def __init__(self, quote_board: QuoteBoard, instrument: DemoInstrument, granularity: Granularity) -> None:
        self._quote_board, self._instrument, self._granularity = quote_board, instrument, granularity

    def snapshot(self) -> FrameData:
        """The last hundred candles."""
        return self._rows(100)

    def updates(self) -> Sequence[FrameData]:
        """The newest two, so that a completed candle's close is sent too."""
        return [self._rows(2)]

    def _rows(self, limit: int) -> FrameData:
        rows = candle_rows(self._quote_board, self._instrument, self._granularity, limit=limit)
        return [[*row, row[-1]] for row in rows]


class TopLevelsStream:
    """`books1`, `books5`, `books15`: the best levels in each frame."""

    action = "snapshot"

    def __init__(self, quote_board: QuoteBoard, instrument: DemoInstrument, depth: int) -> None:
        self._quote_board, self._instrument, self._depth = quote_board, instrument, depth

    def snapshot(self) -> FrameData:
        """The current best levels."""
        now_ms, quote = self._quote_board.wall_clock(), self._quote_board.quote(self._instrument)
        return [book_fields(make_book(self._instrument, quote, now_ms // 1000, self._depth), now_ms)]

    def updates(self) -> Sequence[FrameData]:
        """The current best levels: Bitget sends no changes in these channels."""
        return [self.snapshot()]


class OrderBookStream:
    """`books`: the whole book first, then the changed levels with a checksum of the whole book."""

    action = "update"

    def __init__(self, quote_board: QuoteBoard, instrument: DemoInstrument) -> None:
        self._quote_board, self._instrument = quote_board, instrument
        self._sent = DemoOrderBook([], [])

    def snapshot(self) -> FrameData:
        """The whole book."""
        self._sent = self._book()
        return [book_fields(self._sent, self._quote_board.wall_clock())]

    def updates(self) -> Sequence[FrameData]:
        """The levels that changed since the last frame."""
        before, self._sent = self._sent, self._book()
        changes = book_fields(self._sent.changes_since(before), self._quote_board.wall_clock())
        return [[changes | {"checksum": self._sent.checksum()}]]

    def _book(self) -> DemoOrderBook:
        quote = self._quote_board.quote(self._instrument)
        return make_book(self._instrument, quote, self._quote_board.wall_clock() // 1000)


class TradeStream:
    """`trade`: the last fifty trades, then each new one; newest first."""

    action = "update"

    def __init__(self, quote_board: QuoteBoard, instrument: DemoInstrument) -> None:
        self._quote_board, self._instrument = quote_board, instrument
        self._sent_ms = quote_board.market_clock()

    def snapshot(self) -> FrameData:
        """The last fifty trades."""
        return self._payloads(self._sent_ms - 5_000)

    def updates(self) -> Sequence[FrameData]:
        """The trades since the last frame."""
        payloads = self._payloads(self._sent_ms)
        return [payloads] if payloads else []

    def _payloads(self, since_ms: int) -> FrameData:
        self._sent_ms = self._quote_board.market_clock()
        trades = self._quote_board.market.trades(self._instrument, since_ms, self._sent_ms)
        return [_trade_payload(trade) for trade in reversed(trades)]


def _trade_payload(trade: DemoTrade) -> dict[str, str]:
    return {
        "ts": str(trade.time_ms),
        "price": decimal_text(trade.price),
        "size": decimal_text(trade.size),
        "side": trade.side,
        "tradeId": str(trade.time_ms),
    }


CHANNELS: dict[str, Callable[[QuoteBoard, DemoInstrument], TopicStream]] = {
    "ticker": TickerStream,
    "trade": TradeStream,
    "books": OrderBookStream,
    "books1": lambda quote_board, instrument: TopLevelsStream(quote_board, instrument, 1),
    "books5": lambda quote_board, instrument: TopLevelsStream(quote_board, instrument, 5),
    "books15": lambda quote_board, instrument: TopLevelsStream(quote_board, instrument, 15),
}


def public_stream(quote_board: QuoteBoard, topic: Topic) -> TopicStream | None:
    """A new stream of a public topic; None if Bitget has no such topic."""
    instrument = find_instrument(topic.product, topic.instrument_id)
    if instrument is None:
        return None
    if topic.channel in CHANNELS:
        return CHANNELS[topic.channel](quote_board, instrument)
    if not topic.channel.startswith("candle"):
        return None
    granularity = parse_granularity(topic.channel.removeprefix("candle"))
    return None if granularity is None else CandleStream(quote_board, instrument, granularity)
