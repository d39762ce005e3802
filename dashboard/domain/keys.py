"""Keys of markets and positions: every map, message and broadcast uses these."""

from dataclasses import dataclass

from dashboard.domain.position import Side


@dataclass(frozen=True, slots=True, order=True)
class MarketKey:
    """One market of one exchange connection."""

    exchange: str
    """The connection: bitget, bitget:testnet, demo."""
    symbol: str
    """ccxt's unified symbol; before it is resolved, the symbol as the user gave it."""

    def __str__(self) -> str:
        """As text, for Redis: the exchange, a space, the symbol."""
        return f"{self.exchange} {self.symbol}"

    @classmethod
    def parse(cls, text: str) -> "MarketKey":
        """Returns the key that `str` made this text of."""
        exchange, _, symbol = text.partition(" ")
        return cls(exchange, symbol)


@dataclass(frozen=True, slots=True)
class PositionKey:
    """One position of one account. The side is set in hedge mode only, where a market has two."""

    account: str
    symbol: str
    side: Side | None = None

    @property
    def label(self) -> str:
        """The symbol, with its side in hedge mode: BTC/USDT:USDT:long."""
        return self.symbol if self.side is None else f"{self.symbol}:{self.side}"

    def __str__(self) -> str:
        """As text, for Redis: unique over all accounts."""
        return f"{self.account} {self.label}"
