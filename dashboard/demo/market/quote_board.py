"""What the exchange shows at this moment: the market's prices, and over them what a test has published."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from dashboard.demo.market.demo_market import HOUR_MS, DemoMarket, DemoQuote, plain
from dashboard.demo.market.instruments import DemoInstrument

FUNDING_RATE = "0.0001"


class QuoteBoard:
    """`clock` tells the time of the prices, `wall` the one in frames; both in milliseconds since 1970."""

    def __init__(self, market: DemoMarket, clock: Callable[[], int], wall: Callable[[], int]) -> None:
        self.market = market
        self.clock = clock
        self.wall = wall
        self._published: dict[DemoInstrument, dict[str, str | None]] = {}

    def publish(self, instrument: DemoInstrument, fields: Mapping[str, str | None]) -> None:
        """Shows these ticker fields instead of the market's, from now on; None takes a field away."""
        self._published.setdefault(instrument, {}).update(fields)

    def withdraw(self, instrument: DemoInstrument) -> None:
        """Shows the market's own prices again."""
        self._published.pop(instrument, None)

    def quote(self, instrument: DemoInstrument) -> DemoQuote:
        """The prices; a published last price takes bid, ask, mark, index and the day's range along."""
        quote = self.market.quote(instrument, self.clock())
        published = self._published.get(instrument, {})
        if last := _positive(published.get("lastPr")):
            quote = _moved(instrument, quote, last)
        if mark := _positive(published.get("markPrice")):
            quote = replace(quote, mark=mark)
        return quote

    def ticker(self, instrument: DemoInstrument) -> dict[str, str]:
        """The fields that Bitget's tickers have in common over REST and websocket, all of them strings."""
        quote = self.quote(instrument)
        fields = _ticker_fields(quote) | {"ts": str(self.wall())}
        if instrument.product != "SPOT":
            fields |= self._contract_fields(instrument, quote)
        shown = fields | self._published.get(instrument, {})
        return {name: value for name, value in shown.items() if value is not None}

    def mark(self, instrument: DemoInstrument) -> Decimal:
        """The mark price alone, which costs less than a quote."""
        published = self._published.get(instrument, {})
        given = _positive(published.get("markPrice")) or _positive(published.get("lastPr"))
        return given or self.market.mark(instrument, self.clock())

    def funding_rate(self, instrument: DemoInstrument) -> str:
        """What longs pay to shorts at the next settlement, as a share of the position's value."""
        return self._published.get(instrument, {}).get("fundingRate") or FUNDING_RATE

    def next_funding_ms(self, instrument: DemoInstrument) -> int:
        """When funding is next paid: every so many hours, counted from midnight UTC."""
        period = instrument.funding_hours * HOUR_MS
        return (self.wall() // period + 1) * period

    def _contract_fields(self, instrument: DemoInstrument, quote: DemoQuote) -> dict[str, str | None]:
        return {
            "markPrice": plain(quote.mark),
            "indexPrice": plain(quote.index),
            "fundingRate": FUNDING_RATE,
            "nextFundingTime": str(self.next_funding_ms(instrument)),
            "holdingAmount": plain(
                (instrument.turnover / instrument.base_price / 2).quantize(instrument.size_step)
            ),
        }


def _ticker_fields(quote: DemoQuote) -> dict[str, str | None]:
    day = quote.day
    return {
        "lastPr": plain(quote.last),
        "bidPr": plain(quote.bid),
        "askPr": plain(quote.ask),
        "bidSz": plain(quote.bid_size),
        "askSz": plain(quote.ask_size),
        "open24h": plain(day.open),
        "high24h": plain(day.high),
        "low24h": plain(day.low),
        "change24h": _change(day.open, quote.last),
        "baseVolume": plain(day.volume),
        "quoteVolume": plain(day.turnover),
        "openUtc": plain(quote.open_utc),
        "changeUtc24h": _change(quote.open_utc, quote.last),
    }


def _change(before: Decimal, now: Decimal) -> str:
    """The change as Bitget states it: a ratio, not a percentage."""
    return plain((now / before - 1).quantize(Decimal("0.00001")))


def _positive(text: str | None) -> Decimal | None:
    """The number in a published field; None for what a test may publish to see how it is taken."""
    try:
        number = Decimal(text or 0)
    except InvalidOperation:
        return None
    return number if number.is_finite() and number > 0 else None


def _moved(instrument: DemoInstrument, quote: DemoQuote, last: Decimal) -> DemoQuote:
    day = replace(quote.day, high=max(quote.day.high, last), low=min(quote.day.low, last), close=last)
    bid, ask = last - instrument.price_step, last + instrument.price_step
    return replace(quote, last=last, bid=bid, ask=ask, mark=last, index=last, day=day)
