"""A writer of the folder who has no key: verification names each attack on a signed trail."""

import shutil
from datetime import timedelta

import pytest

from dashboard.audit.kept_checkpoints import newest_signature
from dashboard.audit.records import compose, to_json
from dashboard.audit.trail_reader import read_records
from dashboard.audit.verify import verify
from tests.audit.builders import NOON, Clock, files, kinds, logger, only_file, write, write_lines
from tests.audit.signed_trail import (
    KEY,
    OTHER_KEY,
    changed_figure,
    found,
    resealed,
    signed_lines,
    signing_again,
    without_signature,
    write_signed,
)

KEPT = "line {} is missing or has another hash"


def test_untouched_trail_is_signed_in_all_its_lines(tmp_path):
    write_signed(tmp_path)
    assert found(tmp_path) == []
    assert signed_lines(tmp_path) == [(KEY.public_key, 1, verify(tmp_path).lines)]


@pytest.mark.parametrize("number", [0, 3, 7, 14])
def test_figure_changed_in_a_trail_sealed_again_is_found(tmp_path, number):
    write_signed(tmp_path)
    resealed(tmp_path, changed_figure(number))
    assert verify(tmp_path).defect_count == len(found(tmp_path)) == 1
    (defect,) = found(tmp_path)
    changed = next(record.seq for record in read_records(tmp_path) if record.entry.get("number") == 1000)
    assert defect.startswith("signature: line")
    assert "not as a key has signed them" in defect
    assert signed_lines(tmp_path)[-1][0] is None
    assert signed_lines(tmp_path)[-1][1] <= changed


def test_trail_sealed_again_without_its_signatures_is_found(tmp_path):
    write_signed(tmp_path)
    resealed(tmp_path, changed_figure(7), without_signature)
    assert found(tmp_path) == ["not signed: no line is signed, but a public key is given"]


def test_signatures_left_out_after_some_line_are_found(tmp_path):
    write_signed(tmp_path)
    resealed(
        tmp_path,
        changed_figure(7),
        lambda record, _: record.entry if record.time < NOON.replace(day=2) else None,
    )
    (defect,) = found(tmp_path)
    assert defect.startswith("not signed: lines ")


@pytest.mark.parametrize("signer", [without_signature, signing_again()], ids=["left out", "by another key"])
def test_trail_sealed_again_that_the_dashboard_then_continues_is_found(tmp_path, signer):
    """The dashboard signs what it finds at its start; its key shows since when it should have signed."""
    write_signed(tmp_path)
    resealed(tmp_path, changed_figure(7), signer)
    write_signed(tmp_path, first_day=3, days=1)
    (defect,) = found(tmp_path)
    assert defect.startswith(
        ("not signed: lines 1 to 15: the last is of", f"key: signed by {KEY.public_key}")
    )


def test_end_sealed_again_that_the_dashboard_then_continues_is_found(tmp_path):
    write_signed(tmp_path, days=2)
    last = verify(tmp_path).parts[-1].last
    resealed(tmp_path, changed_figure(7), lambda record, _: record.entry if record.seq < last - 6 else None)
    write_signed(tmp_path, first_day=3, days=1)
    (defect,) = found(tmp_path)
    assert "not as a key has signed them" in defect


def test_replaced_public_key_is_found_by_the_kept_one(tmp_path):
    """Without a copy of the key from elsewhere, nothing can show that it was replaced."""
    write_signed(tmp_path)
    resealed(tmp_path, changed_figure(7), signing_again())
    assert found(tmp_path, keys=()) == []
    assert signed_lines(tmp_path)[0][0] == OTHER_KEY.public_key
    assert found(tmp_path) == [f"key: the last signature is by {OTHER_KEY.public_key}, not by the given key"]


def test_key_changed_in_the_middle_is_found(tmp_path):
    write_signed(tmp_path, days=1)
    write_signed(tmp_path, OTHER_KEY, first_day=1, days=1)
    change = f"key: signed by {OTHER_KEY.public_key}, for which {KEY.public_key} made no certificate"
    assert found(tmp_path, keys=()) == [change]
    assert found(tmp_path)[0] == change


def test_forged_certificate_is_found(tmp_path):
    forged = OTHER_KEY.replaced(NOON)
    stolen = type(forged)(forged.private_key, (*KEY.certificates, forged.certificates[-1]))
    write_signed(tmp_path, days=1)
    write_signed(tmp_path, stolen, first_day=1, days=1)
    assert "not introduced: a certificate does not match" in found(tmp_path)[0]


def test_key_of_another_installation_is_found(tmp_path):
    write_signed(tmp_path, OTHER_KEY)
    assert found(tmp_path) == [f"key: the last signature is by {OTHER_KEY.public_key}, not by the given key"]


def test_signed_lines_of_another_installation_are_found(tmp_path):
    """Its last day, signed by the same key as after a copy of the whole machine."""
    write_signed(tmp_path / "ours")
    write_signed(tmp_path / "theirs", count=4)
    shutil.copy(files(tmp_path / "theirs")[-1], files(tmp_path / "ours")[-1])
    assert any(defect.startswith("changed: ") for defect in found(tmp_path / "ours"))


def test_earlier_signature_in_place_of_the_newest_is_found(tmp_path):
    write_signed(tmp_path)
    first = next(record.entry for record in read_records(tmp_path) if record.kind == "signature")
    resealed(tmp_path, lambda record: record.entry, lambda record, _: first)
    (defect,) = found(tmp_path)
    assert defect == "signature: lines 2 to 4 are not as a key has signed them: line 5 signs something else"


def test_lines_added_after_the_last_signature_are_found_once_they_span_its_time(tmp_path):
    write_signed(tmp_path, days=1)
    end = verify(tmp_path)
    head, lines = end.head, []
    for seconds in (1, 5, 12):
        line, head = compose(head, end.last + timedelta(seconds=seconds), "fill", to_json({"number": 99}))
        lines.append(line)
    path = only_file(tmp_path)
    write_lines(path, [path.read_bytes(), *lines])
    assert found(tmp_path) == [
        f"not signed: lines {head.seq - 2} to {head.seq} are not as a key has signed them: "
        "each is signed within 10 s"
    ]
    assert signed_lines(tmp_path)[-1] == (None, head.seq - 2, head.seq)


def test_clock_record_excuses_no_unsigned_lines(tmp_path):
    write_signed(tmp_path, days=1)
    end = verify(tmp_path)
    head, lines = end.head, []
    for kind, seconds in (("fill", 1), ("clock", -9000), ("fill", -8000), ("fill", -1)):
        line, head = compose(head, end.last + timedelta(seconds=seconds), kind, "{}")
        lines.append(line)
    path = only_file(tmp_path)
    write_lines(path, [path.read_bytes(), *lines])
    assert len(found(tmp_path)) == 1


def test_day_files_swapped_are_found(tmp_path):
    write_signed(tmp_path)
    one, two, _ = files(tmp_path)
    contents = one.read_bytes(), two.read_bytes()
    two.write_bytes(contents[0])
    one.write_bytes(contents[1])
    assert found(tmp_path)


@pytest.mark.parametrize("cut", [1, 3, 9])
def test_truncated_end_is_found_with_a_checkpoint_kept_elsewhere(tmp_path, cut):
    write_signed(tmp_path)
    kept = newest_signature(tmp_path)
    assert found(tmp_path, kept.head) == []
    last = files(tmp_path)[-1]
    lines = last.read_bytes().splitlines(keepends=True)
    write_lines(last, lines[: -cut - 1])
    (defect,) = found(tmp_path, kept.head)
    assert defect.startswith("head: " + KEPT.format(kept.seq))


def test_earlier_state_of_the_whole_folder_is_found_with_a_later_checkpoint(tmp_path):
    write_signed(tmp_path / "trail", days=1)
    shutil.copytree(tmp_path / "trail", tmp_path / "earlier")
    write_signed(tmp_path / "trail", first_day=1, days=1)
    kept = newest_signature(tmp_path / "trail")
    (defect,) = found(tmp_path / "earlier", kept.head)
    assert defect.startswith("head: ")


def test_lines_changed_while_the_dashboard_writes_are_found(tmp_path):
    """The next line and its signature continue from the head in memory, not from the one on the disk."""
    clock = Clock()
    with logger(tmp_path, clock, key=KEY) as log:
        for number in range(3):
            log.record("fill", {"number": number})
        resealed(tmp_path, changed_figure(1))
        clock.advance(seconds=30)
        log.record("fill", {"number": 3})
    assert found(tmp_path) == ["changed: it was written after a different line 4"]
    assert "broken" in kinds(tmp_path)


def test_unsigned_trail_from_before_the_key_is_no_defect(tmp_path):
    write(tmp_path, 4)
    key = type(KEY).create(NOON + timedelta(minutes=5))
    write_signed(tmp_path, key, first_day=1, days=1)
    assert found(tmp_path, keys=(key.public_key,)) == []
    assert signed_lines(tmp_path)[0] == (None, 1, 4)
    assert signed_lines(tmp_path)[1][:2] == (key.public_key, 5)
