"""Requests of the page's callbacks, checked before Dash reads them: it answers 500 to each unexpected one."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash._utils import split_callback_id

from dashboard.errors import UsageError

_MAX_INTEGER = 2**53
"""Largest integer that a browser can send exactly."""
_SELECTED = "selected-position"


class InvalidCallback(UsageError):
    """A request that the page does not send; it is answered with 400."""


def require_valid(body: object, callbacks: Mapping[str, Any]) -> None:
    """Raises InvalidCallback unless `body` is a request for one of the `callbacks`, with its own inputs."""
    if not isinstance(body, dict):
        raise InvalidCallback("the body is not a JSON object: send Content-Type: application/json")
    output = body.get("output")
    callback = callbacks.get(output) if isinstance(output, str) else None
    if callback is None or "callback" not in callback:  # the others run in the browser
        raise InvalidCallback("output names no callback of this page: reload it")
    expected = split_callback_id(output)
    _require_same(body.get("outputs"), expected if isinstance(expected, list) else [expected], "outputs")
    for kind in ("inputs", "state"):
        given = body.get(kind, [])
        _require_same(given, callback[kind], kind)
        for each in given:
            _require_value(each)
    _require_names(body.get("changedPropIds", []), callback["inputs"])


def _require_same(given: object, expected: Sequence[Mapping[str, Any]], kind: str) -> None:
    """Raises InvalidCallback unless ids and properties are those of the callback, in its order."""
    given = given if isinstance(given, list) else [given]
    if [_name(each) for each in given] != [_name(each) for each in expected]:
        raise InvalidCallback(f"{kind} are not those of this callback: reload the page")


def _name(part: object) -> tuple[object, object] | None:
    return (part.get("id"), part.get("property")) if isinstance(part, dict) else None


def _require_value(part: Mapping[str, Any]) -> None:
    """Raises InvalidCallback unless the value is a text or number, and a text where the page has texts."""
    value, name = part.get("value"), f"{part['id']}.{part['property']}"
    if value is None or isinstance(value, str):
        return
    if part["property"] == "value" or part["id"] == _SELECTED:
        raise InvalidCallback(f"{name} is no text: send a text or null")
    if not isinstance(value, int | float) or not abs(value) <= _MAX_INTEGER:  # nor is it NaN
        raise InvalidCallback(f"{name} is no text and no number: send one of them, or null")


def _require_names(changed: object, inputs: Sequence[Mapping[str, Any]]) -> None:
    names = [f"{each['id']}.{each['property']}" for each in inputs]
    if not isinstance(changed, list) or not all(name in names for name in changed):
        raise InvalidCallback("changedPropIds are not inputs of this callback: reload the page")
