"""Public REST paths for the server's time, instruments and margin tiers."""

from decimal import Decimal

from dashboard.demo.market.decimal_text import decimal_text
from dashboard.demo.market.instruments import DemoInstrument
from dashboard.demo.market.quote_board import QuoteBoard
from dashboard.demo.protocol.rest_query import Query, listed, requested_instrument, requested_product


def server_time(query: Query, quote_board: QuoteBoard) -> object:
    """/api/v2/public/time"""
    return {"serverTime": str(quote_board.wall_clock())}


def spot_symbols(query: Query, quote_board: QuoteBoard) -> object:
    """/api/v2/spot/public/symbols"""
    return [
        {
            "symbol": spot.id,
            "baseCoin": spot.base,
            "quoteCoin": spot.quote,
            "minTradeAmount": "0",
            "maxTradeAmount": "900000000000000000000",
            "takerFeeRate": "0.001",
            "makerFeeRate": "0.001",
            "pricePrecision": str(_decimals(spot.price_step)),
            "quantityPrecision": str(_decimals(spot.size_step)),
            "quotePrecision": "8",
            "status": "online",
            "minTradeUSDT": "1",
        }
        for spot in listed("SPOT")
    ]


def margin_currencies(query: Query, quote_board: QuoteBoard) -> object:
    """/api/v2/margin/currencies: empty, no spot symbol can be traded on margin."""
    return []


def contracts(query: Query, quote_board: QuoteBoard) -> object:
    """/api/v2/mix/market/contracts"""
    return [_contract(contract) for contract in listed(requested_product(query))]


def _contract(contract: DemoInstrument) -> dict[str, object]:
    decimals = _decimals(contract.price_step)
    return {
        "symbol": contract.id,
        "baseCoin": contract.base,
        "quoteCoin": contract.quote,
        "makerFeeRate": "0.0002",
        "takerFeeRate": "0.0006",
        "supportMarginCoins": [contract.margin_coin],
        "minTradeNum": decimal_text(contract.size_step),
        "priceEndStep": decimal_text(contract.price_step.scaleb(decimals)),
        "volumePlace": str(_decimals(contract.size_step)),
        "pricePlace": str(decimals),
        "sizeMultiplier": decimal_text(contract.size_step),
        "symbolType": "perpetual",
        "minTradeUSDT": "5",
        "symbolStatus": "normal",
        "fundInterval": str(contract.funding_hours),
        "minLever": "1",
        "maxLever": str(max(tier.leverage for tier in contract.tiers)),
        "launchTime": "",
    }


def _decimals(step: Decimal) -> int:
    exponent = step.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def position_tiers(query: Query, quote_board: QuoteBoard) -> object:
    """/api/v2/mix/market/query-position-lever"""
    contract = requested_instrument(requested_product(query), query)
    return [
        {
            "symbol": contract.id,
            "level": str(level),
            "startUnit": str(tier.start),
            "endUnit": str(tier.end),
            "leverage": str(tier.leverage),
            "keepMarginRate": tier.keep_margin_rate,
        }
        for level, tier in enumerate(contract.tiers, start=1)
    ]
