"""Checks of names and prose: docstrings, comments, messages, test names and constants of time."""

import ast
import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_FIRST_LINE_WORDS = 20

HEADLESS = re.compile(r"^(What|Who|Whoever|Whom|Whether|Which)\b")
"""Openings that leave out what the sentence is about."""

ARCHAIC = re.compile(
    r"\b(anew|meanwhile|mend(?:s|ed|ing)?|beside|let(?:s|ting)? go|no more|nobody|somebody|whoever"
    r"|the one that|lest|whence|henceforth)\b",
    re.IGNORECASE,
)
"""Words of NAMES that no engineer searches for."""

PERSONAL = re.compile(r"\b(tells?|told|telling|hears?|heard|hearing|says?|said|saying)\b", re.IGNORECASE)
"""Verbs for people: data is received, read, published or reported."""

UNITS = re.compile(
    r"_(NS|US|MS|S|SECONDS|MINUTES|HOURS|DAYS)$|^(NS|US|MS|SECOND|MINUTE|HOUR|DAY|WEEK|MONTH|QUARTER|YEAR)S?_(MS|S)$"
)
TIME_WORDS = re.compile(r"\b(milliseconds?|seconds?|minutes?|hours?|days?|ms)\b", re.IGNORECASE)
TIME_NAMES = re.compile(
    r"(^|_)(TIMEOUT|INTERVAL|PAUSE|DELAY|WAIT|PERIOD|AGE|LIFETIME|DURATION|KEEPALIVE|HEARTBEAT|SECOND|MINUTE|HOUR|DAY|WEEK)S?($|_)"
)

MODULE_NAMES_THAT_REPEAT = {"__init__", "__main__"}


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One place that breaks a rule, as `file:line: rule: text`."""

    path: Path
    line: int
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.text}"


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file, parsed."""

    path: Path
    text: str
    tree: ast.Module

    @classmethod
    def read(cls, path: Path, root: Path) -> "Source":
        text = path.read_text(encoding="utf-8")
        return cls(path.relative_to(root), text, ast.parse(text))


def docstrings(source: Source) -> Iterator[tuple[int, str]]:
    """Yields each string that is a statement: docstrings of modules, classes, functions and attributes."""
    for node in ast.walk(source.tree):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            yield node.lineno, node.value.value


def comments(source: Source) -> Iterator[tuple[int, str]]:
    """Every comment, without its `#`."""
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string.lstrip("#! ")


def messages(source: Source) -> Iterator[tuple[int, str]]:
    """The texts of errors that are raised and of lines that are logged."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            yield from _texts(node.exc.args)
        elif isinstance(node, ast.Call) and _is_log_call(node.func):
            yield from _texts(node.args[:1])


def headless_openings(source: Source) -> Iterator[Violation]:
    """Docstrings that begin with What, Who, Whether or Which."""
    for line, text in docstrings(source):
        if HEADLESS.match(text.strip()):
            yield Violation(source.path, line, "headless opening", _first_line(text))


def long_first_lines(source: Source) -> Iterator[Violation]:
    """Docstrings whose first line has more than `MAX_FIRST_LINE_WORDS` words."""
    for line, text in docstrings(source):
        if len(_first_line(text).split()) > MAX_FIRST_LINE_WORDS:
            yield Violation(source.path, line, "long first line", _first_line(text))


def banned_words(source: Source) -> Iterator[Violation]:
    """Archaic words, and verbs of people said of data, in docstrings, comments, errors and log lines."""
    for line, text in (*docstrings(source), *comments(source), *messages(source)):
        for pattern in (ARCHAIC, PERSONAL):
            if found := pattern.search(text):
                yield Violation(
                    source.path, line, f"banned word {found[0]!r}", _first_line(text[: found.end()][-80:])
                )


def unclear_test_names(source: Source) -> Iterator[Violation]:
    """Test names with a banned word or a headless opening."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            words = node.name.removeprefix("test_").replace("_", " ")
            if ARCHAIC.search(words) or PERSONAL.search(words) or HEADLESS.match(words.capitalize()):
                yield Violation(source.path, node.lineno, "unclear test name", node.name)


def constants_without_unit(source: Source) -> Iterator[Violation]:
    """Numeric constants of a module that count time, by name or docstring, and do not name the unit."""
    for statement, following in zip(source.tree.body, [*source.tree.body[1:], None], strict=True):
        name = _number_constant(statement)
        if name is None or UNITS.search(name):
            continue
        about = ""
        if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
            about = str(following.value.value)
        if TIME_NAMES.search(name) or TIME_WORDS.match(about):
            yield Violation(source.path, statement.lineno, "time without a unit", name)


def repeated_classes(sources: Iterable[Source]) -> Iterator[Violation]:
    """Classes that share their name with another class."""
    places: dict[str, list[tuple[Path, int]]] = defaultdict(list)
    for source in sources:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ClassDef):
                places[node.name].append((source.path, node.lineno))
    for name, found in places.items():
        for path, line in found if len(found) > 1 else ():
            yield Violation(path, line, "class name used twice", name)


def repeated_modules(sources: Iterable[Source]) -> Iterator[Violation]:
    """Modules that share their name with another module."""
    places: dict[str, list[Path]] = defaultdict(list)
    for source in sources:
        places[source.path.stem].append(source.path)
    for name, found in places.items():
        for path in found if len(found) > 1 and name not in MODULE_NAMES_THAT_REPEAT else ():
            yield Violation(path, 1, "module name used twice", name)


def banned_words_in_markdown(path: Path, root: Path) -> Iterator[Violation]:
    """Archaic words in a document."""
    for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if found := ARCHAIC.search(text):
            yield Violation(path.relative_to(root), line, f"banned word {found[0]!r}", text.strip()[:80])


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


def _texts(nodes: Iterable[ast.AST]) -> Iterator[tuple[int, str]]:
    for node in nodes:
        for part in ast.walk(node):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.lineno, part.value


def _is_log_call(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == "log"
    )


def _number_constant(statement: ast.stmt) -> str | None:
    """The name of an upper-case constant that is assigned a number or a product of numbers."""
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        name, value = statement.targets[0].id, statement.value
    elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
        name, value = statement.target.id, statement.value
    else:
        return None
    numeric = all(
        isinstance(part, ast.BinOp | ast.operator | ast.Name | ast.expr_context)
        or (
            isinstance(part, ast.Constant)
            and isinstance(part.value, int | float)
            and not isinstance(part.value, bool)
        )
        for part in ast.walk(value)
    )
    return name if name.isupper() and numeric else None
