"""Texts of numbers, prices and ages."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import formatting
from dashboard.domain.feed_state import FeedState
from dashboard.domain.risk import RiskStatus
from dashboard.formatting import Tone
from tests.domain.builders import dec


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [
        ("67482.1", "0.1", "67,482.1"),
        ("67482", "0.1", "67,482.0"),
        ("67482.16", "0.1", "67,482.2"),
        ("67482.5", "0.5", "67,482.5"),
        ("67482", "0.50", "67,482.0"),
        ("67482", "1", "67,482"),
        ("67480", "1E+1", "67,480"),
        ("0.163312", "0.000001", "0.163312"),
        ("0.00001234", "0.00000001", "0.00001234"),
        ("67482.1", None, "67,482.1"),
        ("0.000012345678901", None, "0.000012345679"),
        ("1234567890.5", None, "1,234,567,890"),
        ("100", None, "100"),
        (None, "0.1", "—"),
    ],
)
def test_price_has_the_decimals_of_its_step(value, step, text):
    assert formatting.price(dec(value), dec(step)) == text


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        ("321.05", "USDT", "+321.05"),
        ("-18.049", "USDC", "−18.05"),
        ("-1234567.89", "USD", "−1,234,567.89"),
        ("0.001", "USDT", "0.00"),
        ("-0.001", "USDT", "0.00"),
        ("0", "BTC", "0"),
        ("0.00123456789", "BTC", "+0.0012345679"),
        ("-1.5", "BTC", "−1.5"),
        (None, "USDT", "—"),
    ],
)
def test_gain_has_a_sign_unless_it_rounds_to_zero(value, currency, text):
    assert formatting.gain(dec(value), currency) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("9.61", "+9.61\u2009%"),
        ("-1.476", "−1.48\u2009%"),
        ("0", "0.00\u2009%"),
        ("-0.001", "0.00\u2009%"),
        ("12345.6", "+12,345.60\u2009%"),
        (None, "—"),
    ],
)
def test_percentage_has_a_sign_and_a_thin_space(value, text):
    assert formatting.percent(dec(value)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [("0.500", "0.5"), ("12000", "12,000"), ("1E+3", "1,000"), ("0.123456789", "0.12345679"), (None, "—")],
)
def test_size_has_no_trailing_zeros(value, text):
    assert formatting.size(dec(value)) == text


@pytest.mark.parametrize(("value", "text"), [("10", "10×"), ("12.5", "12.5×"), ("1E+2", "100×"), (None, "")])
def test_leverage_ends_in_a_times_sign(value, text):
    assert formatting.leverage(dec(value)) == text


@pytest.mark.parametrize(
    ("age_ms", "text"),
    [
        (0, "0 s"),
        (999, "0 s"),
        (4_900, "4 s"),
        (9_999, "9 s"),
        (10_000, "10 s"),
        (59_999, "59 s"),
        (60_000, "1 min"),
        (3_599_999, "59 min"),
        (3_600_000, "1 h"),
        (172_799_999, "47 h"),
        (172_800_000, "2 d"),
    ],
)
def test_age_is_rounded_down_to_whole_units(age_ms, text):
    assert formatting.whole_age(age_ms) == text


@pytest.mark.parametrize(
    ("value", "tone"), [("1", Tone.UP), ("-1", Tone.DOWN), ("0", Tone.NEUTRAL), (None, Tone.UNKNOWN)]
)
def test_tone_follows_the_sign(value, tone):
    assert formatting.sign_tone(dec(value)) is tone


def test_every_risk_status_and_feed_state_has_a_tone():
    assert {formatting.risk_tone(status) for status in RiskStatus} == set(Tone) - {Tone.DOWN}
    assert all(formatting.feed_tone(state) for state in FeedState)


@st.composite
def finite_numbers(draw):
    """Draws numbers of up to forty digits, with exponents from -30 to 30."""
    digits = draw(st.lists(st.integers(0, 9), min_size=1, max_size=40))
    return Decimal((draw(st.integers(0, 1)), digits, draw(st.integers(-30, 30))))


@given(finite_numbers(), finite_numbers(), st.sampled_from(["USDT", "BTC"]))
def test_every_finite_number_can_be_formatted(value, step, currency):
    texts = [
        formatting.price(value, step),
        formatting.price(value, None),
        formatting.money(value, currency),
        formatting.gain(value, currency),
        formatting.percent(value),
        formatting.size(value),
        formatting.leverage(value),
    ]
    assert all(any(sign.isdigit() for sign in text) and "E" not in text for text in texts)
    assert formatting.decimals(step) >= 0
    assert formatting.sign_tone(value) in Tone


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value="-1e12", max_value="1e12", places=6))
def test_no_text_has_a_hyphen_an_exponent_or_a_negative_zero(value):
    texts = [
        formatting.price(value, Decimal("0.01")),
        formatting.price(value, None),
        formatting.gain(value, "USDT"),
    ]
    texts += [formatting.percent(value), formatting.size(value), formatting.gain(value, "BTC")]
    for text in texts:
        assert "-" not in text
        assert "E" not in text
        assert text.strip("−0.,\u2009%") or not text.startswith("−")
