"""`dashboard-admin`: sets the password, manages access keys and sessions, and ends lockouts."""

import argparse
import sys
from collections.abc import Callable
from datetime import datetime
from getpass import getpass

from dashboard.auth.auth_data import EVERYONE
from dashboard.auth.auth_store import AuthStore
from dashboard.auth.client_address import counted_address
from dashboard.auth.drop_privileges import become_directory_owner
from dashboard.auth.passwords import UnacceptablePassword
from dashboard.errors import DashboardError, UsageError
from dashboard.paths import auth_file, configured_state_directory

_DESCRIPTION = (
    "Sets the position dashboard's password, creates and revokes access keys, ends sessions and lockouts."
)


def main() -> int:
    """Runs `dashboard-admin`. Returns the exit code: 2 for a user error, 130 for an interrupt."""
    arguments = _parser().parse_args()
    try:
        path = auth_file(configured_state_directory(arguments.state_dir))
        become_directory_owner(path)
        arguments.run(AuthStore(path), arguments)
    except (KeyboardInterrupt, EOFError):
        print("\ndashboard-admin: nothing was changed", file=sys.stderr)
        return 130
    except DashboardError as error:
        print(f"dashboard-admin: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("dashboard-admin", description=_DESCRIPTION)
    parser.add_argument(
        "--state-dir", help="the dashboard's state directory; DASHBOARD_STATE_DIR if not given"
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run: Callable[..., None], summary: str) -> argparse.ArgumentParser:
        subparser = commands.add_parser(name, help=summary, description=summary)
        subparser.set_defaults(run=run)
        return subparser

    command("set-password", _set_password, "set the password, and end all sessions")
    for name, run, summary in (
        ("create-key", _create_key, "create an access key for the API, and print it once"),
        ("revoke-key", _revoke_key, "revoke an access key"),
    ):
        command(name, run, summary).add_argument(
            "name", metavar="NAME", help="name of the key, such as laptop"
        )
    command("list-keys", _list_keys, "list the access keys by name")
    command("log-out-all", _log_out_all, "end all sessions")
    command("clear-lockout", _clear_lockout, "forget failed logins, so that no one has to wait").add_argument(
        "address",
        metavar="ADDRESS",
        nargs="?",
        help="an address that has to wait, such as 192.0.2.7; default: all, and their common limit",
    )
    return parser


def _set_password(store: AuthStore, _arguments: argparse.Namespace) -> None:
    store.set_password(_prompt() if sys.stdin.isatty() else _read_line())
    print("The password is set. All sessions have ended: log in again.")


def _prompt() -> str:
    password = getpass("New password: ")
    if getpass("Once more: ") != password:
        raise UnacceptablePassword("the two passwords differ: nothing was changed")
    return password


def _read_line() -> str:
    try:
        return sys.stdin.readline().rstrip("\r\n")
    except UnicodeDecodeError:
        raise UnacceptablePassword("the password is no UTF-8: nothing was changed") from None


def _create_key(store: AuthStore, arguments: argparse.Namespace) -> None:
    print(store.create_key(arguments.name))
    print("The key is shown this once only. Send it as X-API-Key.", file=sys.stderr)


def _revoke_key(store: AuthStore, arguments: argparse.Namespace) -> None:
    store.revoke_key(arguments.name)
    print(f"The key {arguments.name} is revoked.")


def _list_keys(store: AuthStore, _arguments: argparse.Namespace) -> None:
    keys = store.read().keys
    width = max([len("name"), *map(len, keys)])
    print(f"{'name':{width}}  created")
    for name, key in keys.items():
        created = datetime.fromtimestamp(key.created_at).astimezone()
        print(f"{name:{width}}  {created:%Y-%m-%d %H:%M %z}")


def _log_out_all(store: AuthStore, _arguments: argparse.Namespace) -> None:
    ended = store.log_out_all() if store.path.exists() else 0
    print(f"{ended} session{'' if ended == 1 else 's'} ended.")


def _clear_lockout(store: AuthStore, arguments: argparse.Namespace) -> None:
    address = _address(arguments.address) if arguments.address else EVERYONE
    if store.path.exists():  # else there is no password, and no failed login
        store.clear_lockout(address)
    print(f"{f'Failed logins from {address}' if address else 'All failed logins'} are forgotten.")


def _address(text: str) -> str:
    """Returns the address as it is counted, and as the log has it: IPv6 by its /64 network."""
    try:
        return counted_address(text.removesuffix("/64"))
    except ValueError:
        raise UsageError(f"{text!r}: is no address: write it as the log does, such as 192.0.2.7") from None


if __name__ == "__main__":
    sys.exit(main())
