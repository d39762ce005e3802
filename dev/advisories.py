"""Known vulnerabilities of the locked packages, by pip-audit, from the first source that can be reached."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_UNREACHABLE = re.compile(
    r"NameResolutionError|NewConnectionError|ConnectTimeout|ProxyError|Could not connect|Failed to establish"
)
"""Errors of a connection that was never made. Any other failure is an answer that cannot be trusted."""
_TIMEOUT_S = 900

VULNERABLE, BROKEN, UNREACHABLE = 1, 3, 4
"""Exit codes."""


@dataclass(frozen=True, slots=True)
class Source:
    """A server with advisories."""

    name: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of one source: its packages, or the reason why there are none."""

    packages: Sequence[Mapping[str, Any]] = ()
    error: str = ""
    is_reachable: bool = True

    @property
    def unchecked(self) -> list[str]:
        """The packages that the source does not know."""
        return [package["name"] for package in self.packages if "skip_reason" in package]

    @property
    def has_advisories(self) -> bool:
        """False for a source that was not reached, or knows no package, as an index without advisories."""
        return self.is_reachable and (bool(self.error) or len(self.unchecked) < len(self.packages))

    @property
    def findings(self) -> list[str]:
        """The advisories, one text each."""
        return [
            f"{package['name']} {package['version']}: {advisory['id']}, "
            f"fixed in {', '.join(advisory['fix_versions']) or 'no version yet'}"
            for package in self.packages
            for advisory in package.get("vulns", ())
        ]


def main(lock: Path) -> int:
    """Prints what was checked and found. Returns the exit code."""
    reasons = []
    for source in _sources():
        answer = ask(source, lock)
        if answer.has_advisories:
            return _report(source, answer)
        reasons.append(f"{source.name}: {answer.error or 'it has no advisories'}")
    _print(f"NOT CHECKED: no source of advisories is reachable ({'; '.join(reasons)})")
    return UNREACHABLE if os.environ.get("REQUIRE_ADVISORIES") == "true" else 0


def ask(source: Source, lock: Path) -> Answer:
    """Requests the advisories for each package of a lock file."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--format", "json"]
    options = ["--progress-spinner", "off", "--timeout", "10", *source.options, "--requirement", str(lock)]
    try:
        done = subprocess.run(
            [*command, *options], capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return Answer(error=f"no answer within {_TIMEOUT_S} s")
    try:
        return Answer(json.loads(done.stdout)["dependencies"])
    except (ValueError, LookupError, TypeError):
        reason = (done.stderr.strip().splitlines() or ["no output"])[-1]
        return Answer(error=reason[:300], is_reachable=not _UNREACHABLE.search(done.stderr))


def _sources() -> list[Source]:
    if url := os.environ.get("ADVISORIES_OSV_URL"):
        return [Source(url, ("--vulnerability-service", "osv", "--osv-url", url))]
    return [Source("PyPI", ()), Source("OSV", ("--vulnerability-service", "osv"))]


def _report(source: Source, answer: Answer) -> int:
    for finding in answer.findings:
        _print(f"VULNERABLE: {finding}")
    if answer.error:
        _print(f"FAILED: {source.name} was reached, but its answer is unusable: {answer.error}")
    elif answer.unchecked:
        _print(f"FAILED: {source.name} knows nothing of {', '.join(answer.unchecked)}")
    else:
        found = len(answer.findings) or "no"
        _print(f"{len(answer.packages)} packages checked with {source.name}: {found} advisories")
    return VULNERABLE if answer.findings else BROKEN if answer.error or answer.unchecked else 0


def _print(text: str) -> None:
    """Prints a line; in CI, bad news also as an annotation of the run."""
    is_bad = os.environ.get("CI") == "true" and text.startswith(("VULNERABLE", "FAILED"))
    print(f"{'::error::' if is_bad else ''}audit: {text}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
