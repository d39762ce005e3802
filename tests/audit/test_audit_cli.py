"""The command `dashboard-audit`."""

import os
import subprocess
import sys

import pytest

from dashboard.audit.audit_cli import main
from dashboard.audit.key_file import load_key
from dashboard.audit.verify import verify
from dashboard.clock import utc_now
from dashboard.paths import default_audit_directory
from tests.audit.builders import Clock, files, logger, only_file, write


@pytest.fixture(autouse=True)
def _default_directory_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_intact_trail_is_summarised_in_one_line_with_its_head(tmp_path, capsys):
    write(tmp_path, 2, days=2)
    assert main(["verify", str(tmp_path)]) == 0
    assert capsys.readouterr().out == (
        "intact: 4 lines in 2 files, 2025-03-01 12:00:00 to 2025-03-02 12:00:00 UTC, "
        f"head {verify(tmp_path).head}\n"
        "not signed: the lines are only chained, so a writer of the folder could replace them all\n"
    )


def test_each_defect_is_printed_on_a_line(tmp_path, capsys):
    write(tmp_path, 5)
    path = only_file(tmp_path)
    path.write_bytes(path.read_bytes().replace(b":1}", b":7}").replace(b":3}", b":7}"))
    assert main(["verify", str(tmp_path)]) == 1
    assert capsys.readouterr().out.startswith(
        f"{path}:2: changed: its hash does not match its content\n"
        f"{path}:4: changed: its hash does not match its content\n"
    )


def test_defects_beyond_the_limit_are_only_counted(tmp_path, capsys):
    write(tmp_path, 1)
    only_file(tmp_path).write_bytes(b"junk\n" * 1234)
    assert main(["verify", str(tmp_path)]) == 1
    assert "\nand 1,134 more\n" in capsys.readouterr().out


def test_summary_counts_repaired_lines(tmp_path, capsys):
    write(tmp_path, 1)
    with only_file(tmp_path).open("ab") as file:
        file.write(b"torn")
    write(tmp_path, 1)
    assert main(["verify", str(tmp_path)]) == 0
    assert "torn lines repaired: 1" in capsys.readouterr().out


def test_known_head_reveals_a_truncated_trail(tmp_path, capsys):
    write(tmp_path, 3)
    head = str(verify(tmp_path).head)
    assert main(["verify", str(tmp_path), "--head", head]) == 0
    path = only_file(tmp_path)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))
    assert main(["verify", str(tmp_path), "--head", head]) == 1
    assert "line 3 is missing or has another hash; the trail ends with line 2" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [["verify", "nowhere"], ["tail", "5", "nowhere"], ["verify", "."], ["tail"]],
    ids=" ".join,
)
def test_directory_without_a_trail_is_one_error_line_and_exit_code_2(
    tmp_path, monkeypatch, capsys, arguments
):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("dashboard-audit: ")
    assert error.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["verify", "--head", "7"], ["tail", "-1"], ["repair"]], ids=str)
def test_wrong_arguments_exit_with_code_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


def test_directory_comes_from_argument_environment_dotenv_or_default(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for count, place in enumerate(
        (default_audit_directory(), tmp_path / "dotenv", tmp_path / "env", tmp_path / "f"), 1
    ):
        write(place, count)
    assert_lines(capsys, 1)
    (tmp_path / ".env").write_text(f"DASHBOARD_LOG_DIR={tmp_path / 'dotenv'}\n")
    assert_lines(capsys, 2)
    monkeypatch.setenv("DASHBOARD_LOG_DIR", str(tmp_path / "env"))
    assert_lines(capsys, 3)
    assert_lines(capsys, 4, str(tmp_path / "f"))


def assert_lines(capsys, count, *arguments):
    assert main(["verify", *arguments]) == 0
    assert capsys.readouterr().out.startswith(f"intact: {count} lines")


def test_tail_prints_one_line_per_record(tmp_path, capsys):
    with logger(tmp_path) as log:
        for number in range(12):
            log.record("fill", {"number": number, "price": "67123.5", "fees": {"USDT": "1"}})
    assert main(["tail", "2", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        '2025-03-01 12:00:00.012      11  fill              number=10 price=67123.5 fees={"USDT":"1"}',
        '2025-03-01 12:00:00.013      12  fill              number=11 price=67123.5 fees={"USDT":"1"}',
    ]


def test_tail_shows_ten_records_by_default(tmp_path, monkeypatch, capsys):
    write(tmp_path, 12)
    monkeypatch.setenv("DASHBOARD_LOG_DIR", str(tmp_path))
    assert main(["tail"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 10


def test_recorded_values_cannot_inject_terminal_codes_or_fields(tmp_path, capsys):
    with logger(tmp_path) as log:
        log.record("\x1b[2J", {"a\nb": "\x1b]0;x\a", "note": "x price=1", "é": "", "plain": "x"})
    main(["tail", "1", str(tmp_path)])
    (line,) = capsys.readouterr().out.splitlines()
    assert line.isascii()
    assert line.isprintable()
    assert '"a\\nb"="\\u001b]0;x\\u0007" note="x price=1" "\\u00e9"="" plain=x' in line


def test_command_does_not_import_the_rest_of_the_dashboard(tmp_path):
    write(tmp_path, 1)
    script = (
        "import sys; from dashboard.audit.audit_cli import main; code = main(sys.argv[1:]);"
        "print({'ccxt', 'dash', 'pydantic', 'fastapi'} & set(sys.modules)); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "verify", tmp_path], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("\nset()\n")


def test_file_without_read_permission_is_a_defect(tmp_path, capsys):
    write(tmp_path, 2)
    (path,) = files(tmp_path)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("root can read every file")
    assert main(["verify", str(tmp_path)]) == 1
    assert "unreadable: Permission denied" in capsys.readouterr().out


# --- Keys and checkpoints


@pytest.fixture
def key_file(tmp_path, capsys):
    path = tmp_path / "audit.key"
    assert main(["create-key", str(path)]) == 0
    capsys.readouterr()
    return path


def write_signed(directory, key_file):
    with logger(directory, Clock(utc_now()), key=load_key(key_file)) as log:
        log.record("fill", {"number": 0})


def test_create_key_prints_the_public_half_and_the_next_steps(tmp_path, capsys):
    path = tmp_path / "audit.key"
    assert main(["create-key", str(path)]) == 0
    public, private = load_key(path).public_key, load_key(path).private_key
    printed = capsys.readouterr().out
    assert public in printed
    assert f"DASHBOARD_AUDIT_SIGNING_KEY_FILE={path}" in printed
    assert private not in printed


def test_create_key_keeps_an_existing_key(key_file, capsys):
    content = key_file.read_bytes()
    assert main(["create-key", str(key_file)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert key_file.read_bytes() == content


def test_create_key_refuses_the_folder_of_the_trail(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DASHBOARD_LOG_DIR", str(tmp_path))
    assert main(["create-key", str(tmp_path / "audit.key")]) == 2
    assert "inside the audit trail's folder" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_verify_names_the_lines_by_their_keys_and_asks_to_compare(tmp_path, key_file, capsys):
    trail = tmp_path / "trail"
    write_signed(trail, key_file)
    assert main(["verify", str(trail)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("lines 1 to 3, until ")
    assert lines[1].endswith(f": signed by {load_key(key_file).public_key}")
    assert "the key was not compared" in lines[2]


def test_verify_compares_with_the_public_half_of_the_key_in_the_settings(
    tmp_path, key_file, monkeypatch, capsys
):
    write_signed(tmp_path / "ours", key_file)
    main(["create-key", str(tmp_path / "other.key")])
    write_signed(tmp_path / "other", tmp_path / "other.key")
    monkeypatch.setenv("DASHBOARD_AUDIT_SIGNING_KEY_FILE", str(key_file))
    assert main(["verify", str(tmp_path / "ours")]) == 0
    assert "not compared" not in capsys.readouterr().out
    assert main(["verify", str(tmp_path / "other")]) == 1
    assert "not by the given key" in capsys.readouterr().out
    assert main(["verify", str(tmp_path / "other"), "--public-key", str(tmp_path / "other.key.pub")]) == 0


def test_rotated_key_continues_the_trail(tmp_path, key_file, monkeypatch, capsys):
    trail, kept = tmp_path / "trail", tmp_path / "kept.pub"
    write_signed(trail, key_file)
    kept.write_bytes(key_file.with_name("audit.key.pub").read_bytes())
    assert main(["rotate-key", str(key_file)]) == 0
    write_signed(trail, key_file)
    monkeypatch.setenv("DASHBOARD_AUDIT_SIGNING_KEY_FILE", str(key_file))
    capsys.readouterr()
    assert main(["verify", str(trail)]) == 0
    assert capsys.readouterr().out.count("signed by") == 2
    assert main(["verify", str(trail), "--public-key", str(kept)]) == 0


def test_printed_checkpoint_reveals_a_truncated_trail(tmp_path, key_file, capsys):
    trail, kept = tmp_path / "trail", tmp_path / "kept.jsonl"
    for _ in range(2):
        write_signed(trail, key_file)
        assert main(["checkpoint", str(trail)]) == 0
        with kept.open("a") as file:
            file.write(capsys.readouterr().out)
    assert main(["verify", str(trail), "--checkpoint", str(kept)]) == 0
    path = only_file(trail)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:3]))
    assert main(["verify", str(trail), "--checkpoint", str(kept)]) == 1
    assert "head: line 5 is missing or has another hash" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is empty"),
        ("no JSON", "Expecting value"),
        ("[]", "is not a checkpoint"),
        ("[" * 100_000, "is not a checkpoint"),
        ('{"seq":1}', "is not a checkpoint"),
        ('{"private_key":"00","certificates":[]}', "is not a checkpoint: give"),
        ('{"seq":"1","hash":"","key":"","signature":""}', "is not a checkpoint"),
        ('{"seq":1,"hash":"","key":"","signature":""}', "its signature does not match"),
    ],
)
def test_file_without_a_valid_checkpoint_is_one_error_line(tmp_path, capsys, content, reason):
    write(tmp_path, 1)
    (tmp_path / "kept").write_text(content)
    assert main(["verify", str(tmp_path), "--checkpoint", str(tmp_path / "kept")]) == 2
    error = capsys.readouterr().err
    assert reason in error
    assert error.count("\n") == 1


def test_checkpoint_of_an_unsigned_trail_is_one_error_line(tmp_path, capsys):
    write(tmp_path, 1)
    assert main(["checkpoint", str(tmp_path)]) == 2
    assert "is not signed: create a key" in capsys.readouterr().err
