"""Margin of Kraken's cross positions, which their rows lack: by the margin schedule that the account has.

Each market has two schedules, for professional and for retail clients. The account does not state its own,
but the sum of its margins does.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from dashboard.domain.decimal_math import round_quotient
from dashboard.exchange.normalize import Raw, number, positive

SCHEDULES = ("marginLevels", "retailMarginLevels")
_TOLERANCE = Decimal("0.01")
"""As a share of the account's margin, which is rounded."""


def find_schedule(rows: Iterable[Raw], markets: Mapping[str, Raw], total: Decimal | None) -> str | None:
    """Returns the schedule by which the margins of linear positions add up to `total`, in USD."""
    linear = [row for row in rows if (markets.get(str(row.get("symbol"))) or {}).get("linear")]
    if not total or total < 0:
        return None
    for schedule in SCHEDULES:
        margins = [_margin(row, markets[str(row["symbol"])], schedule) for row in linear]
        known = [margin for margin in margins if margin is not None]
        if len(known) == len(margins) and abs(sum(known) - total) <= total * _TOLERANCE:
            return schedule
    return None


def cross_leverage(row: Raw, market: Raw, schedule: str | None) -> Decimal | None:
    """Returns the leverage of a cross position; None if the schedules differ and the account's is unknown."""
    rates = {_rate(row, market, name) for name in ((schedule,) if schedule else SCHEDULES)}
    rate = rates.pop() if len(rates) == 1 else None
    return None if rate is None else round_quotient(1 / rate)


def _margin(row: Raw, market: Raw, schedule: str) -> Decimal | None:
    """The initial margin of a position in USD, at its entry price."""
    leverage, notional = positive(row.get("leverage")), _notional(row, market)
    if leverage is not None and notional is not None:
        return notional / leverage
    rate = _rate(row, market, schedule)
    return None if notional is None or rate is None else notional * rate


def _rate(row: Raw, market: Raw, schedule: str) -> Decimal | None:
    """The initial margin as a share of the notional value: that of the last level which begins below it."""
    rate = None
    for level in (market.get("info") or {}).get(schedule) or ():
        in_contracts = number(level.get("contracts"))
        floor = number(level.get("numNonContractUnits")) if in_contracts is None else in_contracts
        size = _notional(row, market) if in_contracts is None else number(row.get("contracts"))
        if floor is not None and size is not None and abs(size) >= floor:
            rate = positive(level.get("initialMargin"))
    return rate


def _notional(row: Raw, market: Raw) -> Decimal | None:
    """The value at the entry price, in USD; of linear markets."""
    contracts, price = number(row.get("contracts")), positive(row.get("entryPrice"))
    size = positive(market.get("contractSize"))
    return None if contracts is None or price is None or size is None else abs(contracts) * size * price
