"""The adapter of each exchange."""

from typing import Any

from dashboard.exchange.adapters.aster import AsterAdapter
from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.adapters.binance import BinanceAdapter
from dashboard.exchange.adapters.bingx import BingxAdapter
from dashboard.exchange.adapters.bitget import BitgetAdapter
from dashboard.exchange.adapters.bybit import BybitAdapter
from dashboard.exchange.adapters.coinex import CoinExAdapter
from dashboard.exchange.adapters.deribit import DeribitAdapter
from dashboard.exchange.adapters.gate import GateAdapter
from dashboard.exchange.adapters.htx import HtxAdapter
from dashboard.exchange.adapters.hyperliquid import HyperliquidAdapter
from dashboard.exchange.adapters.krakenfutures import KrakenFuturesAdapter
from dashboard.exchange.adapters.kucoin import KucoinAdapter
from dashboard.exchange.adapters.lighter import LighterAdapter
from dashboard.exchange.adapters.mexc import MexcAdapter
from dashboard.exchange.adapters.okx import OkxAdapter
from dashboard.exchange.adapters.phemex import PhemexAdapter
from dashboard.exchange.lineage import find

_ADAPTERS: dict[str, type[AccountAdapter]] = {
    "aster": AsterAdapter,
    "binance": BinanceAdapter,
    "bingx": BingxAdapter,
    "bitget": BitgetAdapter,
    "bybit": BybitAdapter,
    "coinex": CoinExAdapter,
    "deribit": DeribitAdapter,
    "gate": GateAdapter,
    "htx": HtxAdapter,
    "hyperliquid": HyperliquidAdapter,
    "krakenfutures": KrakenFuturesAdapter,
    "kucoin": KucoinAdapter,
    "lighter": LighterAdapter,
    "mexc": MexcAdapter,
    "okx": OkxAdapter,
    "phemex": PhemexAdapter,
}


def adapter_for(exchange: Any) -> AccountAdapter:
    """Returns the adapter of ccxt's object, or that of the exchange it is a region of; else the base."""
    adapter = find(_ADAPTERS, exchange.id) or AccountAdapter
    return adapter(exchange)
