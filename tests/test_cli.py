"""The process: what the user can mend is one line on stderr and exit code 2."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dashboard.cli", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("arguments", "env", "line"),
    [
        pytest.param(["--port", "x"], "", "--port 'x': Input should be a valid integer", id="a bad number"),
        pytest.param(["--host", "0.0.0.0"], "", "--host 0.0.0.0: beyond this machine", id="an open host"),  # noqa: S104
        pytest.param(
            ["--demo", "--port=0", "--allowed-hosts=http://x"], "", "--allowed-hosts 'http://x'", id="no name"
        ),
        pytest.param(
            ["--demo", "--port=0"], "DASHBOARD_ACCESS_KEYS=short:key", "--access-keys: ", id="a short key"
        ),
        pytest.param(
            [], "DASHBOARD_SYMBL=X", "DASHBOARD_SYMBL: there is no such setting", id="a typo in .env"
        ),
    ],
)
def test_what_the_user_can_mend(tmp_path: Path, arguments: list[str], env: str, line: str) -> None:
    (tmp_path / ".env").write_text(env, encoding="utf-8")
    ended = run(*arguments, cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"dashboard-run: {line}")
    assert len(ended.stderr.splitlines()) == 1
