"""The application over HTTP: what is served, what is not, and with which headers."""

import re
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient

from dashboard.web.app import build_app
from dashboard.web.security_headers import content_policy
from tests.web.scenes import live

ASSETS = Path(__file__).parents[2] / "dashboard" / "web" / "assets"


@pytest.fixture(scope="module")
def app():
    return build_app(live().context)


@pytest.fixture
def client(app):
    return AsyncClient(transport=ASGITransport(app), base_url="http://context.test")


@pytest.mark.parametrize("path", ["/", "/_dash-layout", "/_dash-dependencies", "/assets/favicon.svg"])
async def test_the_page_is_served_with_a_strict_policy(client, path):
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "connect-src 'self' ws://context.test wss://context.test;" in policy
    assert re.search(r"script-src 'self' 'sha256-[^']+';", policy)


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api", "/nothing", "/_dash-ws-callback"])
async def test_what_does_not_exist_is_no_page(client, path):
    answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.json() == {"detail": "Not Found"}


async def test_a_callback_that_fails_is_logged_once(caplog):
    scene = live()
    scene.history = RuntimeError("no such candle")
    outputs = ("history.data", "chart-message.children", "chart-retry.disabled")
    inputs = {
        "timeframe": ("value", "5m"),
        "focus": ("data", None),
        "chart-wanted": ("data", 1),
        "chart-retry": ("n_intervals", None),
    }
    question = {
        "output": f"..{'...'.join(outputs)}..",
        "outputs": [dict(zip(("id", "property"), one.split("."), strict=True)) for one in outputs],
        "inputs": [{"id": name, "property": key, "value": value} for name, (key, value) in inputs.items()],
        "changedPropIds": ["chart-wanted.data"],
    }
    async with AsyncClient(
        transport=ASGITransport(build_app(scene.context)), base_url="http://context.test"
    ) as asks:
        answer = await asks.post("/_dash-update-component", json=question)
    assert answer.status_code == 500
    (record,) = [one for one in caplog.records if one.exc_info]
    assert record.exc_info[1] is scene.history


async def test_the_schema_is_of_the_api_alone(client):
    schema = (await client.get("/api/openapi.json")).json()
    assert schema["info"]["title"] == "Position dashboard"
    assert schema["paths"] == {}


@pytest.mark.parametrize("host", ["evil; script-src *", "a b", "", "x'y"])
def test_a_strange_host_does_not_get_into_the_policy(host):
    assert "connect-src 'self';" in content_policy("'self'", host)


# --- The stylesheet


def tokens(theme):
    css = (ASSETS / "css" / "1-tokens.css").read_text()
    block = re.search(rf'\[data-bs-theme="{theme}"\] \{{(.*?)\}}', css, re.DOTALL)
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block.group(1)))


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("ground", ["ground", "surface", "raised"])
@pytest.mark.parametrize("ink", ["text", "dim", "accent", "up", "down", "caution", "emergency"])
def test_all_text_is_legible(theme, ground, ink):
    colours = tokens(theme)
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(("ink", "ground"), [("on-alarm", "emergency"), ("on-accent", "accent")])
def test_text_on_colour_is_legible(theme, ink, ground):
    colours = tokens(theme)
    assert contrast(colours[ink], colours[ground]) >= 4.5
