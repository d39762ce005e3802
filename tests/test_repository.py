"""Files around the code: lock files, scripts, static assets and documents."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from dashboard.clock import now_ms
from dashboard.config import Settings
from dashboard.metrics.collector import FeedStatsCollector
from dashboard.metrics.registry import REGISTRY

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME, DEV = "requirements.lock", "requirements-dev.lock"


def files(*patterns: str) -> list[Path]:
    """The repository's own files, without generated and installed ones."""
    found = {path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()}
    return sorted(path for path in found if not {".venv", ".git", "__pycache__"} & set(path.parts))


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


# --- Lock files


def locked(name: str) -> dict[str, Requirement]:
    """The requirements of a lock by their canonical names."""
    lines = (ROOT / name).read_text().replace("\\\n", " ").splitlines()
    texts = [line.split(" --hash")[0].split("  #")[0] for line in lines if line and line[0] not in " #"]
    requirements = [Requirement(text) for text in texts]
    return {canonicalize_name(one.name): one for one in requirements}


def version(requirement: Requirement) -> str:
    return str(requirement.specifier).removeprefix("==")


@pytest.mark.parametrize("name", [RUNTIME, DEV])
def test_lock_contains_no_url_and_no_path(name):
    text = (ROOT / name).read_text()
    assert not re.search(r"://|^ *--?(index|extra|find|trusted|e\b|i\b|f\b)| @ ", text, re.MULTILINE)


@pytest.mark.parametrize("name", [RUNTIME, DEV])
def test_lock_pins_exact_versions_with_hashes(name):
    blocks = re.split(r"\n(?=\S)", (ROOT / name).read_text())
    for block in blocks:
        if not block.startswith("#"):
            assert re.match(r"[a-z0-9-]+==[\w.+!]+( ;.*)? \\\n", block), block[:80]
            assert "--hash=sha256:" in block


@pytest.mark.parametrize(
    ("name", "ranges"),
    [
        (RUNTIME, PROJECT["project"]["dependencies"]),
        (DEV, PROJECT["project"]["dependencies"]),
        (DEV, PROJECT["dependency-groups"]["dev"]),
    ],
)
def test_lock_satisfies_the_ranges_of_pyproject(name, ranges):
    lock = locked(name)
    for wanted in map(Requirement, ranges):
        found = version(lock[canonicalize_name(wanted.name)])
        assert wanted.specifier.contains(found), f"{wanted} but {found} is locked: run make lock"


def test_tests_use_the_locked_runtime_versions():
    dev = locked(DEV)
    for name, requirement in locked(RUNTIME).items():
        assert version(dev[name]) == version(requirement)


# --- Scripts


def shell_scripts() -> list[Path]:
    candidates = files(".ci/*", "dev/*", "deploy/**/*", "install.sh")
    return [path for path in candidates if re.match(rb"#!.*sh\n", path.read_bytes()[:80])]


@pytest.mark.parametrize("script", shell_scripts(), ids=relative)
def test_shell_script_exits_on_errors_and_is_executable(script):
    assert re.search(r"^set -E?euo pipefail$", script.read_text(), re.MULTILINE)
    assert script.stat().st_mode & 0o111


# --- Static files


@pytest.mark.parametrize("path", files("dashboard/web/**/*.py", "dashboard/web/assets/**/*"), ids=relative)
def test_page_loads_nothing_from_another_host(path):
    if path.suffix == ".LICENSE" or path.suffix == ".woff2":
        return
    text = path.read_text()
    text = re.sub(r"http://www\.w3\.org/[\w/#-]+", "", text)  # XML namespaces
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)  # vendored files name their origin in comments
    assert not re.search(r"(https?:)?//[\w-]+(\.[\w-]+)*\.[a-z]{2,}\b", text)
    assert "BOOTSTRAP" not in text  # dbc.themes: URLs of a CDN


# --- Documents


def described_in_env_example() -> dict[str, str]:
    text = (ROOT / ".env.example").read_text()
    return dict(re.findall(r"^#?DASHBOARD_([A-Z_]+)=(.*)$", text, re.MULTILINE))


def test_env_example_lists_every_setting_once():
    names = re.findall(r"^#?DASHBOARD_([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert sorted(names) == sorted(name.upper() for name in Settings.model_fields)


def test_env_example_shows_the_defaults():
    shown = described_in_env_example()
    for name, field in Settings.model_fields.items():
        if field.default is not None:
            text = str(field.default).lower() if isinstance(field.default, bool) else f"{field.default}"
            assert shown[name.upper()] == text.removesuffix(".0"), name


def test_settings_document_lists_every_setting_once_with_its_default_and_meaning():
    row = r"^\| `--([a-z-]+)` \| `DASHBOARD_([A-Z_]+)` \| (.*?) \| (.*?) \|$"
    rows = re.findall(row, (ROOT / "docs" / "SETTINGS.md").read_text(), re.MULTILINE)
    assert sorted(flag for flag, *_ in rows) == sorted(n.replace("_", "-") for n in Settings.model_fields)
    for flag, variable, default, meaning in rows:
        field = Settings.model_fields[variable.lower()]
        assert variable == flag.replace("-", "_").upper()
        expected = "" if field.default in (None, False) else f"`{field.default}`".replace(".0`", "`")
        assert (default.strip(), meaning) == (expected, field.description), flag


def test_documents_name_only_settings_that_exist():
    known = {f"DASHBOARD_{name.upper()}" for name in Settings.model_fields} | {"DASHBOARD_ENV_FILE"}
    for path in files("*.md", "docs/*.md", "deploy/etc/*", "deploy/systemd/*"):
        assert set(re.findall(r"DASHBOARD_[A-Z_]+", path.read_text())) <= known, relative(path)


def test_documents_name_only_flags_that_exist():
    settings = {name.replace("_", "-") for name in Settings.model_fields} | {"no-use-testnet", "help"}
    installer = set(re.findall(r"^#   --([a-z-]+)", (ROOT / "install.sh").read_text(), re.MULTILINE))
    audit = set(re.findall(r'"--([a-z-]+)"', (ROOT / "dashboard" / "audit" / "audit_cli.py").read_text()))
    for path in files("README.md", "docs/*.md"):
        named = set(re.findall(r"(?<![\w-])--([a-z][a-z-]+)", path.read_text()))
        assert named <= settings | installer | audit, relative(path)


def exported_metrics() -> dict[str, str]:
    """The label of each metric by its name; empty without one."""
    source = "".join(path.read_text() for path in files("dashboard/metrics/*.py"))
    labels = dict.fromkeys(re.findall(r'"(dashboard_[a-z_]+)"', source), "")
    reading = {"read_at": now_ms(), "price_ages": {"BTC/USDT:USDT": 0}, "state": "STREAMING"}
    for family in (*FeedStatsCollector(lambda: reading).collect(), *REGISTRY.collect()):
        names = {name for sample in family.samples for name in sample.labels} - {"le", "version", "python"}
        labels[family.name] = "".join(names)
    return labels


def test_operations_document_lists_every_metric_with_its_label():
    text = (ROOT / "docs" / "OPERATIONS.md").read_text()
    listed = re.findall(r"`(dashboard_[a-z_]+?)(?:_total|_info)?(?:\{([a-z]+)\})?`", text)
    assert dict(listed) == exported_metrics()


def linked_files(path: Path) -> list[str]:
    return [link for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text()) if "://" not in link]


@pytest.mark.parametrize("path", files("*.md", "docs/*.md"), ids=relative)
def test_links_between_documents_lead_to_files(path):
    missing = [link for link in linked_files(path) if not (path.parent / link).exists()]
    assert not missing
