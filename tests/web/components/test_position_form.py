"""Between the form's fields and those of `ManualPosition`."""

import pytest

from dashboard.domain.manual_position import FIELD_NAMES, ManualPosition
from dashboard.errors import DashboardError, PositionError
from dashboard.web.form_callbacks import fill, place_of, read, words
from tests.web.scenes import LONG, SHORT

QUANTITY = {"side": "long", "entry_price": "100", "quantity": "2", "leverage": "5"}


@pytest.mark.parametrize("fields", [LONG, SHORT, QUANTITY, {"trap_low": "1", "trap_high": "2"}, {}])
def test_what_was_entered_comes_back_unchanged(fields):
    entered = ManualPosition.from_fields(fields)
    assert ManualPosition.from_fields(read(fill(entered.to_fields(), side=""))) == entered


def test_the_form_has_every_field():
    size, quantity = read(fill(LONG, "")), read(fill(QUANTITY, ""))
    assert set(size) | set(quantity) == FIELD_NAMES


def test_an_empty_form_starts_with_the_side_that_is_usual():
    assert fill({}, side="long")["side"] == "long"
    assert fill({}, side="")["side"] == ""


@pytest.mark.parametrize(
    ("field", "place"),
    [
        ("take_profit", "take_profit"),
        ("size", "amount"),
        ("quantity", "amount"),
        ("side", "side"),
        (None, "form"),
    ],
)
def test_an_error_is_shown_at_its_field(field, place):
    assert place_of(PositionError("no", field)) == place


def test_what_concerns_no_field_is_shown_below_the_form():
    assert place_of(DashboardError("shown, but not kept")) == "form"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"entry_price": "abc"}, "Entry price 'abc' is not a number; write it like 64000.5"),
        ({"trap_low": "2", "trap_high": "1"}, "Trap low 2 is above trap high 1: swap them"),
        ({"entry_price": "1"}, "An entry price needs a quantity or a size"),
        ({"leverage": "0.5"}, "Leverage '0.5': give 1 to 1000"),
    ],
)
def test_a_message_reads_like_the_page(fields, said):
    with pytest.raises(PositionError) as refused:
        ManualPosition.from_fields(fields)
    assert words(refused.value) == said
