"""Requests to Dash's endpoint: those of the page are served, all others answer 400 and log nothing."""

import json
import logging
from contextlib import suppress
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient, Response
from hypothesis import given
from hypothesis import strategies as st

from dashboard.web.app import build_app
from dashboard.web.callback_requests import InvalidCallback, require_valid
from dashboard.web.components.position_form import field_id
from dashboard.web.form_callbacks import FIELDS
from tests.web.scenes import candles, live

HISTORY = ("history.data", "chart-message.children", "chart-retry.disabled")
DEEP = "[" * 30_000 + "]" * 30_000


def part(name: str, value: Any) -> dict[str, Any]:
    component, _, key = name.partition(".")
    return {"id": component, "property": key, "value": value}


def history(**values: Any) -> dict[str, Any]:
    """The request for the candles, with other values by the id of their input."""
    given = {"timeframe": "5m", "selected-position": "", "chart-refresh": None, "chart-retry": 3} | values
    keys = {"timeframe": "value", "chart-retry": "n_intervals"}
    return {
        "output": f"..{'...'.join(HISTORY)}..",
        "outputs": [{"id": name.split(".")[0], "property": name.split(".")[1]} for name in HISTORY],
        "inputs": [part(f"{name}.{keys.get(name, 'data')}", value) for name, value in given.items()],
        "changedPropIds": ["timeframe.value"],
    }


def view(**more: Any) -> dict[str, Any]:
    """The request for the whole view."""
    return {
        "output": "view.data",
        "outputs": {"id": "view", "property": "data"},
        "inputs": [part("requested-at.data", 1.5)],
        "state": [part("selected-position.data", None)],
        "changedPropIds": ["requested-at.data"],
    } | more


@pytest.fixture
def scene():
    return live()


@pytest.fixture
def app(scene):
    scene.history = candles()
    return build_app(scene.context)


async def post(app: Any, body: Any, content_type: str = "application/json") -> Response:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://dashboard.test") as client:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"content-type": content_type}
        return await client.post("/_dash-update-component", content=content, headers=headers)


@pytest.mark.parametrize("body", [history(), view()], ids=["history", "view"])
async def test_request_of_the_page_is_served(app, body):
    assert (await post(app, body)).status_code == 200


@pytest.mark.parametrize("timeframe", ["3m", "1M", "1w", "", "5M", "x" * 1000, None])
async def test_unknown_timeframe_answers_400_with_the_allowed_ones(app, timeframe, caplog):
    answer = await post(app, history(timeframe=timeframe))
    assert answer.status_code == 400
    assert answer.json() == {"detail": "unknown timeframe: send one of 1m, 5m, 15m, 1h"}
    assert not caplog.records


WRONG = {
    "no json": b"{",
    "no object": b"[]",
    "a number": b"5",
    "null": b"null",
    "an empty body": b"",
    "deep": DEEP.encode(),
    "a deep value": json.dumps(view()).replace("1.5", DEEP).encode(),
    "a number of many digits": json.dumps(view()).replace("1.5", "9" * 60_000).encode(),
    "an integer beyond floats": json.dumps(view()).replace("1.5", "9" * 400).encode(),
    "an infinite number": json.dumps(view()).replace("1.5", "1e999").encode(),
    "not a number": json.dumps(view()).replace("1.5", "NaN").encode(),
    "not utf-8": b'{"output": "\xff"}',
    "a lone surrogate": b'{"output": "\\ud800"}',
    "no fields": {},
    "unknown output": view(output="view.other"),
    "output of another type": view(output=["view.data"]),
    "an output of the browser": {"output": "theme.data", "outputs": {"id": "theme", "property": "data"}},
    "other outputs": view(outputs={"id": "view", "property": "children"}),
    "outputs of another type": view(outputs="view.data"),
    "no inputs": view(inputs=[]),
    "inputs of another type": view(inputs={"a": 1}),
    "nested inputs": view(inputs=[[part("requested-at.data", 1)]]),
    "other inputs": view(inputs=[part("poll.n_intervals", 1)]),
    "an id of another type": view(inputs=[{"id": {"index": 1}, "property": "data", "value": 1}]),
    "more inputs": view(inputs=[part("requested-at.data", 1), part("poll.n_intervals", 1)]),
    "a list for a number": view(inputs=[part("requested-at.data", [1])]),
    "an object for a number": view(inputs=[part("requested-at.data", {"a": 1})]),
    "a number for a label": view(state=[part("selected-position.data", 5)]),
    "a list for a label": view(state=[part("selected-position.data", ["x"])]),
    "a number for a timeframe": history(timeframe=5),
    "an object for a timeframe": history(timeframe={"5m": 1}),
    "changed inputs of another type": view(changedPropIds="requested-at.data"),
    "changed inputs of other callbacks": view(changedPropIds=['{"a": .b']),
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG)
async def test_other_requests_answer_400_and_log_nothing(app, body, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO):
        answer = await post(app, body)
    assert answer.status_code == 400
    assert answer.json()["detail"]
    assert len(answer.content) < 300
    assert not [record for record in caplog.records if record.name != "httpx"]


async def test_json_of_another_content_type_answers_400(app):
    assert (await post(app, view(), "text/plain")).status_code == 400


async def saved(app: Any, **values: Any) -> Response:
    """Sends the form with these values."""
    dependencies = app.openapi  # the hash in the callback's name is Dash's own
    assert dependencies
    async with AsyncClient(transport=ASGITransport(app), base_url="http://dashboard.test") as client:
        callbacks = (await client.get("/_dash-dependencies")).json()
    callback = next(each for each in callbacks if "clear" in str(each["inputs"]))
    names = callback["output"].strip(".").split("...")
    given = dict.fromkeys(FIELDS) | {"side": "long", "amount_is": "size"} | values
    return await post(
        app,
        {
            "output": callback["output"],
            "outputs": [dict(zip(("id", "property"), name.rsplit(".", 1), strict=True)) for name in names],
            "inputs": [part("position-form.n_submit", 1), part("clear.n_clicks", None)],
            "state": [part(f"{field_id(name)}.value", given[name]) for name in FIELDS],
            "changedPropIds": ["position-form.n_submit"],
        },
    )


async def test_form_with_a_long_number_shows_the_error_at_its_field(app):
    answer = await saved(app, entry_price="9" * 60_000, amount="1")
    assert answer.status_code == 200
    shown = answer.json()["response"]["error-entry-price"]["children"]
    assert shown == f"Entry price '{'9' * 40}'…: give at most 40 characters"


@pytest.mark.parametrize(
    "values",
    [
        {"entry_price": 5},
        {"entry_price": ["5"]},
        {"amount_is": ["size"]},
        {"side": {"a": 1}},
        {"amount": True},
    ],
    ids=repr,
)
async def test_form_with_another_type_answers_400(app, values):
    assert (await saved(app, **values)).status_code == 400


async def test_form_with_an_invented_kind_of_amount_shows_an_error(app):
    answer = await saved(app, entry_price="5", amount="1", amount_is="sizes" * 100)
    assert answer.status_code == 200
    assert "has no such field" in answer.json()["response"]["error-form"]["children"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
CALLBACKS = {
    "view.data": {
        "callback": object(),
        "inputs": [{"id": "requested-at", "property": "data"}],
        "state": [{"id": "selected-position", "property": "data"}],
    }
}


@given(st.dictionaries(st.sampled_from(sorted(view())), json_values).map(lambda other: view() | other))
def test_each_request_is_valid_or_refused_as_invalid(body):
    try:
        require_valid(body, CALLBACKS)
    except InvalidCallback:
        return
    assert body["output"] == "view.data"


@given(json_values)
def test_each_value_is_valid_or_refused_as_invalid(value):
    for body in (value, view(inputs=[part("requested-at.data", value)])):
        with suppress(InvalidCallback):
            require_valid(body, CALLBACKS)
