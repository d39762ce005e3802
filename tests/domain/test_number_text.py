"""Numbers from outside are limited in length, characters and size."""

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.number_text import MAX_NUMBER_LENGTH, parse_number, shortened


@pytest.mark.parametrize(
    "text", ["0", "-1.50", "64000.5", ".5", "5.", "1e-18", "1E+15", "9" * 40, "0E-18", " 7 ", "٤٢", "4２"]
)
def test_number_is_returned_exactly(text: str) -> None:
    assert str(parse_number(text)) == str(Decimal(text))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not a number"),
        ("abc", "is not a number"),
        ("1,5", "is not a number"),
        ("1_000", "is not a number"),
        ("0x10", "is not a number"),
        ("½", "is not a number"),
        ("NaN", "is not a possible price or amount"),
        ("sNaN12", "is not a possible price or amount"),
        ("-Infinity", "is not a possible price or amount"),
        ("1E+999999999", "is not a possible price or amount"),
        ("1E-999999999", "is not a possible price or amount"),
        ("0E+999999999", "is not a possible price or amount"),
        ("0E-999999999", "is not a possible price or amount"),
        ("1E+99999999999999999999", "is not a number"),
        ("1" * 41, "is longer than 40 characters"),
        ("0." + "0" * 39, "is longer than 40 characters"),
    ],
)
def test_anything_else_is_rejected(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as error:
        parse_number(text)
    assert len(str(error.value)) < 100


def test_long_number_is_rejected_before_it_is_read() -> None:
    digits = "9" * 20_000_000
    began = time.process_time()
    with pytest.raises(ValueError, match="longer than 40 characters"):
        parse_number(digits)
    assert time.process_time() - began < 0.1


@given(
    st.text(max_size=60)
    | st.from_regex(r"[+-]?[0-9]{0,30}\.?[0-9]{0,30}([eE][+-]?[0-9]{1,12})?", fullmatch=True)
)
def test_every_text_gives_a_number_of_bounded_length_or_a_value_error(text: str) -> None:
    try:
        number = parse_number(text)
    except ValueError:
        return
    assert len(f"{number:f}") <= MAX_NUMBER_LENGTH + 102


def test_message_repeats_the_beginning_of_a_long_text() -> None:
    assert shortened("abc") == "'abc'"
    assert shortened("7" * 50) == f"'{'7' * 40}'…"
