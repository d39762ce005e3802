"""systemd for tests: receives a service's notifications, and passes a listening socket on."""

import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from queue import Queue
from typing import Self

from tests.waiting import TIMEOUT_S

PYTHON = (sys.executable, "-c")
FEED = "import sys; from dashboard.cli import feed; sys.exit(feed())"
RUN = "import sys; from dashboard.cli import main; sys.exit(main())"
_WITH_SOCKET = 'exec 3<&"$0"; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"'


class NotifySocket:
    """systemd's end of the notify socket. A thread reads it, since services block on a full one."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="notify-")
        self.path = str(Path(self._folder.name) / "notify")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        self._messages: Queue[str] = Queue()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def until(self, text: str) -> str:
        """Waits for a message that contains `text`, and returns it."""
        while text not in (message := self._messages.get(timeout=TIMEOUT_S)):
            pass
        return message

    def _read(self) -> None:
        while (message := self._socket.recv(4096)) != b"end":
            self._messages.put(message.decode())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"end", self.path)
        self._thread.join()
        self._socket.close()
        self._folder.cleanup()


def with_inherited_socket(listener: socket.socket, command: list[str]) -> list[str]:
    """The command as systemd runs it with a listening socket; the caller puts it into `pass_fds`."""
    return ["bash", "-c", _WITH_SOCKET, str(listener.fileno()), *command]


def start(
    program: str,
    *flags: str,
    manager: NotifySocket | None = None,
    listener: socket.socket | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[str]:
    """Starts a program of the dashboard as a service."""
    notify = {"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "800000"} if manager else {}
    command = [*PYTHON, program, *flags]
    if listener is not None:
        command = with_inherited_socket(listener, command)
    return subprocess.Popen(
        command,
        env={**os.environ, **notify, **(environment or {})},
        pass_fds=() if listener is None else (listener.fileno(),),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
