"""The shapes of the REST answers, from which the OpenAPI page is made. Numbers are decimal strings."""

from typing import Literal

from pydantic import BaseModel, Field


class PositionFigures(BaseModel):
    """One position at a live price. null is unknown, never zero."""

    symbol: str = Field(description="ccxt's unified symbol")
    side: Literal["long", "short", "flat"]
    quantity: str = Field(description="full size in base coins, leverage in it")
    entry_price: str | None
    current_price: str | None = Field(description="mark price, else last; null when missing or too old")
    unrealized_pnl: str | None = Field(description="in the settlement currency, before fees")
    realized_pnl: str = Field(description="in the settlement currency, before fees and funding")
    notional_value: str | None
    total_pnl: str | None
    leverage: str | None
    last_updated: str = Field(description="ISO 8601, UTC")
    price_age_ms: int | None = Field(description="milliseconds since current_price arrived here")


class Position(PositionFigures):
    """The same with what changes slowly."""

    account: str
    exchange: str
    contracts: str
    contract_size: str
    settle: str = Field(description="settlement currency")
    margin_mode: str | None
    roe: str | None = Field(description="return on equity in percent")
    risk: str
    liquidation_price: str | None
    liquidation_is_estimate: bool
    liquidation_distance: str | None = Field(description="signed percent of the price")
    fees: dict[str, str] = Field(description="paid, by currency; negative is received")
    funding: dict[str, str] = Field(description="received, by currency; negative is paid")
    adopted: bool = Field(description="whether it began with the exchange's own figures")
    difference: str | None = Field(description="what the exchange tells differently")
    opened_at: str | None


class Positions(BaseModel):
    """Every open position by its label: the symbol, in hedge mode with :long or :short."""

    timestamp: str
    positions: dict[str, Position]


class Summary(BaseModel):
    """All positions as one. Totals in dollars: stablecoins at par, coins at their live price."""

    timestamp: str
    active_positions: int
    total_exposure: str | None
    total_pnl: str | None
    realized_pnl: str | None
    unrealized_pnl: str | None
    positions: dict[str, PositionFigures]


class Health(BaseModel):
    """Whether the figures can be relied on."""

    status: Literal["healthy", "degraded"]
    running: bool
    degraded: list[str] = Field(description="what is wrong, a line each")
    account_read_age_ms: int | None = Field(description="since the exchange's positions were last read")
    feed: str = Field(description="state of the main market's feed")
