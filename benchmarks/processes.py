"""Servers, exchanges and viewers in processes of their own, which end with the benchmark.

Both sides speak lines of JSON over stdin and stdout: the child says hello, then answers what it is
asked until stdin ends.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

import psutil

ROOT = Path(__file__).parents[1]
PATIENCE = 120.0
"""Seconds for an answer, unless told otherwise."""
ENDING = 5.0
"""Seconds between asking a process to end and making it."""


class Child:
    """A running `python -m module`."""

    def __init__(self, name: str, process: subprocess.Popen[str]) -> None:
        self._name = name
        self._process = process
        self._usage = psutil.Process(process.pid)
        self.hello = self.answer()

    @property
    def url(self) -> str:
        """Where it serves, if it does."""
        return str(self.hello["url"])

    def tell(self, what: str, **details: object) -> None:
        """Asks without waiting: `answer` has to follow."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([what, details]) + "\n")
        self._process.stdin.flush()

    def answer(self, patience: float = PATIENCE) -> Any:
        """Waits for the answer. Raises RuntimeError if the process ended, or was ended for being late."""
        assert self._process.stdout is not None
        timer = Timer(patience, self._process.kill)
        timer.start()
        try:
            line = self._process.stdout.readline()
        finally:
            timer.cancel()
        if not line:
            raise RuntimeError(f"{self._name} ended")
        return json.loads(line)

    def ask(self, what: str, **details: object) -> Any:
        """Asks and waits."""
        self.tell(what, **details)
        return self.answer()

    def cpu(self) -> float:
        """Seconds of CPU that it has used, user and system."""
        times = self._usage.cpu_times()
        return float(times.user + times.system)


@contextmanager
def running(module: str, *arguments: str) -> Iterator[Child]:
    """`python -m module arguments` for the length of a `with` block."""
    command = [sys.executable, "-m", module, *arguments]
    with ending(command, stdin=subprocess.PIPE) as process:
        yield Child(module, process)


@contextmanager
def ending(command: list[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Any command with its stdout to read, ended at the end; Ctrl-C reaches us first, then it by us."""
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True, **options
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(ENDING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def answering(hello: Mapping[str, object], handlers: Mapping[str, Callable[..., object]]) -> None:
    """The child's side: says hello and answers until nobody is there to ask."""
    print(json.dumps(hello), flush=True)
    for line in sys.stdin:
        what, details = json.loads(line)
        print(json.dumps(handlers[what](**details)), flush=True)
