"""The application over HTTP: its routes, its headers and the contrast of its colours."""

import re
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient

from dashboard.web.app import build_app
from dashboard.web.security_headers import FIXED_HEADERS, content_policy
from tests.web.scenes import live

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "dashboard" / "web" / "assets"


@pytest.fixture(scope="module")
def app():
    return build_app(live().context)


@pytest.fixture
def client(app):
    return AsyncClient(transport=ASGITransport(app), base_url="http://dashboard.test")


@pytest.mark.parametrize("path", ["/", "/_dash-layout", "/_dash-dependencies", "/assets/favicon.svg"])
async def test_page_and_assets_have_strict_security_headers(client, path):
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "camera=()" in answer.headers["permissions-policy"]
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-embedder-policy"] == "require-corp"
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "connect-src 'self' ws://dashboard.test wss://dashboard.test;" in policy
    assert re.search(r"script-src 'self' 'sha256-[^']+';", policy)


def test_nginx_sends_the_same_headers_instead_of_those_of_the_dashboard():
    nginx = ROOT / "deploy" / "nginx"
    added = re.findall(r'^add_header (\S+) "?(.+?)"? always;$', (nginx / "headers.conf").read_text(), re.M)
    hidden = re.findall(r"^proxy_hide_header (\S+);$", (nginx / "proxy.conf").read_text(), re.M)
    assert dict(added).items() - {("Strict-Transport-Security", "$dashboard_hsts")} == FIXED_HEADERS.items()
    assert set(hidden) - {"X-Powered-By"} == dict(added).keys()


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api", "/nothing", "/_dash-ws-callback"])
async def test_unknown_path_answers_404(client, path):
    answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.json() == {"detail": "Not Found"}


async def test_failed_callback_is_logged_once(caplog):
    scene = live()
    scene.history = RuntimeError("no such candle")
    outputs = ("history.data", "chart-message.children", "chart-retry.disabled")
    inputs = {
        "timeframe": ("value", "5m"),
        "selected-position": ("data", None),
        "chart-refresh": ("data", 1),
        "chart-retry": ("n_intervals", None),
    }
    request = {
        "output": f"..{'...'.join(outputs)}..",
        "outputs": [dict(zip(("id", "property"), output.split("."), strict=True)) for output in outputs],
        "inputs": [{"id": name, "property": key, "value": value} for name, (key, value) in inputs.items()],
        "changedPropIds": ["chart-refresh.data"],
    }
    async with AsyncClient(
        transport=ASGITransport(build_app(scene.context)), base_url="http://dashboard.test"
    ) as client:
        answer = await client.post("/_dash-update-component", json=request)
    assert answer.status_code == 500
    (record,) = [record for record in caplog.records if record.exc_info]
    assert record.exc_info[1] is scene.history


async def test_openapi_schema_leaves_out_the_page(client):
    schema = (await client.get("/api/openapi.json")).json()
    assert schema["info"]["title"] == "Position dashboard"
    assert schema["paths"] == {}


@pytest.mark.parametrize("host", ["evil; script-src *", "a b", "", "x'y"])
def test_invalid_host_header_is_left_out_of_the_policy(host):
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
def test_text_has_enough_contrast(theme, ground, ink):
    colours = tokens(theme)
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(("ink", "ground"), [("on-alarm", "emergency"), ("on-accent", "accent")])
def test_text_on_a_coloured_background_has_enough_contrast(theme, ink, ground):
    colours = tokens(theme)
    assert contrast(colours[ink], colours[ground]) >= 4.5
