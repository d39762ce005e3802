"""Parser: a reader of outside text, the inputs that it is tried with, and the errors that it may raise."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from typing import Any

from hypothesis.strategies import SearchStrategy


@dataclass(frozen=True, slots=True)
class Parser:
    """One entry of the table of parsers. All numbers in what `read` returns must be finite."""

    name: str
    inputs: SearchStrategy[Any]
    read: Callable[[Any], Any]
    errors: tuple[type[Exception], ...] = ()
    """The documented errors. Any other exception is a defect."""
    cost: int = 1
    """Divides the number of cases, where one takes milliseconds instead of microseconds."""

    def check(self, given: Any) -> None:
        """Reads one input. Raises AssertionError or the undocumented exception."""
        try:
            result = self.read(given)
        except self.errors:
            return
        assert_finite(result)


def assert_finite(value: Any) -> None:
    """Raises AssertionError if a number in a value, at any depth, is infinite or not a number."""
    if isinstance(value, Decimal | float):
        assert Decimal(value).is_finite(), value
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            assert_finite(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for each in value.values():
            assert_finite(each)
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            assert_finite(each)
