"""`dashboard-admin`: the password, the access keys and the sessions, from the command line."""

import argparse
import sys
from collections.abc import Callable
from datetime import datetime
from getpass import getpass

from dashboard.auth.auth_store import AuthStore
from dashboard.auth.drop_privileges import become_directory_owner
from dashboard.auth.passwords import PoorPassword
from dashboard.errors import DashboardError
from dashboard.paths import auth_file, configured_state_directory

_ABOUT = "Sets the password of the position dashboard, and makes and revokes access keys."


def main() -> int:
    """Runs `dashboard-admin`. Returns the exit code: 2 for what the user can mend, 130 for an interrupt."""
    given = _parser().parse_args()
    try:
        path = auth_file(configured_state_directory(given.state_dir))
        become_directory_owner(path)
        given.do(AuthStore(path), given)
    except (KeyboardInterrupt, EOFError):
        print("\ndashboard-admin: nothing was changed", file=sys.stderr)
        return 130
    except DashboardError as error:
        print(f"dashboard-admin: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("dashboard-admin", description=_ABOUT)
    parser.add_argument("--state-dir", help="the dashboard's folder; DASHBOARD_STATE_DIR if not given")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, do: Callable[..., None], about: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=about, description=about)
        one.set_defaults(do=do)
        return one

    command("set-password", _set_password, "set the password, and end all sessions")
    for name, do, about in (
        ("create-key", _create_key, "make an access key for the API, and print it this once"),
        ("revoke-key", _revoke_key, "end an access key"),
    ):
        command(name, do, about).add_argument("name", metavar="NAME", help="whose key it is: laptop")
    command("list-keys", _list_keys, "list the access keys by name")
    command("log-out-all", _log_out_all, "end all sessions")
    return parser


def _set_password(store: AuthStore, _given: argparse.Namespace) -> None:
    store.set_password(_asked() if sys.stdin.isatty() else _one_line())
    print("The password is set. Whoever was logged in has to log in again.")


def _asked() -> str:
    password = getpass("New password: ")
    if getpass("Once more: ") != password:
        raise PoorPassword("the two are not the same: nothing was changed")
    return password


def _one_line() -> str:
    try:
        return sys.stdin.readline().rstrip("\r\n")
    except UnicodeDecodeError:
        raise PoorPassword("the password is no UTF-8: nothing was changed") from None


def _create_key(store: AuthStore, given: argparse.Namespace) -> None:
    print(store.create_key(given.name))
    print("This is the only time that it is shown. Send it as X-API-Key.", file=sys.stderr)


def _revoke_key(store: AuthStore, given: argparse.Namespace) -> None:
    store.revoke_key(given.name)
    print(f"The key {given.name} is revoked.")


def _list_keys(store: AuthStore, _given: argparse.Namespace) -> None:
    keys = store.contents().keys
    width = max([len("name"), *map(len, keys)])
    print(f"{'name':{width}}  created")
    for name, key in keys.items():
        created = datetime.fromtimestamp(key.created_at).astimezone()
        print(f"{name:{width}}  {created:%Y-%m-%d %H:%M %z}")


def _log_out_all(store: AuthStore, _given: argparse.Namespace) -> None:
    ended = store.log_out_all() if store.path.exists() else 0
    print(f"{ended} session{'' if ended == 1 else 's'} ended.")


if __name__ == "__main__":
    sys.exit(main())
