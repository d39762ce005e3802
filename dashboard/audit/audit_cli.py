"""`dashboard-audit`: is the trail whole, and what does it say last."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from dotenv import dotenv_values

from dashboard.audit.records import AuditLine, ChainHead, to_json
from dashboard.audit.trail_files import require_day_files
from dashboard.audit.trail_reader import read_newest
from dashboard.audit.verify import VerificationReport, verify
from dashboard.errors import DashboardError
from dashboard.paths import default_audit_directory

VARIABLE = "DASHBOARD_LOG_DIR"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs `dashboard-audit`. Returns 0 for a whole trail, 1 for a broken one, 2 where there is none."""
    given = _parser().parse_args(arguments)
    try:
        code: int = given.run(given)
    except DashboardError as error:
        print(f"dashboard-audit: {error}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(f"dashboard-audit: {error}", file=sys.stderr)
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dashboard-audit",
        description="Checks and shows the audit trail.",
        epilog=f"Without a directory: {VARIABLE} of the environment or of .env, or "
        f"{default_audit_directory()}.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("verify", help="tell whether every line is as it was written")
    check.add_argument("directory", nargs="?", type=Path, metavar="DIRECTORY")
    check.add_argument(
        "--head", type=_head, metavar="SEQ:HASH", help="a head printed earlier, that must still be there"
    )
    check.set_defaults(run=_verify)
    tail = commands.add_parser("tail", help="show the newest records")
    tail.add_argument(
        "count", nargs="?", type=_count, default=10, metavar="N", help="how many; 10 if not given"
    )
    tail.add_argument("directory", nargs="?", type=Path, metavar="DIRECTORY")
    tail.set_defaults(run=_tail)
    return parser


def _head(text: str) -> ChainHead:
    seq, _, seal = text.partition(":")
    if not (seq.isdecimal() and len(seal) == 64):
        raise argparse.ArgumentTypeError(f"{text!r} is no head, as `dashboard-audit verify` prints it")
    return ChainHead(int(seq), seal.lower())


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of records")
    return int(text)


def _directory(given: argparse.Namespace) -> Path:
    named = given.directory or os.environ.get(VARIABLE) or dotenv_values(".env").get(VARIABLE)
    return Path(named) if named else default_audit_directory()


def _verify(given: argparse.Namespace) -> int:
    report = verify(_directory(given), given.head)
    if report.whole:
        print(_summary(report))
        return 0
    for one in report.breaks:
        print(one)
    if report.broken > len(report.breaks):
        print(f"and {report.broken - len(report.breaks):,} more")
    return 1


def _summary(report: VerificationReport) -> str:
    parts = [f"whole: {report.lines:,} lines in {report.files:,} files"]
    if report.first and report.last:
        parts.append(f"{report.first:%Y-%m-%d %H:%M:%S} to {report.last:%Y-%m-%d %H:%M:%S} UTC")
    if report.healed:
        parts.append(f"{report.healed:,} torn lines healed")
    if report.lost:
        parts.append(f"{report.lost:,} records not written, as it says itself")
    if report.head:
        parts.append(f"head {report.head}")
    return ", ".join(parts)


def _tail(given: argparse.Namespace) -> int:
    directory = _directory(given)
    require_day_files(directory)
    for record in read_newest(directory, given.count):
        print(_readable(record))
    return 0


def _readable(record: AuditLine) -> str:
    time = f"{record.time:%Y-%m-%d %H:%M:%S.%f}"[:-3]
    fields = [f"{_word(name)}={_word(value)}" for name, value in record.entry.items()]
    return "  ".join([time, f"{record.seq:>6}", f"{_word(record.kind):<16}", " ".join(fields)]).rstrip()


def _word(value: object) -> str:
    """As it is where that is one plain word, so that nothing in it can pass for another field."""
    plain = isinstance(value, str) and value.isascii() and value.isprintable() and not set(value) & set(' ="')
    return str(value) if plain and value else to_json(value)


if __name__ == "__main__":
    sys.exit(main())
