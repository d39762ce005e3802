"""Between the form's fields and those of `Entered`."""

import pytest

from dashboard.domain.entered import FIELD_NAMES, Entered
from dashboard.errors import PositionError
from dashboard.web.form_callbacks import fill, place_of, read
from tests.web.scenes import LONG, SHORT

QUANTITY = {"side": "long", "entry_price": "100", "quantity": "2", "leverage": "5"}


@pytest.mark.parametrize("fields", [LONG, SHORT, QUANTITY, {"trap_low": "1", "trap_high": "2"}, {}])
def test_what_was_entered_comes_back_unchanged(fields):
    entered = Entered.from_fields(fields)
    assert Entered.from_fields(read(fill(entered.to_fields(), side=""))) == entered


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
