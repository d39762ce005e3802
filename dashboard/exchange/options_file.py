"""The file of --exchange-config: further options for ccxt's constructor."""

import json
from pathlib import Path
from typing import Any

from dashboard.env_files import is_readable_by_all, read_protected
from dashboard.errors import SettingsError
from dashboard.exchange.credentials import SECRET_OPTIONS

_TYPES: dict[str, type] = {
    **dict.fromkeys(("urls", "has", "options", "markets", "streaming"), dict),
    **dict.fromkeys(("apiKey", "secret", "password", "walletAddress", "hostname"), str),
    "timeout": int,
}
"""Options that fail late and obscurely if they have another type."""
_JSON_TYPE_NAMES: dict[type, str] = {dict: "object", str: "string", int: "number"}


def read_options(path: Path) -> dict[str, Any]:
    """Reads the options. Raises SettingsError if the file is unusable, or if others could have written it."""
    return _read(path)[0]


def is_exposed(path: Path) -> bool:
    """True if the file has credentials that every user of this machine may read. Raises SettingsError."""
    options, mode = _read(path)
    return is_readable_by_all(mode) and any(options.get(name) for name in SECRET_OPTIONS)


def _read(path: Path) -> tuple[dict[str, Any], int]:
    try:
        text, mode = read_protected(path)
        options = json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError(f"--exchange-config {path}: cannot be read as JSON: {error}") from None
    if not isinstance(options, dict):
        raise SettingsError(f"--exchange-config {path}: must be a JSON object, as for ccxt's constructor")
    for name, kind in _TYPES.items():
        if not isinstance(options.get(name, kind()), kind):
            raise SettingsError(f"--exchange-config {path}: {name} must be a JSON {_JSON_TYPE_NAMES[kind]}")
    return options, mode
