"""The console scripts: errors are one line on stderr and an exit code."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.systemd_harness import FEED, RUN
from tests.waiting import TIMEOUT_S

ROOT = Path(__file__).parents[1]


def run(*arguments: str, cwd: Path, program: str = RUN) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )


def write_env(here: Path, text: str, mode: int = 0o600) -> None:
    (here / ".env").write_text(text, encoding="utf-8")
    (here / ".env").chmod(mode)


@pytest.mark.parametrize(
    ("arguments", "env", "line"),
    [
        pytest.param(["--port", "x"], "", "--port 'x': Input should be a valid integer", id="invalid number"),
        pytest.param(
            ["--host", "0.0.0.0"],  # noqa: S104
            "",
            "--host 0.0.0.0: beyond this machine",
            id="open host",
        ),
        pytest.param(
            ["--demo", "--port=0", "--allowed-hosts=http://x"],
            "",
            "--allowed-hosts 'http://x'",
            id="invalid host name",
        ),
        pytest.param(
            ["--demo", "--port=0"],
            "DASHBOARD_ACCESS_KEYS=short:key",
            "--access-keys: ",
            id="short access key",
        ),
        pytest.param([], "DASHBOARD_SYMBL=X", "DASHBOARD_SYMBL: no such setting", id="typo in .env"),
    ],
)
def test_wrong_setting_ends_the_start_with_one_line_and_code_2(
    tmp_path: Path, arguments: list[str], env: str, line: str
) -> None:
    write_env(tmp_path, env)
    ended = run(*arguments, cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"dashboard-run: {line}")
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(("program", "name"), [(RUN, "dashboard-run"), (FEED, "dashboard-feed")])
def test_messages_name_the_program_that_was_started(tmp_path: Path, program: str, name: str) -> None:
    wrong_flag = run("--prot=1", cwd=tmp_path, program=program)
    assert wrong_flag.stderr == f"{name}: unrecognized arguments: --prot: see {name} --help\n"
    assert run("--help", cwd=tmp_path, program=program).stdout.startswith(f"usage: {name} ")


@pytest.mark.parametrize(("program", "name"), [(RUN, "dashboard-run"), (FEED, "dashboard-feed")])
def test_secret_on_the_command_line_is_warned_about(tmp_path: Path, program: str, name: str) -> None:
    flags = ("--redis-url=nonsense", "--api-secret=s3cr3t", "--allowed-hosts=http://x", "--demo", "--port=0")
    warning, *_ = run(*flags, cwd=tmp_path, program=program).stderr.splitlines()
    assert warning == (
        f"{name}: --api-secret and --redis-url: command lines are visible to other users; "
        "set DASHBOARD_API_SECRET and DASHBOARD_REDIS_URL in the environment or in .env instead"
    )


def test_readable_file_with_a_secret_is_warned_about(tmp_path: Path) -> None:
    write_env(tmp_path, "DASHBOARD_API_SECRET=s3cr3t", mode=0o644)
    warning, *_ = run("--allowed-hosts=http://x", "--demo", "--port=0", cwd=tmp_path).stderr.splitlines()
    assert warning == "dashboard-run: .env: its secrets are readable by all users: chmod go-r .env"
