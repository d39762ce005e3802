"""The house around the code: what is locked, written and served is what is meant."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from dashboard.config import Settings

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME, DEV = "requirements.lock", "requirements-dev.lock"


def files(*patterns: str) -> list[Path]:
    """The repository's own files, leaving out what was made or installed here."""
    found = {path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()}
    return sorted(path for path in found if not {".venv", ".git", "__pycache__"} & set(path.parts))


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


# --- The locks


def locked(name: str) -> dict[str, Requirement]:
    """The requirements of a lock by their canonical names."""
    lines = (ROOT / name).read_text().replace("\\\n", " ").splitlines()
    texts = [line.split(" --hash")[0].split("  #")[0] for line in lines if line and line[0] not in " #"]
    requirements = [Requirement(text) for text in texts]
    return {canonicalize_name(one.name): one for one in requirements}


def version(requirement: Requirement) -> str:
    return str(requirement.specifier).removeprefix("==")


@pytest.mark.parametrize("name", [RUNTIME, DEV])
def test_a_lock_names_no_address_and_no_place(name):
    text = (ROOT / name).read_text()
    assert not re.search(r"://|^ *--?(index|extra|find|trusted|e\b|i\b|f\b)| @ ", text, re.MULTILINE)


@pytest.mark.parametrize("name", [RUNTIME, DEV])
def test_a_lock_gives_one_exact_version_and_its_hashes(name):
    blocks = re.split(r"\n(?=\S)", (ROOT / name).read_text())
    for block in blocks:
        if not block.startswith("#"):
            assert re.match(r"[a-z0-9-]+==[\w.+!]+( ;.*)? \\\n", block), block[:80]
            assert "--hash=sha256:" in block


@pytest.mark.parametrize(
    ("name", "wishes"),
    [
        (RUNTIME, PROJECT["project"]["dependencies"]),
        (DEV, PROJECT["project"]["dependencies"]),
        (DEV, PROJECT["dependency-groups"]["dev"]),
    ],
)
def test_a_lock_fulfils_the_ranges_of_pyproject(name, wishes):
    lock = locked(name)
    for wish in map(Requirement, wishes):
        found = version(lock[canonicalize_name(wish.name)])
        assert wish.specifier.contains(found), f"{wish} but {found} is locked: make lock"


def test_tests_run_on_the_versions_that_users_run_on():
    dev = locked(DEV)
    for name, requirement in locked(RUNTIME).items():
        assert version(dev[name]) == version(requirement)


# --- The scripts


def shell_scripts() -> list[Path]:
    candidates = files(".ci/*", "dev/*", "deploy/**/*", "install.sh")
    return [path for path in candidates if re.match(rb"#!.*sh\n", path.read_bytes()[:80])]


@pytest.mark.parametrize("script", shell_scripts(), ids=relative)
def test_a_shell_script_stops_at_its_first_mistake(script):
    assert re.search(r"^set -E?euo pipefail$", script.read_text(), re.MULTILINE)
    assert script.stat().st_mode & 0o111


# --- The page


@pytest.mark.parametrize("path", files("dashboard/web/**/*.py", "dashboard/web/assets/**/*"), ids=relative)
def test_nothing_is_loaded_from_another_host(path):
    if path.suffix == ".LICENSE" or path.suffix == ".woff2":
        return
    text = path.read_text()
    text = re.sub(r"http://www\.w3\.org/[\w/#-]+", "", text)  # names of XML formats
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)  # a vendored file says whose it is
    assert not re.search(r"(https?:)?//[\w-]+(\.[\w-]+)*\.[a-z]{2,}\b", text)
    assert "BOOTSTRAP" not in text  # dbc.themes: addresses of a CDN


# --- What is written about the settings


def described_in_env_example() -> dict[str, str]:
    text = (ROOT / ".env.example").read_text()
    return dict(re.findall(r"^#?DASHBOARD_([A-Z_]+)=(.*)$", text, re.MULTILINE))


def test_env_example_has_every_setting_once():
    names = re.findall(r"^#?DASHBOARD_([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert sorted(names) == sorted(name.upper() for name in Settings.model_fields)


def test_env_example_shows_the_true_defaults():
    shown = described_in_env_example()
    for name, field in Settings.model_fields.items():
        if field.default is not None:
            text = str(field.default).lower() if isinstance(field.default, bool) else f"{field.default}"
            assert shown[name.upper()] == text.removesuffix(".0"), name


def test_the_readmes_table_has_every_setting_once_with_its_default():
    rows = re.findall(
        r"^\| `--([a-z-]+)` \| `DASHBOARD_([A-Z_]+)` \| (.*?) \|", (ROOT / "README.md").read_text(), re.M
    )
    assert sorted(flag for flag, _, _ in rows) == sorted(n.replace("_", "-") for n in Settings.model_fields)
    for flag, variable, shown in rows:
        default = Settings.model_fields[variable.lower()].default
        assert variable == flag.replace("-", "_").upper()
        expected = "" if default in (None, False) else f"`{default}`".replace(".0`", "`")
        assert shown.strip() == expected, flag
