"""Attacks over real sockets, on the dashboard in both ways of running, and their count by class."""

import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from tests.security.servers import WAYS, Address, Running, start_single
from tests.security.site import Site
from tests.waiting import until

_PROPERTY = "attacks"
Start = Callable[[Running], Address]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Starts these tests early: they share servers, which the last of them has to wait for."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("longest")


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, Start], Site]]:
    """Starts each server once for all test workers, and stops it when the last of them has finished."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "sites"
    folder.mkdir(exist_ok=True)
    with ExitStack() as servers, ExitStack() as used:  # left in the reverse order
        yield lambda name, start: Site(_shared(servers, used, folder / name, start))


def _shared(servers: ExitStack, used: ExitStack, folder: Path, start: Start) -> Address:
    """The address of a server, which the first caller starts; it waits for the others before its end."""
    users, facts = folder / "users", folder / "address.json"
    with FileLock(f"{folder}.lock"):
        if not facts.exists():
            users.mkdir(parents=True)
            running = servers.enter_context(Running(folder, password=folder.name != "open"))
            address = start(running)
            servers.callback(_assert_nothing_logged, running)
            servers.callback(until, lambda: not list(users.iterdir()))
            facts.write_text(json.dumps(address.as_json()))
        user = users / str(os.getpid())
        user.touch()
        used.callback(user.unlink, missing_ok=True)
    return Address(**json.loads(facts.read_text()))


def _assert_nothing_logged(running: Running) -> None:
    assert not running.errors(), "an attack reached the log as an error"


@pytest.fixture(params=WAYS)
def site(request: pytest.FixtureRequest, shared: Callable[[str, Start], Site]) -> Site:
    """A dashboard with a password and access keys, in one process, and as a cluster behind nginx."""
    return shared(request.param, WAYS[request.param])


@pytest.fixture
def open_site(shared: Callable[[str, Start], Site]) -> Site:
    """A dashboard in one process without a password, as a first start is."""
    return shared("open", start_single)


class Attacks:
    """The cases of one class of attack; the test fails at its end with all that were not held."""

    def __init__(self, name: str, counts: list[Any]) -> None:
        """`counts` is filled with the name, the cases tried, and those held."""
        self._counts = counts
        self._counts[:] = [name, 0, 0]
        self._failed: list[str] = []

    def case(self, held: bool, description: object) -> None:
        """Counts one case, with the attack and its outcome in a few words."""
        self._counts[1] += 1
        self._counts[2] += held
        if not held:
            self._failed.append(str(description)[:400])

    def verify(self) -> None:
        assert self._counts[1]
        assert not self._failed, "\n".join([f"{len(self._failed)} not held:", *self._failed[:25]])


@pytest.fixture
def attacks(request: pytest.FixtureRequest) -> Attacks:
    """Counts the cases of a test under the class of its module."""
    counts: list[Any] = []
    request.node.user_properties.append((_PROPERTY, counts))
    return Attacks(request.module.CLASS, counts)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Any:
    """Fails a test whose attacks were not all held."""
    result = yield
    found = getattr(item, "funcargs", {}).get("attacks")
    if found is not None:
        found.verify()
    return result


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Reports how many cases of each class were tried and held, as rows of a table in Markdown."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for report in (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")):
        for name, value in report.user_properties if report.when == "call" else ():
            if name == _PROPERTY:
                counts[value[0]][0] += value[1]
                counts[value[0]][1] += value[2]
    if counts:
        terminalreporter.section("attacks tried and held")
        for name, (tried, held) in sorted(counts.items()):
            terminalreporter.line(f"| {name} | {tried:,} | {held:,} |")
