"""Refusals in Bitget's terms."""


class BitgetError(Exception):
    """A refused request: Bitget's error code, its message and the HTTP status of the response."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


def unknown_symbol(symbol: str) -> BitgetError:
    """The error for a symbol that is not listed."""
    return BitgetError("40034", f"Parameter {symbol} does not exist")
