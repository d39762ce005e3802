"""Texts of numbers, prices and ages, and the tones of values and states. Pure, in Decimal."""

from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from dashboard.domain.currencies import USD_EQUIVALENTS
from dashboard.domain.decimal_math import WIDE, shorten
from dashboard.domain.feed_state import FeedState
from dashboard.domain.risk import RiskStatus

MISSING = "—"
"""The text of an unknown value, instead of zero or of an old figure."""

_MINUS, _THIN_SPACE = "−", "\u2009"
_SIGNIFICANT_DIGITS = 8
_FIAT_LIKE = USD_EQUIVALENTS | {"EUR", "EURC", "GBP"}
"""Fiat currencies and stablecoins: shown with two decimals."""


class Tone(StrEnum):
    """The meaning of a value. Where it is shown as a colour, a sign or a word repeats it."""

    UP = "up"
    DOWN = "down"
    CAUTION = "caution"
    EMERGENCY = "emergency"
    NEUTRAL = "neutral"
    UNKNOWN = "unknown"


_RISK_TONES = {
    RiskStatus.LIQUIDATED: Tone.EMERGENCY,
    RiskStatus.EMERGENCY: Tone.EMERGENCY,
    RiskStatus.TRAP_ZONE: Tone.CAUTION,
    RiskStatus.UNDERWATER: Tone.CAUTION,
    RiskStatus.PROFIT: Tone.UP,
    RiskStatus.UNKNOWN: Tone.UNKNOWN,
    RiskStatus.NO_POSITION: Tone.NEUTRAL,
}
_FEED_TONES = {
    FeedState.CONNECTING: Tone.NEUTRAL,
    FeedState.STREAMING: Tone.UP,
    FeedState.POLLING: Tone.UP,
    FeedState.STALE: Tone.CAUTION,
    FeedState.DISCONNECTED: Tone.EMERGENCY,
}


def risk_tone(status: RiskStatus) -> Tone:
    """The tone of a risk status."""
    return _RISK_TONES[status]


def feed_tone(state: FeedState) -> Tone:
    """The tone of a feed's state."""
    return _FEED_TONES[state]


def sign_tone(value: Decimal | None) -> Tone:
    """Up for a gain, down for a loss, neutral for zero."""
    if value is None:
        return Tone.UNKNOWN
    return Tone.NEUTRAL if value == 0 else Tone.UP if value > 0 else Tone.DOWN


def price(value: Decimal | None, step: Decimal | None) -> str:
    """A price with as many decimals as its instrument's price step."""
    if value is None:
        return MISSING
    if step is None:
        return _grouped(_significant(value))
    return _grouped(_rounded(value, decimals(step)))


@lru_cache(maxsize=256)
def decimals(step: Decimal) -> int:
    """Number of decimals of a price that moves in steps of `step`."""
    return max(0, -_exponent(shorten(step)))


def money(value: Decimal | None, currency: str) -> str:
    """An amount: two decimals in fiat and stablecoins, up to eight significant digits in coins."""
    if value is None:
        return MISSING
    return _grouped(_rounded(value, 2) if currency.upper() in _FIAT_LIKE else _significant(value))


def gain(value: Decimal | None, currency: str) -> str:
    """A signed amount: +321.05, −18.05, and 0.00 without a sign."""
    return _signed(money(value, currency))


def percent(value: Decimal | None) -> str:
    """A signed percentage with two decimals and a thin space."""
    if value is None:
        return MISSING
    return f"{_signed(_grouped(_rounded(value, 2)))}{_THIN_SPACE}%"


def size(value: Decimal | None) -> str:
    """An amount of coins, without trailing zeros."""
    return MISSING if value is None else _grouped(_significant(value))


def leverage(value: Decimal | None) -> str:
    """Leverage as 10×; empty where it is unknown."""
    return "" if value is None else f"{_grouped(_significant(value))}×"


def whole_age(age_ms: int) -> str:
    """An age in whole units, rounded down: 12 s, 3 min, 47 h, 4 d."""
    seconds = age_ms // 1000
    for unit, length, limit in (("s", 1, 60), ("min", 60, 3600), ("h", 3600, 172_800)):
        if seconds < limit:
            return f"{seconds // length} {unit}"
    return f"{seconds // 86_400} d"


def _signed(text: str) -> str:
    if text == MISSING or text.startswith(_MINUS) or not text.strip("0.,"):
        return text
    return f"+{text}"


def _exponent(value: Decimal) -> int:
    return int(value.as_tuple().exponent)


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(_unit(places), context=WIDE)


@lru_cache(maxsize=256)
def _unit(places: int) -> Decimal:
    return Decimal((0, (1,), -places))


def _significant(value: Decimal) -> Decimal:
    """Rounds to eight significant digits, but never the whole part."""
    short = shorten(value, max(0, _SIGNIFICANT_DIGITS - 1 - value.adjusted()))
    return short if _exponent(short) <= 0 else _rounded(short, 0)


def _grouped(value: Decimal) -> str:
    text = f"{value:,f}"
    if not text.strip("-0.,"):
        return text.lstrip("-")
    return text.replace("-", _MINUS)
