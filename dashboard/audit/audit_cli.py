"""`dashboard-audit`: verifies the audit trail and shows its newest records."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from dashboard.audit import key_commands
from dashboard.audit.kept_checkpoints import newest_signature, read_checkpoints
from dashboard.audit.key_file import load_public_key, public_key_path
from dashboard.audit.records import AuditLine, ChainHead, to_json
from dashboard.audit.signature_check import SignedPart
from dashboard.audit.system_records import CHECKPOINT
from dashboard.audit.trail_files import require_trail_files
from dashboard.audit.trail_reader import read_newest
from dashboard.audit.verify import ContentCheck, VerificationReport, verify
from dashboard.errors import DashboardError
from dashboard.paths import configured_audit_directory, configured_signing_key, default_audit_directory


def main(
    arguments: Sequence[str] | None = None, content_check: Callable[[], ContentCheck | None] = lambda: None
) -> int:
    """Runs `dashboard-audit`. Returns 0 for an intact trail, 1 for a defective one, 2 if there is none."""
    options = _parser().parse_args(arguments)
    options.content_check = content_check
    try:
        code: int = options.run(options)
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
        description="Verifies and shows the audit trail, and creates the key that signs it.",
        epilog="Default directory: DASHBOARD_LOG_DIR of the environment or .env, or "
        f"{default_audit_directory()}.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_verify(commands.add_parser("verify", help="check that every line is as it was written and signed"))
    tail = commands.add_parser("tail", help="show the newest records")
    tail.add_argument(
        "count", nargs="?", type=_count, default=10, metavar="N", help="number of records; default 10"
    )
    tail.add_argument("directory", nargs="?", type=Path, metavar="DIRECTORY")
    tail.set_defaults(run=_tail)
    checkpoint = commands.add_parser(
        "checkpoint", help="print the newest signature as a line to keep elsewhere, for verify --checkpoint"
    )
    checkpoint.add_argument("directory", nargs="?", type=Path, metavar="DIRECTORY")
    checkpoint.set_defaults(run=_checkpoint)
    key_commands.add_commands(commands)
    return parser


def _add_verify(check: argparse.ArgumentParser) -> None:
    check.add_argument("directory", nargs="?", type=Path, metavar="DIRECTORY")
    check.add_argument(
        "--head", type=_head, metavar="SEQ:HASH", help="a head printed earlier, which must still be there"
    )
    check.add_argument(
        "--checkpoint",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="checkpoints kept elsewhere, one a line, which must still be there",
    )
    check.add_argument(
        "--public-key",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="the public key that must have signed, or its successors; default: that of the signing key",
    )
    check.set_defaults(run=_verify)


def _head(text: str) -> ChainHead:
    seq, _, line_hash = text.partition(":")
    if not (seq.isdecimal() and len(line_hash) == 64):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a head: give SEQ:HASH, as `dashboard-audit verify` prints it"
        )
    return ChainHead(int(seq), line_hash.lower())


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of records: give a whole number")
    return int(text)


def _directory(options: argparse.Namespace) -> Path:
    named: Path | None = options.directory
    return named or configured_audit_directory()


def _verify(options: argparse.Namespace) -> int:
    checkpoints = [each for path in options.checkpoint for each in read_checkpoints(path)]
    heads = [each.head for each in checkpoints] + ([options.head] if options.head else [])
    keys = [load_public_key(path) for path in options.public_key or _own_public_key()]
    report = verify(_directory(options), heads, options.content_check(), keys)
    if report.intact:
        print(_summary(report))
    for defect in report.defects:
        print(defect)
    if report.defect_count > len(report.defects):
        print(f"and {report.defect_count - len(report.defects):,} more")
    for line in _signatures(report.parts, compared=bool(keys)):
        print(line)
    return 0 if report.intact else 1


def _own_public_key() -> Iterator[Path]:
    """The public half of the signing key in the settings, if there is one."""
    key = configured_signing_key()
    if key is not None and public_key_path(key).exists():
        yield public_key_path(key)


def _signatures(parts: Sequence[SignedPart], *, compared: bool) -> Iterator[str]:
    """The lines by the key that signed them."""
    if not any(part.key for part in parts):
        yield "not signed: the lines are only chained, so a writer of the folder could replace them all"
        return
    for part in parts:
        how = f"signed by {part.key}" if part.key else "only chained, not signed"
        lines = f"line {part.first}" if part.first == part.last else f"lines {part.first} to {part.last}"
        yield f"{lines}, until {part.until:%Y-%m-%d %H:%M:%S} UTC: {how}"
    if not compared:
        yield "the key was not compared: give --public-key FILE with a copy of it from another place"


def _checkpoint(options: argparse.Namespace) -> int:
    print(newest_signature(_directory(options)).to_json())
    return 0


def _summary(report: VerificationReport) -> str:
    parts = [f"intact: {report.lines:,} lines in {report.files:,} files"]
    if report.first and report.last:
        parts.append(f"{report.first:%Y-%m-%d %H:%M:%S} to {report.last:%Y-%m-%d %H:%M:%S} UTC")
    if report.repaired:
        parts.append(f"torn lines repaired: {report.repaired:,}")
    if report.lost:
        parts.append(f"records lost, by its own gap records: {report.lost:,}")
    if report.head:
        parts.append(f"head {report.head}")
    return ", ".join(parts)


def _tail(options: argparse.Namespace) -> int:
    directory = _directory(options)
    require_trail_files(directory)
    for record in read_newest(directory, options.count):
        print(_formatted(record))
    return 0


def _formatted(record: AuditLine) -> str:
    time = f"{record.time:%Y-%m-%d %H:%M:%S.%f}"[:-3]
    entry = record.entry
    if record.kind == CHECKPOINT and "content" in entry:  # too long for a line of the terminal
        entry = {name: value for name, value in entry.items() if name != "content"}
    fields = [f"{_quoted(name)}={_quoted(value)}" for name, value in entry.items()]
    return "  ".join([time, f"{record.seq:>6}", f"{_quoted(record.kind):<16}", " ".join(fields)]).rstrip()


def _quoted(value: object) -> str:
    """A plain word as it is, anything else as JSON, so that no value can imitate another field."""
    plain = isinstance(value, str) and value.isascii() and value.isprintable() and not set(value) & set(' ="')
    return str(value) if plain and value else to_json(value)


if __name__ == "__main__":
    sys.exit(main())
