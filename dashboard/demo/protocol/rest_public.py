"""The public REST paths: tickers, candles, order books and funding here, what is listed in `rest_listing`.

Each function takes the query and the board and gives the `data` of the answer, as Bitget's v2 API has it.
"""

from collections.abc import Callable

from dashboard.demo.market.demo_order_book import book_fields, make_book
from dashboard.demo.market.granularity import candle_rows, parse_granularity
from dashboard.demo.market.instruments import DemoInstrument
from dashboard.demo.market.quote_board import FUNDING_RATE, QuoteBoard
from dashboard.demo.protocol.envelopes import bad_parameter
from dashboard.demo.protocol.rest_instruments import (
    contracts,
    margin_currencies,
    position_tiers,
    server_time,
    spot_symbols,
)
from dashboard.demo.protocol.rest_query import Query, instrument_of, listed, product_of, whole

PublicEndpoint = Callable[[Query, QuoteBoard], object]
PRICE_FIELDS = {"price": "lastPr", "indexPrice": "indexPrice", "markPrice": "markPrice", "ts": "ts"}


def rest_ticker(board: QuoteBoard, instrument: DemoInstrument) -> dict[str, str]:
    """A ticker as REST gives it: spot says `open` where contracts say `open24h`."""
    fields = {"symbol": instrument.id, **board.ticker(instrument)}
    if instrument.product == "SPOT" and "open24h" in fields:
        fields["open"] = fields.pop("open24h")
    return fields


def spot_tickers(query: Query, board: QuoteBoard) -> object:
    """/api/v2/spot/market/tickers"""
    wanted = [instrument_of("SPOT", query)] if query.get("symbol") else listed("SPOT")
    return [rest_ticker(board, instrument) for instrument in wanted]


def mix_ticker(query: Query, board: QuoteBoard) -> object:
    """/api/v2/mix/market/ticker"""
    return [rest_ticker(board, instrument_of(product_of(query), query))]


def mix_tickers(query: Query, board: QuoteBoard) -> object:
    """/api/v2/mix/market/tickers"""
    return [rest_ticker(board, instrument) for instrument in listed(product_of(query))]


def symbol_price(query: Query, board: QuoteBoard) -> object:
    """/api/v2/mix/market/symbol-price"""
    ticker = board.ticker(instrument_of(product_of(query), query))
    prices = {name: ticker[field] for name, field in PRICE_FIELDS.items() if field in ticker}
    return [{"symbol": query["symbol"], **prices}]


def spot_candles(query: Query, board: QuoteBoard) -> object:
    """/api/v2/spot/market/candles and history-candles"""
    # Spot rows end with the volume in USDT, which is the quote volume here.
    return [[*row, row[-1]] for row in _candles("SPOT", query, board)]


def mix_candles(query: Query, board: QuoteBoard) -> object:
    """/api/v2/mix/market/candles and history-candles"""
    if query.get("kLineType", "MARKET").upper() != "MARKET":
        raise bad_parameter()
    return _candles(product_of(query), query, board)


def _candles(product: str, query: Query, board: QuoteBoard) -> list[list[str]]:
    instrument = instrument_of(product, query)
    granularity = parse_granularity(query.get("granularity", ""))
    if granularity is None:
        raise bad_parameter()
    return candle_rows(
        board,
        instrument,
        granularity,
        since_ms=whole(query, "startTime"),
        until_ms=whole(query, "endTime"),
        limit=whole(query, "limit") or 100,
    )


def spot_book(query: Query, board: QuoteBoard) -> object:
    """/api/v2/spot/market/orderbook"""
    return _book(instrument_of("SPOT", query), query, board)


def mix_book(query: Query, board: QuoteBoard) -> object:
    """/api/v2/mix/market/merge-depth"""
    return _book(instrument_of(product_of(query), query), query, board)


def _book(instrument: DemoInstrument, query: Query, board: QuoteBoard) -> object:
    now_ms = board.wall()
    book = make_book(instrument, board.quote(instrument), now_ms // 1000, whole(query, "limit") or 100)
    return book_fields(book, now_ms)


def current_funding(query: Query, board: QuoteBoard) -> object:
    """/api/v2/mix/market/current-fund-rate, of one symbol or of all of a product type"""
    product = product_of(query)
    wanted = [instrument_of(product, query)] if query.get("symbol") else listed(product)
    return [
        {
            "symbol": contract.id,
            "fundingRate": board.ticker(contract).get("fundingRate", FUNDING_RATE),
            "fundingRateInterval": str(contract.funding_hours),
            "nextUpdate": str(board.next_funding_ms(contract)),
            "minFundingRate": "-0.003",
            "maxFundingRate": "0.003",
        }
        for contract in wanted
    ]


PUBLIC: dict[str, PublicEndpoint] = {
    "/api/v2/public/time": server_time,
    "/api/v2/spot/public/symbols": spot_symbols,
    "/api/v2/margin/currencies": margin_currencies,
    "/api/v2/mix/market/contracts": contracts,
    "/api/v2/spot/market/tickers": spot_tickers,
    "/api/v2/mix/market/ticker": mix_ticker,
    "/api/v2/mix/market/tickers": mix_tickers,
    "/api/v2/mix/market/symbol-price": symbol_price,
    "/api/v2/spot/market/candles": spot_candles,
    "/api/v2/spot/market/history-candles": spot_candles,
    "/api/v2/mix/market/candles": mix_candles,
    "/api/v2/mix/market/history-candles": mix_candles,
    "/api/v2/spot/market/orderbook": spot_book,
    "/api/v2/mix/market/merge-depth": mix_book,
    "/api/v2/mix/market/query-position-lever": position_tiers,
    "/api/v2/mix/market/current-fund-rate": current_funding,
}
