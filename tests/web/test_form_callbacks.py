"""Conversion between the form's values and the fields of ManualPosition, and the errors shown."""

import pytest

from dashboard.domain.manual_position import FIELD_NAMES, ManualPosition
from dashboard.errors import DashboardError, PositionError
from dashboard.web.form_callbacks import error_place, error_sentence, form_values, position_fields
from tests.web.scenes import LONG, SHORT

QUANTITY = {"side": "long", "entry_price": "100", "quantity": "2", "leverage": "5"}


@pytest.mark.parametrize("fields", [LONG, SHORT, QUANTITY, {"trap_low": "1", "trap_high": "2"}, {}])
def test_round_trip_through_the_form_keeps_the_position(fields):
    entered = ManualPosition.from_fields(fields)
    assert ManualPosition.from_fields(position_fields(form_values(entered.to_fields(), side=""))) == entered


def test_form_has_every_field():
    size, quantity = position_fields(form_values(LONG, "")), position_fields(form_values(QUANTITY, ""))
    assert set(size) | set(quantity) == FIELD_NAMES


def test_empty_form_starts_with_the_default_side():
    assert form_values({}, side="long")["side"] == "long"
    assert form_values({}, side="")["side"] == ""


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
def test_error_is_shown_at_its_field(field, place):
    assert error_place(PositionError("no", field)) == place


def test_error_without_a_field_is_shown_below_the_form():
    assert error_place(DashboardError("shown, but not kept")) == "form"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"entry_price": "abc"}, "Entry price 'abc' is not a number; write it like 64000.5"),
        ({"trap_low": "2", "trap_high": "1"}, "Trap low 2 is above trap high 1: swap them"),
        ({"entry_price": "1"}, "An entry price needs a quantity or a size"),
        ({"leverage": "0.5"}, "Leverage '0.5': give 1 to 1000"),
    ],
)
def test_error_sentence_uses_the_labels_of_the_form(fields, sentence):
    with pytest.raises(PositionError) as refused:
        ManualPosition.from_fields(fields)
    assert error_sentence(refused.value) == sentence
