"""The rules for entered positions, each with its message and the field to change."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.manual_position import FIELD_NAMES, ManualPosition
from dashboard.domain.market import Payoff
from dashboard.domain.position import Side, Source
from dashboard.errors import PositionError
from tests.domain.builders import BOTH, LONG, entered, entered_long, instrument
from tests.domain.strategies import amounts, leverages, prices

LONG_100 = {"side": "long", "entry_price": "100", "size": "1"}
SHORT_100 = {**LONG_100, "side": "short"}
NAMES = (
    "alert_price, entry_price, leverage, liquidation_price, quantity, side, size, stop_loss, take_profit, "
    "trap_high, trap_low"
)


def rejection(fields: dict[str, Any]) -> tuple[str, str | None]:
    with pytest.raises(PositionError) as error:
        ManualPosition.from_fields(fields)
    return str(error.value), error.value.field


@pytest.mark.parametrize(
    ("given", "message", "field"),
    [
        pytest.param(
            {"zoo": "1"}, f"zoo: a position has no such field; use {NAMES}", None, id="unknown field"
        ),
        pytest.param(
            {"zoo": "1", "amount": "1"}, f"amount, zoo: a position has no such field; use {NAMES}", None,
            id="unknown fields",
        ),
        pytest.param({"side": "buy"}, "side 'buy': give long or short", "side", id="side"),
        pytest.param(
            {"size": "1", "quantity": "1"}, "quantity and size were both given: give one", "quantity",
            id="two amounts",
        ),
        pytest.param(
            {"side": "long", "entry_price": "100"}, "an entry-price needs a quantity or a size", "quantity",
            id="entry without amount",
        ),
        pytest.param(
            {"size": "1"}, "an entered position needs an entry-price", "entry_price", id="size without entry"
        ),
        pytest.param(
            {"quantity": "1", "side": "long"}, "an entered position needs an entry-price", "entry_price",
            id="quantity without entry",
        ),
        pytest.param(
            {"leverage": "10"}, "an entered position needs an entry-price", "entry_price",
            id="leverage without entry",
        ),
        pytest.param(
            {"entry_price": "100", "size": "1"}, "an entered position needs a side: long or short", "side",
            id="position without side",
        ),
        pytest.param(
            {"trap_low": "90"}, "a trap zone needs both trap-low and trap-high", "trap_high", id="no high"
        ),
        pytest.param(
            {"trap_high": "90"}, "a trap zone needs both trap-low and trap-high", "trap_low", id="no low"
        ),
        pytest.param(
            {"trap_low": "95", "trap_high": "90"}, "trap-low 95 is above trap-high 90: swap them", "trap_low",
            id="trap zone reversed",
        ),
    ],
)  # fmt: skip
def test_inconsistent_fields_are_rejected(given: dict[str, str], message: str, field: str | None) -> None:
    assert rejection(given) == (message, field)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (LONG_100 | {"liquidation_price": "101"}, "of a long must be below the entry-price 100"),
        (LONG_100 | {"liquidation_price": "100"}, "of a long must be below the entry-price 100"),
        (SHORT_100 | {"liquidation_price": "99"}, "of a short must be above the entry-price 100"),
        (LONG_100 | {"alert_price": "101"}, "of a long must be below the entry-price 100"),
        (SHORT_100 | {"alert_price": "99"}, "of a short must be above the entry-price 100"),
        (LONG_100 | {"take_profit": "99"}, "of a long must be above the entry-price 100"),
        (SHORT_100 | {"take_profit": "101"}, "of a short must be below the entry-price 100"),
        (
            LONG_100 | {"liquidation_price": "80", "alert_price": "79"},
            "of a long must be above the liquidation-price 80",
        ),
        (
            SHORT_100 | {"liquidation_price": "120", "alert_price": "121"},
            "of a short must be below the liquidation-price 120",
        ),
        (
            LONG_100 | {"liquidation_price": "80", "stop_loss": "80"},
            "of a long must be above the liquidation-price 80",
        ),
        (
            SHORT_100 | {"liquidation_price": "120", "stop_loss": "121"},
            "of a short must be below the liquidation-price 120",
        ),
        (
            LONG_100 | {"take_profit": "110", "stop_loss": "111"},
            "of a long must be below the take-profit 110",
        ),
        (SHORT_100 | {"take_profit": "90", "stop_loss": "90"}, "of a short must be above the take-profit 90"),
    ],
    ids=lambda value: None if isinstance(value, dict) else value,
)
def test_level_on_the_wrong_side_is_rejected(given: dict[str, str], message: str) -> None:
    field, level = list(given.items())[-1]
    assert rejection(given) == (f"{field.replace('_', '-')} {level} {message}", field)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(
            LONG_100
            | {"liquidation_price": "80", "alert_price": "85", "stop_loss": "90", "take_profit": "120"},
            id="long",
        ),
        pytest.param(
            SHORT_100
            | {"liquidation_price": "120", "alert_price": "115", "stop_loss": "110", "take_profit": "80"},
            id="short",
        ),
        pytest.param(LONG_100 | {"stop_loss": "105", "take_profit": "120"}, id="a stop loss in profit"),
        pytest.param(LONG_100 | {"trap_low": "95", "trap_high": "95"}, id="a trap zone of one price"),
        pytest.param({"trap_low": "1", "trap_high": "2", "alert_price": "3"}, id="levels only"),
        pytest.param({"liquidation_price": "80", "alert_price": "85"}, id="levels with a liquidation price"),
        pytest.param({"side": "short", "liquidation_price": "120"}, id="a liquidation price for a side"),
        pytest.param({"side": "short"}, id="a choice of side only"),
        pytest.param({}, id="nothing"),
    ],
)  # fmt: skip
def test_consistent_fields_are_accepted(given: dict[str, str]) -> None:
    assert ManualPosition.from_fields(given).to_fields() == given


@pytest.mark.parametrize(
    "text", ["abc", "1e", "--1", "0x10", "1.2.3", "½", "1 000", "$5", "sNaN(x"], ids=repr
)
@pytest.mark.parametrize("name", ["trap_low", "entry_price"])
def test_text_that_is_not_a_number_is_rejected(name: str, text: str) -> None:
    message = f"{name.replace('_', '-')} {text!r} is not a number; write it like 64000.5"
    assert rejection({name: text}) == (message, name)


@pytest.mark.parametrize(
    "text", ["0", "-0", "0.0", "-1", "NaN", "-NaN", "sNaN", "inf", "-Infinity", "1e999", "1e-999", "1e16"]
)
def test_number_out_of_range_is_rejected(text: str) -> None:
    message = f"take-profit {text!r}: give a number above zero, up to 1e15"
    assert rejection({"take_profit": text}) == (message, "take_profit")


@pytest.mark.parametrize("name", sorted(FIELD_NAMES - {"side"}))
def test_number_of_many_digits_is_rejected_without_repeating_it(name: str) -> None:
    label = name.replace("_", "-")
    message = f"{label} '{'1' * 40}'…: give at most 40 characters"
    assert rejection({name: "1" * 20_000_000}) == (message, name)


def test_long_texts_are_not_repeated_in_messages() -> None:
    assert rejection({"side": "x" * 1_000_000}) == (f"side '{'x' * 40}'…: give long or short", "side")
    message, _ = rejection({"x" * 1_000_000: "1"})
    assert message.startswith(f"{'x' * 40}: a position has no such field")


@pytest.mark.parametrize("value", [64000, 64000.5, True, [], ["1"], {}, {"a": "1"}], ids=repr)
@pytest.mark.parametrize("name", ["side", "entry_price"])
def test_value_that_is_no_text_is_rejected(name: str, value: object) -> None:
    message = f"{name.replace('_', '-')} is no text: give a number as a text like 64000.5"
    assert rejection({name: value}) == (message, name)


@pytest.mark.parametrize(("text", "fits"), [("0.99", False), ("1", True), ("1000", True), ("1000.1", False)])
def test_leverage_is_1_to_1000(text: str, fits: bool) -> None:
    given = LONG_100 | {"leverage": text}
    if fits:
        assert ManualPosition.from_fields(given).leverage == Decimal(text)
    else:
        assert rejection(given) == (f"leverage {text!r}: give 1 to 1000", "leverage")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        pytest.param(" 1,000.5 ", "1000.5", id="surrounding blanks, thousands separators"),
        pytest.param("64,000.5", "64000.5", id="thousands, with a fraction"),
        pytest.param("1,234,567", "1234567", id="millions"),
        pytest.param("1,000,000", "1000000", id="a million"),
        pytest.param("1,234,567.89", "1234567.89", id="millions, with a fraction"),
        pytest.param("1e15", "1e15", id="the largest"),
        pytest.param("1e-15", "1e-15", id="the smallest"),
        pytest.param("٤٢", "42", id="Arabic digits"),
        pytest.param("4２", "42", id="a full-width digit"),
        pytest.param("+5", "5", id="a plus"),
        pytest.param("1e3", "1000", id="scientific"),
        pytest.param(".5", "0.5", id="no leading zero"),
        pytest.param(
            "64123.123456789012345678901", "64123.123456789012345678901", id="no digit is dropped"
        ),
    ],
)  # fmt: skip
def test_accepted_notations_of_a_number(text: str, number: str) -> None:
    assert entered(take_profit=text).take_profit == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("0,5", id="a decimal comma"),
        pytest.param("64000,5", id="a decimal comma after thousands"),
        pytest.param("1,00", id="a decimal comma, two places"),
        pytest.param("1,000", id="a thousand, or one with three places"),
        pytest.param("64,000", id="many thousands, or three places"),
        pytest.param("1.000,5", id="points between thousands"),
        pytest.param("1.000.000", id="points between thousands, no comma"),
        pytest.param("1,0000.5", id="four digits after a comma"),
        pytest.param("1,00.5", id="two digits after a comma"),
        pytest.param("1000,000.5", id="four digits before a comma"),
        pytest.param("1,,000.5", id="two commas"),
        pytest.param(",500.5", id="nothing before a comma"),
        pytest.param("1,000,", id="nothing after a comma"),
        pytest.param("0.000,001", id="commas between places"),
    ],
)
def test_ambiguous_comma_is_rejected(text: str) -> None:
    """Many countries write 0,5: a wrong guess would be ten or a thousand times too large."""
    message = f"take-profit {text!r} is not a number; write it like 64000.5"
    assert rejection({"take_profit": text}) == (message, "take_profit")


@pytest.mark.parametrize("blank", ["", "  ", "\t\n", None], ids=repr)
@pytest.mark.parametrize("name", sorted(FIELD_NAMES))
def test_blank_field_is_ignored(name: str, blank: str | None) -> None:
    assert ManualPosition.from_fields({name: blank}) == ManualPosition()


@pytest.mark.parametrize(
    ("text", "side"), [("long", Side.LONG), (" SHORT ", Side.SHORT), ("Long", Side.LONG)]
)
def test_side_is_case_insensitive(text: str, side: Side) -> None:
    assert entered(side=text).side is side


@pytest.mark.parametrize(
    ("given", "whole"),
    [
        pytest.param(LONG_100, True, id="a position"),
        pytest.param({"side": "long"}, False, id="a side"),
        pytest.param({"trap_low": "1", "trap_high": "2"}, False, id="levels"),
        pytest.param({}, False, id="nothing"),
    ],
)
def test_only_input_with_an_entry_is_a_position(given: dict[str, str], whole: bool) -> None:
    it = ManualPosition.from_fields(given)
    assert it.is_position is whole
    assert (it.position(instrument()) is not None) is whole


@pytest.mark.parametrize("side", BOTH, ids=str)
@pytest.mark.parametrize(
    ("payoff", "contract_size", "contracts"),
    [  # two coins at 50,000 dollars
        pytest.param(Payoff.LINEAR, "1", "2", id="linear"),
        pytest.param(Payoff.LINEAR, "0.01", "200", id="linear, contracts of 0.01 coins"),
        pytest.param(Payoff.INVERSE, "1", "100000", id="inverse, contracts of 1 dollar"),
        pytest.param(Payoff.INVERSE, "100", "1000", id="inverse, contracts of 100 dollars"),
        pytest.param(Payoff.INVERSE_BASE, "1", "2", id="inverse, sized in coins"),
    ],
)
@pytest.mark.parametrize(
    "amount",
    [{"size": "2", "leverage": "8"}, {"quantity": "0.25", "leverage": "8"}],
    ids=lambda one: next(iter(one)),
)
def test_position_has_the_full_size(
    side: Side, payoff: Payoff, contract_size: str, contracts: str, amount: dict[str, str]
) -> None:
    of = instrument(payoff, contract_size=contract_size)
    held = ManualPosition.from_fields({"side": side, "entry_price": "50000", **amount}).position(of)
    assert held is not None
    assert (held.side, held.contracts, held.size) == (side, Decimal(contracts), Decimal(2))
    assert (held.leverage, held.source, held.instrument) == (Decimal(8), Source.MANUAL, of)


def test_position_has_the_entered_liquidation_price() -> None:
    held = entered_long(liquidation_price="91").position(instrument())
    assert held is not None
    assert held.liquidation_price == 91


@given(st.sampled_from(BOTH), prices, amounts, leverages, st.booleans())
def test_fields_round_trip(
    side: Side, entry: Decimal, amount: Decimal, leverage: Decimal, by_quantity: bool
) -> None:
    far, near = (Decimal("0.5"), Decimal("0.9")) if side is LONG else (Decimal(2), Decimal("1.1"))
    it = ManualPosition(
        side=side,
        entry_price=entry,
        quantity=amount if by_quantity else None,
        size=None if by_quantity else amount,
        leverage=leverage,
        liquidation_price=entry * far,
        alert_price=entry * near,
        take_profit=entry / near,
    )
    assert ManualPosition.from_fields(it.to_fields()) == it


@given(st.dictionaries(st.sampled_from(sorted(FIELD_NAMES)), st.text(max_size=12) | st.none()))
def test_any_text_is_accepted_or_rejected_in_one_line(fields: dict[str, str | None]) -> None:
    """Only PositionError is raised."""
    try:
        it = ManualPosition.from_fields(fields)
    except PositionError as refusal:
        message = str(refusal)
    else:
        assert ManualPosition.from_fields(it.to_fields()) == it
        return
    assert len(message.splitlines()) == 1


def test_field_without_a_name_is_refused():
    with pytest.raises(PositionError, match="a position has no such field"):
        ManualPosition.from_fields({"": "1"})
