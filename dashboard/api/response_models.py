"""Response models of the REST API, the source of its OpenAPI schema. Numbers are decimal strings."""

from typing import Literal

from pydantic import BaseModel, Field


class ValuedPositionResponse(BaseModel):
    """One position, valued at a live price. null means unknown, never zero."""

    symbol: str = Field(description="unified symbol of ccxt")
    side: Literal["long", "short", "flat"]
    quantity: str | None = Field(description="full size in base coins, including leverage")
    entry_price: str | None
    current_price: str | None = Field(description="mark price, else last price; null if missing or stale")
    price_basis: Literal["mark", "last"] | None = Field(description="kind of current_price")
    unrealized_pnl: str | None = Field(description="in the settlement currency, before fees")
    realized_pnl: str | None = Field(description="in the settlement currency, before fees and funding")
    notional_value: str | None
    total_pnl: str | None
    leverage: str | None
    last_updated: str = Field(description="ISO 8601, UTC")
    price_age_ms: int | None = Field(description="milliseconds since current_price was received")
    disagreement: str | None = Field(
        description="contradiction of notional or PnL to the exchange's own figures; null while they agree; "
        "where a unit must be wrong, all figures calculated from it are null"
    )


class PositionResponse(ValuedPositionResponse):
    """One position with all its details."""

    account: str
    exchange: str = Field(description="the connection: bitget, bitget:testnet, demo")
    contracts: str
    contract_size: str
    settle: str = Field(description="settlement currency")
    margin_mode: str | None
    roe: str | None = Field(description="return on equity in percent")
    risk: str
    liquidation_price: str | None
    liquidation_is_estimate: bool
    liquidation_unconfirmed: bool = Field(
        description="true while the price is beyond the liquidation price and no reading of the account "
        "since then has confirmed it; risk is EMERGENCY until one does"
    )
    liquidation_distance: str | None = Field(description="in percent of the price, signed")
    fees: dict[str, str] = Field(description="fees paid, by currency; negative if received")
    funding: dict[str, str] = Field(description="funding received, by currency; negative if paid")
    adopted: bool = Field(description="true if it started with the exchange's size and entry price")
    difference: str | None = Field(description="difference to the exchange, or why it was not read")
    opened_at: str | None


class PositionListResponse(BaseModel):
    """Every open position by its label: the symbol, in hedge mode followed by :long or :short."""

    timestamp: str
    missing: list[str] = Field(description="positions that may be missing, such as those of a part not read")
    positions: dict[str, PositionResponse]


class SummaryResponse(BaseModel):
    """Totals of all positions in dollars: stablecoins at par, coins at their live price.

    Realised PnL counts at the price of each close.
    """

    timestamp: str
    active_positions: int
    total_exposure: str | None
    total_pnl: str | None
    realized_pnl: str | None
    unrealized_pnl: str | None
    missing: list[str] = Field(description="what the totals lack, such as a part of an account not read")
    positions: dict[str, ValuedPositionResponse]


class HealthResponse(BaseModel):
    """Reliability of the figures."""

    status: Literal["healthy", "degraded"]
    running: bool
    degraded: list[str] = Field(description="the reasons, one line each")
    account_read_age_ms: int | None = Field(
        description="since the positions were last read from the exchange"
    )
    feed: str = Field(description="state of the main market's feed")
