"""Every figure of a ticker stands in the exchange's own message, read through ccxt's parsers."""

from decimal import Decimal
from importlib import import_module

import pytest

from dashboard.domain.market import Ticker
from tests.exchange.tickers.ticker_case import TickerCase

EXCHANGES = (
    "aster", "binance", "binancecoinm", "binanceusdm", "bingx", "bitget", "bybit", "deribit", "gate", "htx",
    "hyperliquid", "krakenfutures", "kucoin", "lighter", "mexc", "okx", "phemex",
)  # fmt: skip
CASES = [
    pytest.param(exchange, case, id=f"{exchange} {case.name}")
    for exchange in EXCHANGES
    for case in import_module(f"tests.exchange.tickers.{exchange}").CASES
]
FIGURES = ("last", "bid", "ask", "mark", "change_24h")


def known(ticker: Ticker) -> dict[str, Decimal]:
    """Returns the known figures of a ticker; the change with four decimals."""
    quotes = {name: getattr(ticker, name) for name in FIGURES}
    values = {name: quote.value for name, quote in quotes.items() if quote is not None}
    return {name: round(value, 4) if name == "change_24h" else value for name, value in values.items()}


@pytest.mark.parametrize(("exchange", "case"), CASES)
async def test_ticker_has_what_the_exchange_states(exchange: str, case: TickerCase) -> None:
    ticker = await case.read(exchange)
    assert known(ticker) == {name: Decimal(text) for name, text in case.known.items()}
