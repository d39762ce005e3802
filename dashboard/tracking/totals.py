"""The sums that move with every tick, kept by what changes in them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal, localcontext

from dashboard.domain.exact import EXACT
from dashboard.domain.portfolio import Summary, Total, summarize
from dashboard.domain.tracked import Tracked
from dashboard.tracking.live import AccountSummary, LivePosition

DOLLARS = frozenset(("USD", "USDT", "USDC", "FDUSD", "TUSD", "DAI", "BUSD", "USDE"))
"""Currencies that count as dollars, at par."""


class Totals:
    """Exposure and unrealised PnL of all open positions, by settlement currency.

    A change costs the same however many positions there are. Decimals of `EXACT` precision: nothing
    drifts, however often something is added and taken away.
    """

    def __init__(self) -> None:
        self._exposure: dict[str, Total] = {}
        self._unrealized: dict[str, Total] = {}

    def change(self, old: LivePosition | None, new: LivePosition) -> None:
        """Takes `old` out, puts `new` in."""
        currency = new.tracked.instrument.settle
        with localcontext(EXACT):
            for sums, name in ((self._exposure, "notional"), (self._unrealized, "unrealized_pnl")):
                total = sums.get(currency, Total())
                if old is not None and old.tracked.contracts:
                    total = _minus(total, getattr(old, name))
                if new.tracked.contracts:
                    total = total.plus(getattr(new, name))
                sums[currency] = total

    def summary(
        self, standing: Mapping[str, Summary], timestamp: int, price_of: Callable[[str], Decimal | None]
    ) -> AccountSummary:
        """All as one. `standing` is what does not move with prices; `price_of` a coin, in dollars."""
        by_currency = {
            name: replace(
                each,
                exposure=self._exposure.get(name, Total()),
                unrealized_pnl=self._unrealized.get(name, Total()),
            )
            for name, each in standing.items()
        }
        parts = by_currency.values()
        with localcontext(EXACT):
            return AccountSummary(
                timestamp,
                sum(each.count for each in parts),
                _in_dollars(((each.currency, each.exposure.value) for each in parts), price_of),
                _in_dollars(((each.currency, each.unrealized_pnl.value) for each in parts), price_of),
                _in_dollars(((each.currency, each.realized_pnl) for each in parts), price_of),
                by_currency,
            )


def standing(positions: Iterable[Tracked]) -> Mapping[str, Summary]:
    """What does not move with prices: counts, realised PnL, fees, funding."""
    return summarize((state, None) for state in positions)


def _minus(total: Total, part: Decimal | None) -> Total:
    return Total(total.known, total.unknown - 1) if part is None else Total(total.known - part, total.unknown)


def _in_dollars(
    amounts: Iterable[tuple[str, Decimal | None]], price_of: Callable[[str], Decimal | None]
) -> Decimal | None:
    total = Decimal(0)
    for currency, amount in amounts:
        price = Decimal(1) if currency in DOLLARS or not amount else price_of(currency)
        if amount is None or price is None:
            return None
        total += amount * price
    return total
