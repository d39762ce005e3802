"""Builders of domain values for tests. Numbers are texts; every argument has a usual default."""

from dataclasses import replace
from decimal import Decimal

from dashboard.domain.events import PriceReceived, Transport
from dashboard.domain.manual_position import ManualPosition
from dashboard.domain.market import Instrument, Payoff, Quote, Ticker
from dashboard.domain.position import Position, Side, Source
from dashboard.domain.reported_figures import ReportedFigures

LONG, SHORT = Side.LONG, Side.SHORT
BOTH = (LONG, SHORT)
INVERSES = (Payoff.INVERSE, Payoff.INVERSE_BASE)


def dec(text: str | int | Decimal | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def instrument(payoff: Payoff = Payoff.LINEAR, *, contract_size: str | Decimal = "1") -> Instrument:
    """A perpetual swap of BTC against dollars."""
    quote, settle = ("USDT", "USDT") if payoff is Payoff.LINEAR else ("USD", "BTC")
    return Instrument(
        exchange="bitget",
        symbol=f"BTC/{quote}:{settle}",
        id=f"BTC{quote}",
        base="BTC",
        quote=quote,
        settle=settle,
        kind="swap",
        payoff=payoff,
        contract_size=Decimal(contract_size),
    )


def position(
    side: Side = LONG,
    contracts: str | Decimal = "1",
    entry: str | Decimal = "100",
    leverage: str | Decimal | None = "10",
    *,
    of: Instrument | None = None,
    margin_mode: str | None = None,
    liquidation: str | None = None,
    rate: str | None = None,
    source: Source = Source.EXCHANGE,
) -> Position:
    """A position, by default reported by the exchange."""
    return Position(
        instrument=of or instrument(),
        side=side,
        contracts=Decimal(contracts),
        entry_price=Decimal(entry),
        leverage=dec(leverage),
        margin_mode=margin_mode,
        liquidation_price=dec(liquidation),
        maintenance_margin_rate=dec(rate),
        source=source,
    )


def row(
    side: Side = LONG,
    contracts: str = "0.5",
    entry: str = "64000",
    *,
    of: Instrument | None = None,
    notional: str | None = None,
    pnl: str | None = None,
    mark: str | None = None,
) -> Position:
    """A position with figures that the exchange states in its row."""
    figures = ReportedFigures(notional=dec(notional), unrealized_pnl=dec(pnl), mark_price=dec(mark))
    return replace(position(side, contracts, entry, of=of), reported=figures)


def entered(**fields: str) -> ManualPosition:
    return ManualPosition.from_fields(fields)


def entered_long(**more: str) -> ManualPosition:
    """A manual position: long one coin at 100, ten times leveraged."""
    return entered(**({"side": "long", "entry_price": "100", "size": "1", "leverage": "10"} | more))


def ticker(at: int = 0, **prices: str) -> Ticker:
    return Ticker(**{name: Quote(Decimal(price), at) for name, price in prices.items()})


def received(
    at: int = 0, transport: Transport = Transport.STREAM, *, request_time_ms: int = 0, **prices: str
) -> PriceReceived:
    return PriceReceived(transport, at, ticker(at, **prices), request_time_ms)
