"""Instruments of the demo exchange: steps, margin tiers and typical turnover, in Bitget's terms."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Product = Literal["SPOT", "USDT-FUTURES", "COIN-FUTURES"]
USDT_FUTURES: Product = "USDT-FUTURES"


@dataclass(frozen=True, slots=True)
class DemoMarginTier:
    """A band of position value (in quote currency), its maximum leverage and maintenance margin rate."""

    start: int
    end: int
    leverage: int
    keep_margin_rate: str


@dataclass(frozen=True, slots=True)
class DemoInstrument:
    """One market; `basis` is its price over the coin's, `turnover` that of a normal day in quote currency."""

    product: Product
    id: str
    base: str
    quote: str
    base_price: Decimal
    price_step: Decimal
    size_step: Decimal
    turnover: Decimal
    basis: float = 1.0
    tiers: tuple[DemoMarginTier, ...] = ()
    funding_hours: int = 8

    def keep_margin_rate(self, value: Decimal) -> Decimal:
        """The maintenance margin rate of a position of this value, in quote currency."""
        reached = [tier for tier in self.tiers if value >= tier.start]
        return Decimal(reached[-1].keep_margin_rate)

    @property
    def margin_coin(self) -> str:
        """The coin in which a contract settles."""
        return self.base if self.product == "COIN-FUTURES" else self.quote


MAJOR_TIERS = (
    DemoMarginTier(0, 150_000, 125, "0.004"),
    DemoMarginTier(150_000, 900_000, 100, "0.005"),
    DemoMarginTier(900_000, 1_600_000, 75, "0.0067"),
    DemoMarginTier(1_600_000, 3_000_000, 50, "0.01"),
    DemoMarginTier(3_000_000, 12_000_000, 20, "0.025"),
    DemoMarginTier(12_000_000, 40_000_000, 10, "0.05"),
)
MINOR_TIERS = (
    DemoMarginTier(0, 20_000, 75, "0.0065"),
    DemoMarginTier(20_000, 100_000, 50, "0.01"),
    DemoMarginTier(100_000, 500_000, 20, "0.025"),
    DemoMarginTier(500_000, 2_000_000, 10, "0.05"),
)

BTC_PRICE = Decimal("64000")


def _perpetual(
    coin: str,
    price: str,
    price_step: str,
    size_step: str,
    turnover: str,
    tiers: tuple[DemoMarginTier, ...],
    funding_hours: int = 8,
) -> DemoInstrument:
    numbers = (Decimal(price), Decimal(price_step), Decimal(size_step), Decimal(turnover))
    names = (f"{coin}USDT", coin, "USDT")
    return DemoInstrument(USDT_FUTURES, *names, *numbers, tiers=tiers, funding_hours=funding_hours)


BTCUSDT = _perpetual("BTC", str(BTC_PRICE), "0.1", "0.0001", "8e9", MAJOR_TIERS)
BTCUSDT_SPOT = DemoInstrument(
    "SPOT",
    "BTCUSDT",
    "BTC",
    "USDT",
    BTC_PRICE,
    Decimal("0.01"),
    Decimal("0.000001"),
    Decimal("6e8"),
    basis=0.9996,
)
BTCUSD = DemoInstrument(
    "COIN-FUTURES", "BTCUSD", "BTC", "USD", BTC_PRICE, Decimal("0.1"), Decimal("0.001"), Decimal("2e8"),
    basis=1.0003, tiers=MAJOR_TIERS,
)  # fmt: skip

INSTRUMENTS: tuple[DemoInstrument, ...] = (
    BTCUSDT,
    _perpetual("ETH", "3150", "0.01", "0.01", "4e9", MAJOR_TIERS),
    _perpetual("SOL", "148", "0.001", "0.1", "1e9", MINOR_TIERS, 4),
    _perpetual("DOGE", "0.1245", "0.00001", "1", "3e8", MINOR_TIERS, 1),
    _perpetual("STORJ", "0.4700", "0.0001", "0.1", "2e7", MINOR_TIERS),
    BTCUSD,
    BTCUSDT_SPOT,
)
BETAS = {"BTC": 1.0, "ETH": 1.1, "SOL": 1.3, "DOGE": 1.5, "STORJ": 1.4}
"""How strongly each coin follows the market cycle."""


def find_instrument(product: str, instrument_id: str) -> DemoInstrument | None:
    """The instrument of that product type and id, whatever their case; None if it is not listed."""
    wanted = (product.upper(), instrument_id.upper())
    return next((i for i in INSTRUMENTS if (i.product, i.id) == wanted), None)
