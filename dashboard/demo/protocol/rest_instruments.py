"""The public REST paths about what is listed: instruments, their steps and their tiers."""

from decimal import Decimal

from dashboard.demo.market.demo_market import plain
from dashboard.demo.market.instruments import DemoInstrument
from dashboard.demo.market.quote_board import QuoteBoard
from dashboard.demo.protocol.rest_query import Query, instrument_of, listed, product_of


def server_time(query: Query, board: QuoteBoard) -> object:
    """/api/v2/public/time"""
    return {"serverTime": str(board.wall())}


def spot_symbols(query: Query, board: QuoteBoard) -> object:
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


def margin_currencies(query: Query, board: QuoteBoard) -> object:
    """/api/v2/margin/currencies: none of the spot symbols can be traded on margin."""
    return []


def contracts(query: Query, board: QuoteBoard) -> object:
    """/api/v2/mix/market/contracts"""
    return [_contract(contract) for contract in listed(product_of(query))]


def _contract(contract: DemoInstrument) -> dict[str, object]:
    decimals = _decimals(contract.price_step)
    return {
        "symbol": contract.id,
        "baseCoin": contract.base,
        "quoteCoin": contract.quote,
        "makerFeeRate": "0.0002",
        "takerFeeRate": "0.0006",
        "supportMarginCoins": [contract.margin_coin],
        "minTradeNum": plain(contract.size_step),
        "priceEndStep": plain(contract.price_step.scaleb(decimals)),
        "volumePlace": str(_decimals(contract.size_step)),
        "pricePlace": str(decimals),
        "sizeMultiplier": plain(contract.size_step),
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


def position_tiers(query: Query, board: QuoteBoard) -> object:
    """/api/v2/mix/market/query-position-lever"""
    contract = instrument_of(product_of(query), query)
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
