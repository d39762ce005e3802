"""PriceBasis: the choice between mark and last price for valuations, which does not swing between them."""

from dataclasses import dataclass

from dashboard.domain.market import Quote, Ticker

STARTING_MS = 5_000
"""Time after the first live price in which a mark price is used as soon as it arrives."""
STEADY_MS = 30_000
"""Time for which a mark price that was late has to be live before it is preferred again."""


@dataclass(frozen=True, slots=True)
class PriceBasis:
    """The history of a market's prices that decides between them. Instants are in ms of the monotonic clock.

    Positions are valued on the mark price. The last price replaces it once it is too old, and then stays
    until the mark price has been steady, so that an irregular mark does not move the PnL back and forth.
    """

    live_since: int = 0
    """Start of the current period in which at least one of the two prices is live."""
    mark_from: int = 0
    """From this instant on a live mark price is preferred to a live last price."""

    def price(self, ticker: Ticker, now: int, stale_after: int) -> tuple[Quote | None, bool]:
        """Returns the price to value positions on, None without a live one, and True for the mark price."""
        mark, last = ticker.mark, ticker.last
        if mark is not None and mark.is_live(now, stale_after):
            if now >= self.mark_from or last is None or not last.is_live(now, stale_after):
                return mark, True
            return last, False
        return (last, False) if last is not None and last.is_live(now, stale_after) else (None, False)

    def after(self, before: Ticker, ticker: Ticker, now: int, stale_after: int) -> "PriceBasis":
        """Returns the basis after the prices `before` became those of `ticker` at `now`."""
        mark_was_live = before.mark is not None and before.mark.is_live(now, stale_after)
        last_was_live = before.last is not None and before.last.is_live(now, stale_after)
        if mark_was_live:
            has_replaced_last = not last_was_live and now < self.mark_from
            return PriceBasis(self.live_since, now) if has_replaced_last else self
        if not last_was_live:
            return PriceBasis(now, now)
        if ticker.mark is before.mark:
            return self
        return PriceBasis(self.live_since, now if self.is_starting(now) else now + STEADY_MS)

    def is_starting(self, now: int) -> bool:
        """True while the first prices of a period arrive, in any order."""
        return now - self.live_since < STARTING_MS
