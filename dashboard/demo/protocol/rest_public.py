"""Public REST paths for tickers, candles, order books and funding, and the table of all public paths.

Each function returns the `data` of the response, as Bitget's v2 API specifies it.
"""

from collections.abc import Callable

from dashboard.demo.market.demo_order_book import book_fields, make_book
from dashboard.demo.market.granularity import parse_granularity
from dashboard.demo.market.instruments import DemoInstrument
from dashboard.demo.market.quote_board import FUNDING_RATE, QuoteBoard
from dashboard.demo.protocol.candle_rows import candle_rows
from dashboard.demo.protocol.rest_instruments import (
    contracts,
    margin_currencies,
    position_tiers,
    server_time,
    spot_symbols,
)
from dashboard.demo.protocol.rest_query import (
    Query,
    bad_parameter,
    listed,
    optional_integer,
    requested_instrument,
    requested_product,
)

PublicEndpoint = Callable[[Query, QuoteBoard], object]
PRICE_FIELDS = {"price": "lastPr", "indexPrice": "indexPrice", "markPrice": "markPrice", "ts": "ts"}


def rest_ticker(quote_board: QuoteBoard, instrument: DemoInstrument) -> dict[str, str]:
    """A ticker over REST; spot names the field `open` that contracts name `open24h`."""
    fields = {"symbol": instrument.id, **quote_board.ticker(instrument)}
    if instrument.product == "SPOT" and "open24h" in fields:
        fields["open"] = fields.pop("open24h")
    return fields


def spot_tickers(query: Query, quote_board: QuoteBoard) -> object:
    """/api/v2/spot/market/tickers"""
    wanted = [requested_instrument("SPOT", query)] if query.get("symbol") else listed("SPOT")
    return [rest_ticker(quote_board, instrument) for instrument in wanted]


def mix_ticker(query: Query, quote_board: QuoteBoard) -> object:
    """/api/v2/mix/market/ticker"""
    return [rest_ticker(quote_board, requested_instrument(requested_product(query), query))]


def mix_tickers(query: Query, quote_board: QuoteBoard) -> object:
    """/api/v2/mix/market/tickers"""
    return [rest_ticker(quote_board, instrument) for instrument in listed(requested_product(query))]


def symbol_price(query: Query, quote_board: QuoteBoard) -> object:
    """/api/v2/mix/market/symbol-price"""
    ticker = quote_board.ticker(requested_instrument(requested_product(query), query))
    prices = {name: ticker[field] for name, field in PRICE_FIELDS.items() if field in ticker}
    return [{"symbol": query["symbol"], **prices}]


def spot_candles(query: Query, quote_board: QuoteBoard) -> object:
    """/api/v2/spot/market/candles and history-candles"""
    # Spot rows end with the volume in USDT, which here equals the quote volume.
    return [[*row, row[-1]] for row in _candles("SPOT", query, quote_board)]


def mix_candles(query: Query, quote_board: QuoteBoard) -> object:
    """/api/v2/mix/market/candles and history-candles"""
    if query.get("kLineType", "MARKET").upper() != "MARKET":
        raise bad_parameter()
    return _candles(requested_product(query), query, quote_board)


def _candles(product: str, query: Query, quote_board: QuoteBoard) -> list[list[str]]:
    instrument = requested_instrument(product, query)
    granularity = parse_granularity(query.get("granularity", ""))
    if granularity is None:
        raise bad_parameter()
    return candle_rows(
        quote_board,
        instrument,
        granularity,
        since_ms=optional_integer(query, "startTime"),
        until_ms=optional_integer(query, "endTime"),
        limit=optional_integer(query, "limit") or 100,
    )


def spot_book(query: Query, quote_board: QuoteBoard) -> object:
    """/api/v2/spot/market/orderbook"""
    return _book(requested_instrument("SPOT", query), query, quote_board)


def mix_book(query: Query, quote_board: QuoteBoard) -> object:
    """/api/v2/mix/market/merge-depth"""
    return _book(requested_instrument(requested_product(query), query), query, quote_board)


def _book(instrument: DemoInstrument, query: Query, quote_board: QuoteBoard) -> object:
    now_ms, depth = quote_board.wall_clock(), optional_integer(query, "limit") or 100
    return book_fields(make_book(instrument, quote_board.quote(instrument), now_ms // 1000, depth), now_ms)


def current_funding(query: Query, quote_board: QuoteBoard) -> object:
    """/api/v2/mix/market/current-fund-rate, of one symbol or of a whole product type"""
    product = requested_product(query)
    wanted = [requested_instrument(product, query)] if query.get("symbol") else listed(product)
    return [
        {
            "symbol": contract.id,
            "fundingRate": quote_board.ticker(contract).get("fundingRate", FUNDING_RATE),
            "fundingRateInterval": str(contract.funding_hours),
            "nextUpdate": str(quote_board.next_funding_ms(contract)),
            "minFundingRate": "-0.003",
            "maxFundingRate": "0.003",
        }
        for contract in wanted
    ]


PUBLIC_ENDPOINTS: dict[str, PublicEndpoint] = {
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
