"""kill -9 at any moment: what was recorded is there, and the trail goes on."""

import subprocess
import sys
import time

from dashboard.audit.verify import verify
from tests.audit.builders import kinds, logger, numbers

ROUNDS = 20
WRITER = """
import os, pathlib, sys
from dashboard.audit.logger import AuditLogger
log = AuditLogger(pathlib.Path(sys.argv[1]))
number = int(sys.argv[2])
while True:
    log.record("fill", {"number": number, "text": "x" * (number % 3000)})
    os.write(1, b"%d\\n" % number)
    number += 1
"""


def recorded_before_killing(directory, first, seconds):
    """The last number that the writer knew to be recorded."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, directory, str(first)], stdout=subprocess.PIPE, bufsize=0
    ) as writer:
        heard = writer.stdout.read(1)
        time.sleep(seconds)
        writer.kill()
        heard += writer.stdout.read()
    return int(heard[: heard.rindex(b"\n")].split()[-1]) if b"\n" in heard else first - 1


def test_killed_again_and_again(tmp_path):
    first = 0
    for round_ in range(ROUNDS):
        known = recorded_before_killing(tmp_path, first, round_ / 1000)
        there = numbers(tmp_path)
        assert there == list(range(len(there)))
        assert len(there) - 1 in (known, known + 1)
        first = len(there)
    logger(tmp_path).close()
    assert verify(tmp_path).whole
    assert "broken" not in kinds(tmp_path)
    assert first > ROUNDS
