"""Totals of all positions, updated by differences."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from decimal import Decimal, localcontext

from dashboard.domain.currencies import USD_EQUIVALENTS, settlement_in_dollars
from dashboard.domain.currency_summary import CurrencySummary, PartialSum
from dashboard.domain.decimal_math import EXACT, plain_number
from dashboard.domain.position_state import PositionState
from dashboard.positions.models import AccountSummary, LivePosition

_DOLLAR_PLACES = 12
"""Decimals of a total in dollars; amounts of coins have up to 30, times a price."""


class AccountTotals:
    """Totals of all positions, by currency.

    The cost of a change does not depend on the number of positions. Sums have `EXACT` precision, so that
    additions and subtractions leave no rounding error.
    """

    def __init__(self) -> None:
        self._sums: dict[str, CurrencySummary] = {}

    def change(self, old: LivePosition | None, new: LivePosition) -> None:
        """Subtracts `old` and adds `new`."""
        with localcontext(EXACT):
            if old is None or old.state is not new.state:
                if old is not None:
                    self._add_state(old.state, -1)
                self._add_state(new.state, 1)
            self._replace_valuation(old, new)

    def summary(self, timestamp: int, price_of: Callable[[str], Decimal | None]) -> AccountSummary:
        """Returns the totals in dollars. `price_of` returns a coin's price in dollars."""
        by_currency = self._sums.copy()
        parts = by_currency.values()
        with localcontext(EXACT):
            realized, missing = _realized_in_dollars(parts, price_of)
            return AccountSummary(
                timestamp,
                sum(each.count for each in parts),
                _in_dollars(((each.currency, each.exposure.value) for each in parts), price_of),
                _in_dollars(((each.currency, each.unrealized_pnl.value) for each in parts), price_of),
                realized,
                by_currency,
                missing,
            )

    def _replace_valuation(self, old: LivePosition | None, new: LivePosition) -> None:
        """Replaces the sums that depend on the price."""
        sums = self._summary_in(new.state.instrument.settle)
        exposure, unrealized, withheld = sums.exposure, sums.unrealized_pnl, sums.withheld
        if old is not None and old.state.contracts:
            exposure, unrealized = _minus(exposure, old.notional), _minus(unrealized, old.unrealized_pnl)
            withheld -= old.is_withheld
        if new.state.contracts:
            exposure, unrealized = exposure.plus(new.notional), unrealized.plus(new.unrealized_pnl)
            withheld += new.is_withheld
        self._sums[sums.currency] = replace(
            sums, exposure=exposure, unrealized_pnl=unrealized, withheld=withheld
        )

    def _add_state(self, state: PositionState, sign: int) -> None:
        """Adds (`sign` 1) or subtracts (`sign` -1) the sums that do not depend on the price."""
        total, is_open = state.cumulative_totals, state.is_open
        is_priced = settlement_in_dollars(state.instrument, Decimal(1)) is not None
        sums = self._summary_in(state.instrument.settle)
        self._sums[sums.currency] = replace(
            sums,
            count=sums.count + sign * is_open,
            adopted=sums.adopted + sign * (is_open and state.adopted_at is not None),
            realized_pnl=sums.realized_pnl + sign * total.realized_pnl,
            realized_dollars=sums.realized_dollars + sign * total.realized_dollars,
            unpriced_pnl=sums.unpriced_pnl + sign * (0 if is_priced else total.realized_pnl),
            unexplained_closes=sums.unexplained_closes + sign * total.unexplained_closes,
            fees=PartialSum(sums.fees.known, sums.fees.unknown + sign * total.fills_without_fee),
        )
        for currency, amount in total.fees.items():
            sums = self._summary_in(currency)
            fees = PartialSum(sums.fees.known + sign * amount, sums.fees.unknown)
            self._sums[currency] = replace(sums, fees=fees)
        for currency, amount in total.funding.items():
            sums = self._summary_in(currency)
            self._sums[currency] = replace(sums, funding=sums.funding + sign * amount)

    def _summary_in(self, currency: str) -> CurrencySummary:
        return self._sums.get(currency) or CurrencySummary(currency)


def _minus(total: PartialSum, part: Decimal | None) -> PartialSum:
    return (
        PartialSum(total.known, total.unknown - 1)
        if part is None
        else PartialSum(total.known - part, total.unknown)
    )


def _in_dollars(
    amounts: Iterable[tuple[str, Decimal | None]], price_of: Callable[[str], Decimal | None]
) -> Decimal | None:
    total = Decimal(0)
    for currency, amount in amounts:
        price = Decimal(1) if currency in USD_EQUIVALENTS or not amount else price_of(currency)
        if amount is None or price is None:
            return None
        total += amount * price
    return _rounded(total)


def _realized_in_dollars(
    parts: Collection[CurrencySummary], price_of: Callable[[str], Decimal | None]
) -> tuple[Decimal | None, tuple[str, ...]]:
    """Returns the realised PnL in dollars at the prices of the closes, and descriptions of what it lacks.

    It is unknown while a position's figures are withheld.
    """
    total, missing = Decimal(0), []
    for each in parts:
        total += each.realized_dollars
        if each.unexplained_closes:
            missing.append(f"{each.unexplained_closes} closed in {each.currency} with unknown PnL")
        if each.unpriced_pnl:
            price = price_of(each.currency)
            if price is None:
                missing.append(f"realised PnL in {each.currency}, whose price in dollars is unknown")
            else:
                total += each.unpriced_pnl * price
    return None if any(each.withheld for each in parts) else _rounded(total), tuple(missing)


def _rounded(dollars: Decimal) -> Decimal:
    return Decimal(plain_number(dollars, _DOLLAR_PLACES))
