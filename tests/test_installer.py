"""install.sh without a machine to install on: its options, and the functions of its steps.

tests/install checks the installation itself, on a fresh Debian.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import TIMEOUT_S

ROOT = Path(__file__).parents[1]
PARTS = sorted((ROOT / "deploy" / "install").glob("*.sh"))

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="install.sh is for Debian and Ubuntu")


def install(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "install.sh", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--domian", "x"], "unknown option: --domian"),
        (["--domain"], "--domain needs a value"),
        (["--domain=trade example"], "--domain 'trade example' is neither a host name"),
        (["--domain=10.0.0.256", "--self-signed"], "--domain '10.0.0.256' is not an IPv4 address"),
        (["--domain=10.0.0.1"], "--domain 10.0.0.1: certbot certifies names only"),
        (["--domain=a.example", "--email=me"], "--email 'me' is not an address"),
        (["--domain=a.example", "--acme-server=x"], "--acme-server 'x' is not a URL"),
        (["--purge"], "--purge requires --uninstall"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_option_ends_the_installer_with_one_line(arguments: list[str], error: str) -> None:
    ended = install(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"install.sh: {error}")
    assert len(ended.stderr.splitlines()) == 1


def test_help_prints_the_header_of_the_script() -> None:
    ended = install("--help")
    assert ended.returncode == 0
    assert "--domain NAME" in ended.stdout


def test_each_file_of_the_installer_is_sourced_and_each_step_is_complete() -> None:
    text = (ROOT / "install.sh").read_text()
    sourced = re.search(r"for part in (.*?); do", text, re.DOTALL)
    assert sourced
    assert sorted(sourced[1].replace("\\", "").split()) == [path.stem for path in PARTS]
    defined = set(re.findall(r"^(\w+)\(\)", "".join(path.read_text() for path in PARTS), re.MULTILINE))
    steps = re.findall(r"\bstep (\w+) ", text)
    assert steps
    assert {f"{step}_{part}" for step in steps for part in ("is_current", "plan", "apply")} <= defined
