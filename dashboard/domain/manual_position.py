"""A position, or just its levels, as a person enters them: by flags, in a file or on the page.

All three go through `ManualPosition.from_fields`, so the same rules and messages hold everywhere.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal, InvalidOperation

from dashboard.domain.market import Instrument, Payoff
from dashboard.domain.position import Position, Side
from dashboard.errors import PositionError

_GROUPED = re.compile(r"\d{1,3}(,\d{3})*\.\d+|\d{1,3}(,\d{3}){2,}")
_LARGEST, _SMALLEST, _HIGHEST_LEVERAGE = Decimal("1e15"), Decimal("1e-15"), Decimal(1000)


@dataclass(frozen=True, slots=True)
class ManualPosition:
    """What was entered, checked. Amounts are in base coins, prices in the quote currency.

    `quantity` is what the margin bought, before leverage; `size` has the leverage in it. Without an
    entry price and an amount it holds only levels, which then apply to the exchange's position.
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
        """Reads texts by field name, ignoring blank ones. Raises PositionError, naming the field."""
        texts = {name: text.strip() for name, text in given.items() if text and text.strip()}
        unknown = texts.keys() - FIELD_NAMES
        if unknown:
            raise PositionError(f"{', '.join(sorted(unknown))}: there is no such field of a position")
        side = _side(texts.pop("side", None))
        entered = cls(side=side, **{name: _number(name, text) for name, text in texts.items()})
        _check(entered)
        return entered

    def to_fields(self) -> dict[str, str]:
        """The texts that `from_fields` reads back to an equal value."""
        return {name: str(value) for name, value in asdict(self).items() if value is not None}

    @property
    def is_position(self) -> bool:
        """Whether this is a whole position, not just levels or a choice of side."""
        return self.entry_price is not None

    def position(self, instrument: Instrument) -> Position | None:
        """The position in `instrument`, or None where only levels were entered."""
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


def _side(text: str | None) -> Side | None:
    if text is None:
        return None
    try:
        return Side(text.lower())
    except ValueError:
        raise PositionError(f"side {text!r}: give long or short", "side") from None


def _without_thousands_separators(text: str) -> str:
    """1,000.5 is 1000.5. A text like 1,000 stays, and is refused: for half of the world it means 1."""
    if "_" in text:
        raise InvalidOperation  # Python's way to group digits, and nobody else's
    return text.replace(",", "") if _GROUPED.fullmatch(text) else text


def _number(name: str, text: str) -> Decimal:
    label = name.replace("_", "-")
    try:
        number = Decimal(_without_thousands_separators(text))
    except InvalidOperation:
        raise PositionError(f"{label} {text!r} is not a number; write it like 64000.5", name) from None
    if not number.is_finite() or not _SMALLEST <= number <= _LARGEST:
        raise PositionError(f"{label} {text!r}: give a number above zero, up to 1e15", name)
    if name == "leverage" and not 1 <= number <= _HIGHEST_LEVERAGE:
        raise PositionError(f"leverage {text!r}: give 1 to {_HIGHEST_LEVERAGE}", name)
    return number


def _check(entered: ManualPosition) -> None:
    """The rules between fields; each raises with what to change."""
    _check_whole(entered)
    _check_trap_zone(entered)
    if entered.side and entered.entry_price:
        _check_order(entered, entered.side, entered.entry_price)


def _check_whole(entered: ManualPosition) -> None:
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
    """Losses lie below the entry of a long, above the entry of a short."""
    worse, better = ("below", "above") if side is Side.LONG else ("above", "below")

    def require(name: str, *, loses: bool, than: Decimal, what: str) -> None:
        level = getattr(entered, name)
        if level is None or (((than - level) * side.sign > 0) is loses and level != than):
            return
        where = worse if loses else better
        label = name.replace("_", "-")
        raise PositionError(f"{label} {level} of a {side} must be {where} the {what} {than}", name)

    require("liquidation_price", loses=True, than=entry, what="entry-price")
    require("alert_price", loses=True, than=entry, what="entry-price")
    require("take_profit", loses=False, than=entry, what="entry-price")
    if entered.liquidation_price is not None:
        for name in ("alert_price", "stop_loss"):
            require(name, loses=False, than=entered.liquidation_price, what="liquidation-price")
    if entered.take_profit is not None:
        require("stop_loss", loses=True, than=entered.take_profit, what="take-profit")
