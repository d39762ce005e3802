"""Child processes for servers, exchanges and viewers, which end with the benchmark.

Parent and child exchange lines of JSON over stdin and stdout: the child sends a greeting, then answers
requests until stdin is closed.
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
ANSWER_TIMEOUT_S = 120.0
"""Seconds for an answer by default."""
STOP_TIMEOUT_S = 5.0
"""Seconds between SIGTERM and SIGKILL."""


class Child:
    """A running `python -m module`."""

    def __init__(self, name: str, process: subprocess.Popen[str]) -> None:
        self._name = name
        self._process = process
        self._usage = psutil.Process(process.pid)
        self.hello = self.answer()

    @property
    def url(self) -> str:
        """The address that it serves."""
        return str(self.hello["url"])

    def send(self, what: str, **details: object) -> None:
        """Sends a request; `answer` must follow."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([what, details]) + "\n")
        self._process.stdin.flush()

    def answer(self, timeout_s: float = ANSWER_TIMEOUT_S) -> Any:
        """Waits for the answer. Raises RuntimeError if the process exits or exceeds the timeout."""
        assert self._process.stdout is not None
        timer = Timer(timeout_s, self._process.kill)
        timer.start()
        try:
            line = self._process.stdout.readline()
        finally:
            timer.cancel()
        if not line:
            raise RuntimeError(f"{self._name} exited before it answered")
        return json.loads(line)

    def ask(self, what: str, **details: object) -> Any:
        """Sends a request and returns the answer."""
        self.send(what, **details)
        return self.answer()

    def cpu(self) -> float:
        """Seconds of CPU used, user and system."""
        times = self._usage.cpu_times()
        return float(times.user + times.system)


@contextmanager
def running(module: str, *arguments: str) -> Iterator[Child]:
    """Runs `python -m module arguments` during a `with` block."""
    command = [sys.executable, "-m", module, *arguments]
    with running_command(command, stdin=subprocess.PIPE) as process:
        yield Child(module, process)


@contextmanager
def running_command(command: list[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Runs a command with its stdout piped, in its own session: Ctrl-C reaches only the parent."""
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True, **options
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def answer_requests(hello: Mapping[str, object], handlers: Mapping[str, Callable[..., object]]) -> None:
    """The child's side: sends the greeting, and answers requests until stdin is closed."""
    print(json.dumps(hello), flush=True)
    for line in sys.stdin:
        what, details = json.loads(line)
        print(json.dumps(handlers[what](**details)), flush=True)
