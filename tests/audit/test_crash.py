"""A writer killed by SIGKILL loses no record, and the trail continues."""

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


def recorded_before_kill(directory, first, delay_s):
    """The last number that the writer reported as recorded."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, directory, str(first)], stdout=subprocess.PIPE, bufsize=0
    ) as writer:
        output = writer.stdout.read(1)
        time.sleep(delay_s)
        writer.kill()
        output += writer.stdout.read()
    return int(output[: output.rindex(b"\n")].split()[-1]) if b"\n" in output else first - 1


def test_repeated_kills_lose_no_record(tmp_path):
    first = 0
    for round_ in range(ROUNDS):
        reported = recorded_before_kill(tmp_path, first, round_ / 1000)
        present = numbers(tmp_path)
        assert present == list(range(len(present)))
        assert len(present) - 1 in (reported, reported + 1)
        first = len(present)
    logger(tmp_path).close()
    assert verify(tmp_path).intact
    assert "broken" not in kinds(tmp_path)
    assert first > ROUNDS
