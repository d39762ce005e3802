"""Values that break parsers, and real messages with some of their values replaced by such."""

from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import strategies as st

HOSTILE_TEXTS = (
    "", " ", "0", "-0", "1", "-1", "0.00000001", "64000.5", "1e5", "1E-7", "NaN", "-NaN", "sNaN",
    "Infinity", "-Infinity", "inf", "1E+999999999", "-1e999999999", "1E-999999999", "1e400", "9" * 41,
    "9" * 5_000, "1_000", "1,5", "1.2.3", "0x10", "+-1", "١٢٣", "½", "²", "null", "None", "true", "[]",
    "{}", "buy", "sell", "long", "both", "net", "BTC/USDT:USDT", "BTCUSDT", "\x00", "\ud800", "\u202e",
    "a\nb", "<b>x</b>", "%00", "%ff", "../..", "//evil", "http://[", "[::1", "'; --", "${x}",
    "{0.__class__}", "%s%n", "1700000000000", "99999999999999999999",
)  # fmt: skip
texts = st.sampled_from(HOSTILE_TEXTS) | st.text(max_size=30)
ascii_texts = st.sampled_from([text for text in HOSTILE_TEXTS if text.isascii()]) | st.text(
    st.characters(max_codepoint=255), max_size=40
)
_big = st.sampled_from([10**18, -(10**30), 10**400, 1e308, 5e-324, float("nan"), float("inf"), -float("inf")])
leaves = texts | st.none() | st.booleans() | st.integers() | st.floats() | _big
json_values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)
deep = st.sampled_from(["[" * 4_000, '{"a":' * 2_000, "[" * 2_000 + "]" * 2_000])
Mutations = list[tuple[int, Any]]
mutations: st.SearchStrategy[Mutations] = st.lists(
    st.tuples(st.integers(0, 9_999), leaves | json_values), min_size=1, max_size=3
)
"""Numbers of values in a message, and what replaces them."""


def mutated(message: Any, replacements: Mutations) -> Any:
    """Returns a copy of a JSON message in which some values, of any depth, are others."""
    for number, value in replacements:
        paths = list(_paths(message, ()))
        message = _replaced(message, paths[number % len(paths)], value)
    return message


def mutated_text(text: str, replacements: Mutations) -> str:
    """Returns a text in which some characters are replaced by others."""
    for number, value in replacements:
        at = number % (len(text) + 1)
        text = text[:at] + str(value)[:20] + text[at + number % 7 :]
    return text


def _paths(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    yield path
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list | tuple):
        items = enumerate(value)
    for key, each in items:
        yield from _paths(each, (*path, key))


def _replaced(message: Any, path: Sequence[Any], value: Any) -> Any:
    if not path:
        return value
    first, *rest = path
    if isinstance(message, dict):
        return {**message, first: _replaced(message[first], rest, value)}
    return [_replaced(each, rest, value) if at == first else each for at, each in enumerate(message)]
