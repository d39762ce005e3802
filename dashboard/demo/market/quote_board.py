"""Current quotes of the exchange: the market's prices, overridden by ticker fields that a test published."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from dashboard.demo.market.decimal_text import decimal_text
from dashboard.demo.market.demo_market import HOUR_MS, DemoMarket, DemoQuote
from dashboard.demo.market.instruments import DemoInstrument

FUNDING_RATE = "0.0001"


class QuoteBoard:
    """Current prices: `market_clock` is the time of prices, `wall_clock` that of messages, both in ms."""

    def __init__(
        self, market: DemoMarket, market_clock: Callable[[], int], wall_clock: Callable[[], int]
    ) -> None:
        self.market = market
        self.market_clock = market_clock
        self.wall_clock = wall_clock
        self._overrides: dict[DemoInstrument, dict[str, str | None]] = {}

    def publish(self, instrument: DemoInstrument, fields: Mapping[str, str | None]) -> None:
        """Overrides ticker fields from now on; None removes a field from the ticker."""
        self._overrides.setdefault(instrument, {}).update(fields)

    def quote(self, instrument: DemoInstrument) -> DemoQuote:
        """The current prices; a published last price moves bid, ask, mark, index and the day's range."""
        quote = self.market.quote(instrument, self.market_clock())
        overrides = self._overrides.get(instrument, {})
        if last := _positive(overrides.get("lastPr")):
            quote = _moved(instrument, quote, last)
        if mark := _positive(overrides.get("markPrice")):
            quote = replace(quote, mark=mark)
        return quote

    def ticker(self, instrument: DemoInstrument) -> dict[str, str]:
        """The ticker fields that Bitget's REST and websocket have in common."""
        quote = self.quote(instrument)
        fields = _ticker_fields(quote) | {"ts": str(self.wall_clock())}
        if instrument.product != "SPOT":
            fields |= self._contract_fields(instrument, quote)
        shown = fields | self._overrides.get(instrument, {})
        return {name: value for name, value in shown.items() if value is not None}

    def mark(self, instrument: DemoInstrument) -> Decimal:
        """The mark price alone, which is cheaper than a whole quote."""
        overrides = self._overrides.get(instrument, {})
        published = _positive(overrides.get("markPrice")) or _positive(overrides.get("lastPr"))
        return published or self.market.mark(instrument, self.market_clock())

    def funding_rate(self, instrument: DemoInstrument) -> str:
        """The share of a position's value that longs pay to shorts at the next settlement."""
        return self._overrides.get(instrument, {}).get("fundingRate") or FUNDING_RATE

    def next_funding_ms(self, instrument: DemoInstrument) -> int:
        """The time of the next funding settlement; its period is counted from midnight UTC."""
        period_ms = instrument.funding_hours * HOUR_MS
        return (self.wall_clock() // period_ms + 1) * period_ms

    def _contract_fields(self, instrument: DemoInstrument, quote: DemoQuote) -> dict[str, str | None]:
        open_interest = instrument.turnover / instrument.base_price / 2
        return {
            "markPrice": decimal_text(quote.mark),
            "indexPrice": decimal_text(quote.index),
            "fundingRate": FUNDING_RATE,
            "nextFundingTime": str(self.next_funding_ms(instrument)),
            "holdingAmount": decimal_text(open_interest.quantize(instrument.size_step)),
        }


def _ticker_fields(quote: DemoQuote) -> dict[str, str | None]:
    day = quote.day
    return {
        "lastPr": decimal_text(quote.last),
        "bidPr": decimal_text(quote.bid),
        "askPr": decimal_text(quote.ask),
        "bidSz": decimal_text(quote.bid_size),
        "askSz": decimal_text(quote.ask_size),
        "open24h": decimal_text(day.open),
        "high24h": decimal_text(day.high),
        "low24h": decimal_text(day.low),
        "change24h": _change(day.open, quote.last),
        "baseVolume": decimal_text(day.volume),
        "quoteVolume": decimal_text(day.turnover),
        "openUtc": decimal_text(quote.open_utc),
        "changeUtc24h": _change(quote.open_utc, quote.last),
    }


def _change(before: Decimal, now: Decimal) -> str:
    """The relative change as Bitget reports it: a ratio, not a percentage."""
    return decimal_text((now / before - 1).quantize(Decimal("0.00001")))


def _positive(text: str | None) -> Decimal | None:
    """The number in a published field; None if it is missing or not a positive number."""
    try:
        number = Decimal(text or 0)
    except InvalidOperation:
        return None
    return number if number.is_finite() and number > 0 else None


def _moved(instrument: DemoInstrument, quote: DemoQuote, last: Decimal) -> DemoQuote:
    """The quote at another last price."""
    day = replace(quote.day, high=max(quote.day.high, last), low=min(quote.day.low, last), close=last)
    bid, ask = last - instrument.price_step, last + instrument.price_step
    return replace(quote, last=last, bid=bid, ask=ask, mark=last, index=last, day=day)
