"""`dashboard-audit verify` compares each checkpoint with the positions that the lines before it give."""

import errno
import json
import os
import subprocess
import sys

import pytest

from dashboard.audit.records import NO_LINES, compose, parse, to_json
from dashboard.audit.verify import verify
from dashboard.cli import audit
from dashboard.positions.account_owner import AccountOwner, owner_record
from dashboard.positions.checkpoint_check import CheckpointCheck
from tests.audit.builders import only_file, write_lines
from tests.domain.fill_histories import fill, fills
from tests.positions.trail_harness import TrailHarness


@pytest.fixture
def trail(tmp_path):
    """Two fills, a checkpoint (lines 3 to 5), another fill, and a second checkpoint (lines 7 to 9)."""
    trail = TrailHarness(tmp_path)
    trail.harness.fills(*fills("buy 2 @ 100, sell 1 @ 110"))
    trail.checkpoints.write()
    trail.harness.fills(fill("buy 3 @ 90", 9))
    trail.checkpoints.write()
    trail.log.close()
    return trail


def defects(directory):
    return [f"{found.line} {found.defect}" for found in verify(directory, content=CheckpointCheck()).defects]


def forge(directory, line, old, new):
    """Replaces a text in one line, and computes all hashes again."""
    head, forged = NO_LINES, []
    for number, raw in enumerate(only_file(directory).read_bytes().splitlines(keepends=True), 1):
        record = parse(raw)
        text = to_json(record.entry)
        assert number != line or old in text
        entry = text.replace(old, new) if number == line else text
        changed, head = compose(head, record.time, record.kind, entry)
        forged.append(changed)
    write_lines(only_file(directory), forged)


def test_sound_trail_is_intact(trail):
    assert defects(trail.directory) == []


@pytest.mark.parametrize(
    ("line", "old", "new", "found"),
    [
        pytest.param(4, '"price":"110"', '"price":"111"', "5 content", id="event in a checkpoint"),
        pytest.param(4, '"main",null', '"main",7', "5 content", id="no hidden reading"),
        pytest.param(2, '"price":"110"', '"price":"111"', "5 content", id="fill before a checkpoint"),
        pytest.param(6, '"contracts":"3"', '"contracts":"4"', "9 content", id="fill between two"),
        pytest.param(8, '"id":"9"', '"id":"8"', "9 content", id="id of an event"),
        pytest.param(4, '["account","main",null]', '["account","other",null]', "5 content", id="account"),
    ],
)
def test_forged_line_with_valid_hashes_is_found_at_the_next_checkpoint(trail, line, old, new, found):
    forge(trail.directory, line, old, new)
    assert verify(trail.directory).intact, "the chain alone does not show it"
    assert defects(trail.directory) == [found]


def test_forged_owner_of_an_account_is_found(tmp_path):
    trail = TrailHarness(tmp_path)
    trail.log.record(*owner_record(trail.account, AccountOwner("0a", "1b")))
    again = trail.restarted()
    again.harness.fills(*fills("buy 2 @ 100"))
    again.checkpoints.write()
    again.log.close()
    assert defects(tmp_path) == []
    forge(tmp_path, 4, '["owner","0a","1b"]', '["owner","0a","2c"]')
    assert defects(tmp_path) == ["5 content"]


def test_changed_line_is_reported_once(trail):
    """Without it the positions are unknown, so the checkpoint after it is accepted."""
    path = only_file(trail.directory)
    path.write_bytes(path.read_bytes().replace(b'"price":"110"', b'"price":"111"', 1))
    assert defects(trail.directory) == ["2 changed"]


def test_checkpoint_after_lost_records_is_accepted_and_the_next_one_compared(trail, monkeypatch):
    again = trail.restarted()
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
        again.harness.fills(fill("sell 1 @ 95", 10))
    again.checkpoints.write()
    again.harness.fills(fill("sell 1 @ 96", 11))
    again.checkpoints.write()
    again.log.close()
    assert defects(trail.directory) == []
    assert again.verify().lost == 1
    forge(trail.directory, 14, '"price":"96"', '"price":"97"')
    assert defects(trail.directory) == ["17 content"]


def test_trail_whose_first_days_were_removed_is_compared_from_its_first_checkpoint_on(trail):
    lines = only_file(trail.directory).read_bytes().splitlines(keepends=True)
    write_lines(only_file(trail.directory), lines[1:])
    assert defects(trail.directory) == ["1 day missing"]


def test_command_reports_the_forged_checkpoint(trail, monkeypatch, capsys):
    forge(trail.directory, 4, '"price":"110"', '"price":"111"')
    monkeypatch.setattr(sys, "argv", ["dashboard-audit", "verify", str(trail.directory)])
    assert audit() == 1
    assert capsys.readouterr().out.startswith(
        f"{only_file(trail.directory)}:5: content: main BTC/USDT:USDT is 1 contracts with 11 realised in the "
        "checkpoint, 1 contracts with 10 realised by the lines before it\n"
    )


def test_tail_omits_the_content_of_a_checkpoint(trail, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["dashboard-audit", "tail", "2", str(trail.directory)])
    assert audit() == 0
    part, end = capsys.readouterr().out.splitlines()
    assert part.endswith("checkpoint        stage=part begun=7 number=1")
    assert end.endswith("checkpoint        stage=end begun=7 parts=1")


def test_command_does_not_import_the_rest_of_the_dashboard(trail):
    script = (
        "import sys, json; from dashboard.cli import audit; code = audit();"
        "print(json.dumps([*({'ccxt', 'dash', 'pydantic', 'fastapi'} & set(sys.modules))])); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "verify", trail.directory], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout.splitlines()[-1]) == []
