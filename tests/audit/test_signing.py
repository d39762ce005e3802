"""The writer signs the lines in time, at each opening and at its end, whatever happens between."""

import errno
import logging
import subprocess
import sys
import time
from datetime import timedelta

import pytest

from dashboard.audit import signature_check, signer
from dashboard.audit.ed25519 import is_signed
from dashboard.audit.kept_checkpoints import newest_signature
from dashboard.audit.key_file import UnusableKey, create_key_file
from dashboard.audit.records import NO_LINES, ChainHead
from dashboard.audit.signed_head import SignedHead
from dashboard.audit.trail_reader import read_records
from dashboard.audit.verify import verify
from dashboard.clock import utc_now
from tests.audit.broken_disk import Disk
from tests.audit.builders import NOON, Clock, kinds, logger, only_file, write
from tests.audit.signed_trail import KEY, OTHER_KEY, found, signed_lines, write_signed
from tests.waiting import until


def test_opening_introduces_the_key_and_signs_the_line_before(tmp_path):
    write(tmp_path, 1)
    head = verify(tmp_path).head
    logger(tmp_path, key=KEY).close()
    *_, record = read_records(tmp_path)
    signed = SignedHead.of(record)
    assert (signed.head, signed.key, signed.is_valid) == (head, KEY.public_key, True)
    assert [each["key"] for each in record.entry["certificates"]] == [KEY.public_key]


def test_signature_covers_number_and_hash():
    signed = KEY.sign(ChainHead(7, "a" * 64))
    assert signed.is_valid
    for other in (
        KEY.sign(ChainHead(8, "a" * 64)),
        KEY.sign(NO_LINES),
        OTHER_KEY.sign(ChainHead(7, "a" * 64)),
    ):
        assert not SignedHead(signed.seq, signed.hash, signed.key, other.signature).is_valid


@pytest.mark.parametrize(("key", "signature"), [("", ""), ("zz", "00"), ("0" * 64, "0" * 128), ("é", "x")])
def test_malformed_key_or_signature_is_not_valid(key, signature):
    assert not is_signed(b"", key, signature)


def test_line_is_preceded_by_a_signature_if_the_first_unsigned_one_is_10_seconds_old(tmp_path):
    clock = Clock()
    with logger(tmp_path, clock, key=KEY) as log:
        for seconds in (0, 5, 4.9, 0.2, 9, 60):
            clock.advance(seconds=seconds)
            log.record("fill", {})
        assert kinds(tmp_path) == [
            "signature",
            *["fill"] * 3,
            "signature",
            *["fill"] * 2,
            "signature",
            "fill",
        ]
    assert kinds(tmp_path)[-1] == "signature"
    assert found(tmp_path) == []


def test_last_line_before_a_pause_is_signed_without_a_further_line(tmp_path, monkeypatch):
    monkeypatch.setattr(signer, "_CHECK_INTERVAL_S", 0.01)
    clock = Clock()
    with logger(tmp_path, clock, key=KEY) as log:
        log.record("fill", {})
        clock.advance(seconds=11)
        until(lambda: kinds(tmp_path)[-1] == "signature" and len(kinds(tmp_path)) == 3)
        clock.advance(hours=1)
        log.record("fill", {})
    assert kinds(tmp_path) == ["signature", "fill", "signature", "fill", "signature"]


@pytest.mark.parametrize(
    "back", [timedelta(milliseconds=500), timedelta(minutes=5), timedelta(days=2)], ids=str
)
def test_clock_set_back_is_signed_in_time(tmp_path, back):
    clock = Clock()
    with logger(tmp_path, clock, key=KEY) as log:
        for _ in range(3):
            log.record("fill", {})
            clock.now -= back
            log.record("fill", {})
            clock.advance(seconds=8)
    assert found(tmp_path) == []


def test_pause_without_disk_space_is_no_defect(tmp_path, monkeypatch):
    clock = Clock()
    disk = Disk(monkeypatch)
    with logger(tmp_path, clock, key=KEY) as log:
        log.record("fill", {})
        disk.error = errno.ENOSPC
        log.record("fill", {})
        clock.advance(hours=1)
        log.record("fill", {})
        disk.error = None
        log.record("fill", {})
    assert "gap" in kinds(tmp_path)
    assert found(tmp_path) == []


CRASHING_WRITER = """
import os, sys
from pathlib import Path
from dashboard.audit.key_file import load_key
from dashboard.audit.logger import AuditLogger
log = AuditLogger(Path(sys.argv[1]), key=load_key(Path(sys.argv[2])))
for number in range(100):
    log.record("fill", {"number": number})
os._exit(9)
"""


def test_lines_before_a_crash_are_signed_at_the_next_start(tmp_path):
    create_key_file(tmp_path / "key", KEY)
    trail = tmp_path / "trail"
    for _ in range(2):
        subprocess.run([sys.executable, "-c", CRASHING_WRITER, trail, tmp_path / "key"], check=False)
    assert signed_lines(trail) == [(KEY.public_key, 1, 102), (None, 103, 202)]
    logger(trail, Clock(NOON + timedelta(days=9_000)), key=KEY).close()
    assert found(trail) == []
    assert signed_lines(trail) == [(KEY.public_key, 1, 203)]


KILLED_WRITER = """
import os, sys
from datetime import timedelta
from pathlib import Path
from dashboard.audit import signer
from dashboard.audit.key_file import load_key
from dashboard.audit.logger import AuditLogger
signer.SIGN_WITHIN = timedelta(milliseconds=2)
log = AuditLogger(Path(sys.argv[1]), key=load_key(Path(sys.argv[2])))
while True:
    log.record("fill", {"text": "x" * 500})
    os.write(1, b".")
"""


def test_repeated_kills_leave_no_line_unsigned_for_longer_than_its_time(tmp_path, monkeypatch):
    monkeypatch.setattr(signature_check, "SIGN_WITHIN", timedelta(milliseconds=2))
    create_key_file(tmp_path / "key", KEY)
    trail = tmp_path / "trail"
    for round_ in range(10):
        command = [sys.executable, "-c", KILLED_WRITER, trail, tmp_path / "key"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0) as writer:
            writer.stdout.read(1)
            time.sleep(round_ / 500)  # a kill at any moment, of a signature too
            writer.kill()
            writer.stdout.read()
    logger(trail, clock=utc_now, key=KEY).close()
    assert found(trail) == []
    assert kinds(trail).count("signature") > 20
    assert signed_lines(trail) == [(KEY.public_key, 1, len(kinds(trail)))]


def test_successor_of_a_key_continues_for_it(tmp_path):
    second = KEY.replaced(NOON)
    third = second.replaced(NOON)  # not a line was signed by the second
    write_signed(tmp_path, KEY, days=1)
    write_signed(tmp_path, third, first_day=1, days=1)
    for key in (KEY, second, third):
        assert found(tmp_path, keys=(key.public_key,)) == []
    assert [key for key, *_ in signed_lines(tmp_path)] == [KEY.public_key, third.public_key]


def test_return_to_a_replaced_key_is_a_defect(tmp_path):
    write_signed(tmp_path, KEY.replaced(NOON), days=1)
    write_signed(tmp_path, KEY, first_day=1, days=1)
    assert "made no certificate" in found(tmp_path)[0]


def test_new_key_after_the_loss_of_the_old_one_is_accepted_if_both_are_given(tmp_path):
    write_signed(tmp_path, KEY, days=1)
    write_signed(tmp_path, OTHER_KEY, first_day=1, days=1)
    assert found(tmp_path, keys=(KEY.public_key, OTHER_KEY.public_key)) == []
    assert len(found(tmp_path, keys=(OTHER_KEY.public_key,))) == 1


def test_key_that_cannot_be_used_is_reported_and_lines_are_written(tmp_path, caplog):
    write_signed(tmp_path, days=1)
    with logger(tmp_path, Clock(NOON + timedelta(hours=1)), key=UnusableKey("it is gone")) as log:
        assert log.record("fill", {})
        assert log.problem == "the audit trail is not signed: it is gone"
    assert ("the audit trail is not signed: it is gone", logging.ERROR) in [
        (record.getMessage(), record.levelno) for record in caplog.records
    ]
    assert signed_lines(tmp_path)[-1][0] is None


def test_trail_without_a_key_has_no_problem(tmp_path):
    with logger(tmp_path) as log:
        assert log.problem is None


def test_newest_checkpoint_is_logged_at_the_end(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    write_signed(tmp_path, days=1)
    assert newest_signature(tmp_path).to_json() in caplog.text


def test_signatures_take_little_time(tmp_path):
    started = time.perf_counter()
    for seq in range(200):
        KEY.sign(ChainHead(seq, "a" * 64))
    assert (time.perf_counter() - started) / 200 < 0.01


def test_private_key_appears_in_no_representation():
    assert KEY.private_key not in repr(KEY)


def test_trail_contains_only_the_public_half(tmp_path):
    write_signed(tmp_path, days=1)
    assert KEY.private_key not in only_file(tmp_path).read_text()
