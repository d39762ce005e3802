"""Reads the query of a REST request; what it does not find is answered as Bitget does."""

from collections.abc import Mapping

from dashboard.demo.market.instruments import INSTRUMENTS, DemoInstrument, find_instrument
from dashboard.demo.protocol.envelopes import bad_parameter, unknown_symbol

Query = Mapping[str, str]
PRODUCTS = ("USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES", "SUSDT-FUTURES", "SCOIN-FUTURES", "SUSDC-FUTURES")


def listed(product: str) -> list[DemoInstrument]:
    """The instruments of a product type."""
    return [instrument for instrument in INSTRUMENTS if instrument.product == product]


def product_of(query: Query) -> str:
    """The product type that is asked for."""
    product = query.get("productType", "").upper()
    if product not in PRODUCTS:
        raise bad_parameter()
    return product


def instrument_of(product: str, query: Query) -> DemoInstrument:
    """The instrument that is asked for."""
    symbol = query.get("symbol", "")
    found = find_instrument(product, symbol)
    if found is None:
        raise unknown_symbol(symbol)
    return found


def whole(query: Query, name: str) -> int | None:
    """A whole number, or None where it is not given."""
    text = query.get(name)
    if text is None:
        return None
    if not text.isdigit():
        raise bad_parameter()
    return int(text)
