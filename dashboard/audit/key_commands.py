"""`dashboard-audit create-key` and `rotate-key`: make the key that signs the trail."""

import argparse
from pathlib import Path

from dashboard.audit.key_file import (
    create_key_file,
    load_key,
    public_key_path,
    refuse_inside,
    replace_key_file,
)
from dashboard.audit.signing_key import SigningKey
from dashboard.clock import utc_now
from dashboard.paths import configured_audit_directory


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the commands to the parser."""
    create = commands.add_parser("create-key", help="create a key that signs the trail, and FILE.pub")
    rotate = commands.add_parser("rotate-key", help="replace a key by a new one that continues for it")
    for command, run in ((create, _create), (rotate, _rotate)):
        command.add_argument("file", type=Path, metavar="FILE", help="the private key, outside of the trail")
        command.set_defaults(run=run)


def _create(options: argparse.Namespace) -> int:
    refuse_inside(configured_audit_directory(), options.file)
    key = SigningKey.create(utc_now())
    create_key_file(options.file, key)
    _print_next_steps(options.file, key)
    return 0


def _rotate(options: argparse.Namespace) -> int:
    key = load_key(options.file).replaced(utc_now())
    replace_key_file(options.file, key)
    _print_next_steps(options.file, key)
    return 0


def _print_next_steps(path: Path, key: SigningKey) -> None:
    print(f"{key.public_key} is the public key; keep a copy of {public_key_path(path)} on another machine")
    print(f"set DASHBOARD_AUDIT_SIGNING_KEY_FILE={path} unless it is set, and restart the dashboard")
