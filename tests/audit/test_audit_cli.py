"""`dashboard-audit`, as an operator meets it."""

import os
import subprocess
import sys

import pytest

from dashboard.audit.audit_cli import VARIABLE, main
from dashboard.audit.verify import verify
from dashboard.paths import default_audit_directory
from tests.audit.builders import files, logger, only_file, write


def test_a_whole_trail_is_one_line_with_its_head(tmp_path, capsys):
    write(tmp_path, 2, days=2)
    assert main(["verify", str(tmp_path)]) == 0
    assert capsys.readouterr().out == (
        "whole: 4 lines in 2 files, 2025-03-01 12:00:00 to 2025-03-02 12:00:00 UTC, "
        f"head {verify(tmp_path).head}\n"
    )


def test_a_broken_one_is_a_line_for_each_break(tmp_path, capsys):
    write(tmp_path, 5)
    path = only_file(tmp_path)
    path.write_bytes(path.read_bytes().replace(b":1}", b":7}").replace(b":3}", b":7}"))
    assert main(["verify", str(tmp_path)]) == 1
    assert capsys.readouterr().out == (
        f"{path}:2: changed: its own hash differs\n{path}:4: changed: its own hash differs\n"
    )


def test_very_many_breaks_are_counted(tmp_path, capsys):
    write(tmp_path, 1)
    only_file(tmp_path).write_bytes(b"junk\n" * 1234)
    assert main(["verify", str(tmp_path)]) == 1
    assert capsys.readouterr().out.endswith("\nand 1,134 more\n")


def test_what_the_trail_says_of_itself(tmp_path, capsys):
    write(tmp_path, 1)
    with only_file(tmp_path).open("ab") as file:
        file.write(b"torn")
    write(tmp_path, 1)
    assert main(["verify", str(tmp_path)]) == 0
    assert "1 torn lines healed" in capsys.readouterr().out


def test_a_head_noted_before(tmp_path, capsys):
    write(tmp_path, 3)
    head = str(verify(tmp_path).head)
    assert main(["verify", str(tmp_path), "--head", head]) == 0
    path = only_file(tmp_path)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))
    assert main(["verify", str(tmp_path), "--head", head]) == 1
    assert "line 3 is not the one that was noted" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [["verify", "nowhere"], ["tail", "5", "nowhere"], ["verify", "."], ["tail"]],
    ids=" ".join,
)
def test_a_wrong_directory_is_one_line_and_2(tmp_path, monkeypatch, capsys, arguments):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert told.startswith("dashboard-audit: ")
    assert told.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["verify", "--head", "7"], ["tail", "-1"], ["mend"]], ids=str)
def test_a_mistaken_command_is_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


def test_the_directory_comes_from_the_flag_the_environment_dotenv_or_the_state(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for count, place in enumerate(
        (default_audit_directory(), tmp_path / "dotenv", tmp_path / "env", tmp_path / "f"), 1
    ):
        write(place, count)
    assert_lines(capsys, 1)
    (tmp_path / ".env").write_text(f"{VARIABLE}={tmp_path / 'dotenv'}\n")
    assert_lines(capsys, 2)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "env"))
    assert_lines(capsys, 3)
    assert_lines(capsys, 4, str(tmp_path / "f"))


def assert_lines(capsys, count, *arguments):
    assert main(["verify", *arguments]) == 0
    assert capsys.readouterr().out.startswith(f"whole: {count} lines")


def test_tail_is_readable(tmp_path, capsys):
    with logger(tmp_path) as log:
        for number in range(12):
            log.record("fill", {"number": number, "price": "67123.5", "fees": {"USDT": "1"}})
    assert main(["tail", "2", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        '2025-03-01 12:00:00.012      11  fill              number=10 price=67123.5 fees={"USDT":"1"}',
        '2025-03-01 12:00:00.013      12  fill              number=11 price=67123.5 fees={"USDT":"1"}',
    ]


def test_tail_shows_ten_unless_asked(tmp_path, monkeypatch, capsys):
    write(tmp_path, 12)
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert main(["tail"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 10


def test_nothing_recorded_can_command_a_terminal_or_pass_for_more(tmp_path, capsys):
    with logger(tmp_path) as log:
        log.record("\x1b[2J", {"a\nb": "\x1b]0;x\a", "note": "x price=1", "é": "", "plain": "x"})
    main(["tail", "1", str(tmp_path)])
    (line,) = capsys.readouterr().out.splitlines()
    assert line.isascii()
    assert line.isprintable()
    assert '"a\\nb"="\\u001b]0;x\\u0007" note="x price=1" "\\u00e9"="" plain=x' in line


def test_it_starts_quickly_without_the_rest_of_the_house(tmp_path):
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


def test_a_file_that_may_not_be_read(tmp_path, capsys):
    write(tmp_path, 2)
    (path,) = files(tmp_path)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("nothing is forbidden to root")
    assert main(["verify", str(tmp_path)]) == 1
    assert "unreadable: Permission denied" in capsys.readouterr().out
