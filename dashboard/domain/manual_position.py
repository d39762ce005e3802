"""A position, or only its levels, entered by flags, in a file or on the page.

All three use `ManualPosition.from_fields`, so the same rules and messages apply to each.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal

from dashboard.domain.market import Instrument, Payoff
from dashboard.domain.number_text import MAX_NUMBER_LENGTH, ImpossibleAmount, parse_number, shortened
from dashboard.domain.position import Position, Side
from dashboard.errors import PositionError

_GROUPED = re.compile(r"\d{1,3}(,\d{3})*\.\d+|\d{1,3}(,\d{3}){2,}")
_MIN_NUMBER, _MAX_NUMBER, _MAX_LEVERAGE = Decimal("1e-15"), Decimal("1e15"), Decimal(1000)


@dataclass(frozen=True, slots=True)
class ManualPosition:
    """Validated input. Amounts are in base coins, prices in the quote currency.

    `quantity` is the amount before leverage; `size` includes the leverage. Without an entry price and
    an amount it has only levels, which then apply to the position on the exchange.
    """

    side: Side | None = None
    entry_price: Decimal | None = None
    quantity: Decimal | None = None
    size: Decimal | None = None
    leverage: Decimal | None = None
    liquidation_price: Decimal | None = None
    trap_low: Decimal | None = None
    trap_high: Decimal | None = None
    alert_price: Decimal | None = None
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None

    @classmethod
    def from_fields(cls, given: Mapping[str, str | None]) -> "ManualPosition":
        """Parses texts by field name, ignoring blank ones. Raises PositionError, naming the field."""
        texts = {name: text for name, value in given.items() if (text := _text(name, value))}
        if unknown := sorted(texts.keys() - FIELD_NAMES):
            names = ", ".join(sorted(FIELD_NAMES))
            listed = ", ".join(unknown)[:MAX_NUMBER_LENGTH]
            raise PositionError(f"{listed}: a position has no such field; use {names}")
        side = _side(texts.pop("side", None))
        entered = cls(side=side, **{name: _number(name, text) for name, text in texts.items()})
        _check(entered)
        return entered

    def to_fields(self) -> dict[str, str]:
        """The texts from which `from_fields` returns an equal value."""
        return {name: str(value) for name, value in asdict(self).items() if value is not None}

    @property
    def is_position(self) -> bool:
        """True if this is a whole position, not only levels or a choice of side."""
        return self.entry_price is not None

    def position(self, instrument: Instrument) -> Position | None:
        """The position in `instrument`; None if only levels were entered."""
        if self.side is None or self.entry_price is None:
            return None
        return Position(
            instrument=instrument,
            side=self.side,
            contracts=self._coins() / _coins_per_contract(instrument, self.entry_price),
            entry_price=self.entry_price,
            leverage=self.leverage or Decimal(1),
            liquidation_price=self.liquidation_price,
        )

    def _coins(self) -> Decimal:
        """The full size in base coins."""
        if self.quantity is not None:
            return self.quantity * (self.leverage or 1)
        return self.size or Decimal(0)


FIELD_NAMES = frozenset(field.name for field in fields(ManualPosition))


def _coins_per_contract(instrument: Instrument, entry_price: Decimal) -> Decimal:
    if instrument.payoff is Payoff.INVERSE:
        return instrument.contract_size / entry_price
    return instrument.contract_size


def _text(name: str, value: object) -> str:
    """The trimmed text; empty for None. The values come from JSON, where any type may be in their place."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise PositionError(
            f"{name.replace('_', '-')} is no text: give a number as a text like 64000.5", name
        )
    return value.strip()


def _side(text: str | None) -> Side | None:
    if text is None:
        return None
    try:
        return Side(text.lower())
    except ValueError:
        raise PositionError(f"side {shortened(text)}: give long or short", "side") from None


def _without_thousands_separators(text: str) -> str:
    """Turns 1,000.5 into 1000.5. Keeps 1,000, which is then rejected: in many countries it means 1."""
    return text.replace(",", "") if _GROUPED.fullmatch(text) else text


def _number(name: str, text: str) -> Decimal:
    label = name.replace("_", "-")
    if len(text) > MAX_NUMBER_LENGTH:
        raise PositionError(f"{label} {shortened(text)}: give at most {MAX_NUMBER_LENGTH} characters", name)
    out_of_range = PositionError(f"{label} {text!r}: give a number above zero, up to 1e15", name)
    try:
        number = parse_number(_without_thousands_separators(text))
    except ImpossibleAmount:
        raise out_of_range from None
    except ValueError:
        raise PositionError(f"{label} {text!r} is not a number; write it like 64000.5", name) from None
    if not _MIN_NUMBER <= number <= _MAX_NUMBER:
        raise out_of_range
    if name == "leverage" and not 1 <= number <= _MAX_LEVERAGE:
        raise PositionError(f"leverage {text!r}: give 1 to {_MAX_LEVERAGE}", name)
    return number


def _check(entered: ManualPosition) -> None:
    """Checks the rules between fields. Raises PositionError, naming the field to change."""
    _check_amount(entered)
    _check_trap_zone(entered)
    if entered.side and entered.entry_price:
        _check_order(entered, entered.side, entered.entry_price)


def _check_amount(entered: ManualPosition) -> None:
    if entered.quantity and entered.size:
        raise PositionError("quantity and size were both given: give one", "quantity")
    amount = entered.quantity or entered.size
    if entered.entry_price and not amount:
        raise PositionError("an entry-price needs a quantity or a size", "quantity")
    if not entered.entry_price and (amount or entered.leverage):
        raise PositionError("an entered position needs an entry-price", "entry_price")
    if entered.entry_price and not entered.side:
        raise PositionError("an entered position needs a side: long or short", "side")


def _check_trap_zone(entered: ManualPosition) -> None:
    low, high = entered.trap_low, entered.trap_high
    if (low is None) != (high is None):
        missing = "trap_low" if low is None else "trap_high"
        raise PositionError("a trap zone needs both trap-low and trap-high", missing)
    if low is not None and high is not None and low > high:
        raise PositionError(f"trap-low {low} is above trap-high {high}: swap them", "trap_low")


def _check_order(entered: ManualPosition, side: Side, entry: Decimal) -> None:
    """Checks that each level is on the right side: a long loses below its entry, a short above."""
    worse, better = ("below", "above") if side is Side.LONG else ("above", "below")

    def require(name: str, *, loses: bool, bound: Decimal, bound_label: str) -> None:
        level = getattr(entered, name)
        if level is None or (((bound - level) * side.sign > 0) is loses and level != bound):
            return
        where = worse if loses else better
        label = name.replace("_", "-")
        raise PositionError(f"{label} {level} of a {side} must be {where} the {bound_label} {bound}", name)

    require("liquidation_price", loses=True, bound=entry, bound_label="entry-price")
    require("alert_price", loses=True, bound=entry, bound_label="entry-price")
    require("take_profit", loses=False, bound=entry, bound_label="entry-price")
    if entered.liquidation_price is not None:
        for name in ("alert_price", "stop_loss"):
            require(name, loses=False, bound=entered.liquidation_price, bound_label="liquidation-price")
    if entered.take_profit is not None:
        require("stop_loss", loses=True, bound=entered.take_profit, bound_label="take-profit")
