"""The whole application applies the access settings."""

from pathlib import Path

import httpx
import pytest

from dashboard.app.asgi import create_app
from dashboard.auth.auth_store import AuthStore
from dashboard.config import Settings
from dashboard.paths import auth_file
from tests.web.scenes import LONG, Scene

PASSWORD = "a long enough passphrase"


@pytest.fixture
def store(tmp_path: Path) -> AuthStore:
    return AuthStore(auth_file(tmp_path))


async def status(state_dir: Path, path: str = "/", host: str = "127.0.0.1", **settings: object) -> int:
    """Returns the status of an answer to a browser without a session."""
    scene = Scene(LONG, real_clock=True).resolve().price("67482.1")
    app = create_app(Settings(state_dir=state_dir, **settings), scene.context, lambda: None)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
        return (await client.get(path, headers={"Accept": "text/html"})).status_code


async def test_open_on_this_machine(tmp_path: Path):
    assert await status(tmp_path) == 200


async def test_password_locks_pages_api_and_metrics(tmp_path: Path, store: AuthStore):
    store.set_password(PASSWORD)
    assert await status(tmp_path) == 303
    assert await status(tmp_path, "/api/v1/positions") == 401
    assert await status(tmp_path, "/metrics") == 401
    assert await status(tmp_path, "/healthz") == 200
    assert await status(tmp_path, "/readyz") == 200


async def test_required_login_without_a_password_blocks_everything(tmp_path: Path):
    assert await status(tmp_path, require_login=True) == 503
    assert await status(tmp_path, "/api/v1/positions", require_login=True) == 503
    assert await status(tmp_path, "/healthz", require_login=True) == 200


@pytest.mark.parametrize("setting", [{"allowed_hosts": "dash.lan"}, {"trusted_proxies": "127.0.0.1"}])
async def test_setting_for_others_requires_a_login(tmp_path: Path, setting: dict[str, str]):
    assert await status(tmp_path, **setting) == 503


@pytest.mark.parametrize(("allowed", "expected"), [("dash.example.org", 303), (None, 400)])
async def test_hosts_of_the_settings_are_allowed(
    tmp_path: Path, store: AuthStore, allowed: str | None, expected: int
):
    store.set_password(PASSWORD)
    assert await status(tmp_path, host="dash.example.org", allowed_hosts=allowed) == expected
