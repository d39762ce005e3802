"""The files of a signing key: private to their owner, and never overwritten by accident."""

import os

import pytest

from dashboard.audit.key_file import (
    UnusableKey,
    create_key_file,
    load_key,
    load_public_key,
    public_key_path,
    refuse_inside,
    replace_key_file,
)
from tests.audit.builders import NOON
from tests.audit.signed_trail import KEY, OTHER_KEY


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "audit.key"
    create_key_file(path, KEY)
    return path


def test_key_and_its_public_half_are_read_back(key_file):
    assert load_key(key_file) == KEY
    assert load_public_key(public_key_path(key_file)) == KEY.public_key


@pytest.mark.parametrize("umask", [0, 0o077])
def test_private_half_is_readable_by_its_owner_only(tmp_path, umask):
    before = os.umask(umask)
    try:
        create_key_file(tmp_path / "key", KEY)
        replace_key_file(tmp_path / "key", KEY.replaced(NOON))
    finally:
        os.umask(before)
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "key.pub").stat().st_mode & 0o777 == 0o644


def test_existing_key_is_not_overwritten(key_file):
    with pytest.raises(UnusableKey, match="exists already"):
        create_key_file(key_file, OTHER_KEY)
    assert load_key(key_file) == KEY


def test_key_is_not_written_through_a_link(tmp_path):
    (tmp_path / "key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnusableKey, match="exists already"):
        create_key_file(tmp_path / "key", KEY)
    assert not (tmp_path / "elsewhere").exists()


def test_replaced_key_leaves_no_other_file(key_file):
    successor = KEY.replaced(NOON)
    replace_key_file(key_file, successor)
    assert load_key(key_file) == successor
    assert load_public_key(public_key_path(key_file)) == successor.public_key
    assert KEY.private_key not in key_file.read_text()
    assert sorted(path.name for path in key_file.parent.iterdir()) == ["audit.key", "audit.key.pub"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is not a signing key"),
        ("[]", "a field is missing"),
        ("{}", "a field is missing"),
        ('{"private_key":1,"certificates":[]}', "is not a signing key"),
        ('{"private_key":"00","certificates":[{}]}', "is not a signing key"),
        ("[" * 100_000, "is not a signing key"),
        ("\xff", "is not a signing key"),
        ("-----BEGIN PRIVATE KEY-----", "is not a signing key"),
    ],
)
def test_file_that_is_no_key_is_refused_with_the_next_step(tmp_path, content, reason):
    path = tmp_path / "key"
    path.write_text(content, encoding="latin-1")
    path.chmod(0o600)
    with pytest.raises(UnusableKey, match=f"{reason}.*create-key FILE"):
        load_key(path)


def test_key_with_the_certificate_of_another_is_refused(tmp_path):
    mixed = type(KEY)(KEY.private_key, OTHER_KEY.certificates)
    create_key_file(tmp_path / "key", mixed)
    with pytest.raises(UnusableKey, match="certificate is that of another key"):
        load_key(tmp_path / "key")


def test_missing_key_is_refused_with_the_next_step(tmp_path):
    with pytest.raises(UnusableKey, match=r"No such file.*create-key FILE"):
        load_key(tmp_path / "key")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_key_that_others_can_read_is_refused(key_file, mode):
    key_file.chmod(mode)
    with pytest.raises(UnusableKey, match=f"mode {mode:o}.*chmod 600"):
        load_key(key_file)


@pytest.mark.parametrize("text", ["", "00", "z" * 64, "\x00" * 64])
def test_file_that_is_no_public_key_is_refused(tmp_path, text):
    (tmp_path / "key.pub").write_text(text)
    with pytest.raises(UnusableKey, match=r"NAME\.pub"):
        load_public_key(tmp_path / "key.pub")


def test_key_inside_the_trail_is_refused_whatever_its_path(tmp_path):
    trail = tmp_path / "trail"
    (trail / "deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to(trail / "deep")
    for path in (
        trail / "key",
        trail / "deep" / "key",
        tmp_path / "link" / "key",
        trail / ".." / "trail" / "key",
    ):
        with pytest.raises(UnusableKey, match="inside the audit trail's folder"):
            refuse_inside(trail, path)
    refuse_inside(trail, tmp_path / "trail.key")


def test_public_half_of_a_lost_key_is_not_overwritten(key_file):
    key_file.unlink()
    with pytest.raises(UnusableKey, match=r"audit\.key\.pub exists already.*move it away"):
        create_key_file(key_file, OTHER_KEY)
    assert load_public_key(public_key_path(key_file)) == KEY.public_key
    assert not key_file.exists()
