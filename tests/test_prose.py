"""Names and prose follow the rules of CONTRIBUTING. Each failure lists the places as file:line."""

import re
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests import prose
from tests.prose import Source, Violation

ROOT = Path(__file__).parents[1]


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).exists()]


@cache
def sources(folder: str = "") -> tuple[Source, ...]:
    found = (path for path in tracked("*.py") if path.relative_to(ROOT).as_posix().startswith(folder))
    # The checker itself and its tests quote what is banned.
    return tuple(Source.read(path, ROOT) for path in found if path.stem not in ("prose", "test_prose"))


def report(violations: Iterator[Violation]) -> str:
    return "\n".join(map(str, sorted(set(violations))))


@pytest.mark.parametrize(
    "check",
    [
        prose.headless_openings,
        prose.long_first_lines,
        prose.banned_words,
        prose.unclear_test_names,
        prose.constants_without_unit,
    ],
    ids=lambda check: check.__name__,
)
def test_each_file_follows_the_rules(check: Callable[[Source], Iterator[Violation]]) -> None:
    found = report(violation for source in sources() for violation in check(source))
    assert not found, f"\n{found}"


@pytest.mark.parametrize(
    "check", [prose.repeated_classes, prose.repeated_modules], ids=lambda check: check.__name__
)
def test_each_name_means_one_thing(check: Callable[[tuple[Source, ...]], Iterator[Violation]]) -> None:
    found = report(check(sources("dashboard/")))
    assert not found, f"\n{found}"


def test_documents_use_plain_words() -> None:
    documents = tracked("*.md")
    found = report(
        violation for path in documents for violation in prose.banned_words_in_markdown(path, ROOT)
    )
    assert documents
    assert not found, f"\n{found}"


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ('"""What is known."""', prose.headless_openings),
        (f'"""{"word " * 21}"""', prose.long_first_lines),
        ('"""Reads the file anew."""', prose.banned_words),
        ("x = 1  # is told later", prose.banned_words),
        ('raise ValueError(f"{1}: nobody answers")', prose.banned_words),
        ('log.warning("the feed is heard")', prose.banned_words),
        ("def test_what_it_does(): ...", prose.unclear_test_names),
        ("_TIMEOUT = 5", prose.constants_without_unit),
        ('_SILENCE = 3_000\n"""Milliseconds without a message."""', prose.constants_without_unit),
    ],
)
def test_every_check_finds_a_violation(
    text: str, check: Callable[[Source], Iterator[Violation]], tmp_path: Path
) -> None:
    path = tmp_path / "bad.py"
    path.write_text(text, encoding="utf-8")
    found = [str(violation) for violation in check(Source.read(path, tmp_path))]
    assert found
    assert found[0].startswith("bad.py:1:")


def glossary() -> list[str]:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return text.partition("## Glossary\n")[2].strip().splitlines()


def test_glossary_has_one_line_for_each_term_in_order() -> None:
    entries = [re.fullmatch(r"- \*\*([\w -]+)\*\*: \S.*[^.\s]", line) for line in glossary()]
    assert entries
    assert None not in entries
    terms = [entry[1].lower() for entry in entries if entry]
    assert terms == sorted(set(terms))


def test_glossary_terms_are_used_in_the_source() -> None:
    text = " ".join(source.text for source in sources())
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[_\s-]+", " ", text).lower()
    terms = [line.partition("**:")[0].removeprefix("- **") for line in glossary()]
    assert not [term for term in terms if term.lower().replace("-", " ") not in words]
