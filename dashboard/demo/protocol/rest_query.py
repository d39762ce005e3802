"""Query parameters of REST requests; missing and invalid ones raise Bitget's errors."""

from collections.abc import Mapping

from dashboard.demo.market.instruments import INSTRUMENTS, DemoInstrument, find_instrument
from dashboard.demo.matching.bitget_error import BitgetError, unknown_symbol

Query = Mapping[str, str]
PRODUCTS = ("USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES", "SUSDT-FUTURES", "SCOIN-FUTURES", "SUSDC-FUTURES")


def bad_parameter() -> BitgetError:
    """The error for a missing or invalid parameter."""
    return BitgetError("400172", "Parameter verification failed")


def listed(product: str) -> list[DemoInstrument]:
    """The instruments of a product type."""
    return [instrument for instrument in INSTRUMENTS if instrument.product == product]


def requested_product(query: Query) -> str:
    """The requested product type."""
    product = query.get("productType", "").upper()
    if product not in PRODUCTS:
        raise bad_parameter()
    return product


def requested_instrument(product: str, query: Query) -> DemoInstrument:
    """The requested instrument of a product type."""
    symbol = query.get("symbol", "")
    found = find_instrument(product, symbol)
    if found is None:
        raise unknown_symbol(symbol)
    return found


def optional_integer(query: Query, name: str) -> int | None:
    """A non-negative integer; None if it is missing."""
    text = query.get(name)
    if text is None:
        return None
    if not text.isdigit():
        raise bad_parameter()
    return int(text)
