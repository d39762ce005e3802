"""Settings: one declaration gives the flags, the environment variables and the lines of .env."""

import json
import os
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, CliDualFlag, CliToggleFlag, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableError

from dashboard import logs
from dashboard.domain.manual_position import FIELD_NAMES, ManualPosition
from dashboard.errors import SettingsError
from dashboard.exchange.credentials import Credentials

PREFIX = "DASHBOARD_"
_SHAPES = {
    **dict.fromkeys(("urls", "has", "options", "markets", "streaming"), dict),
    **dict.fromkeys(("apiKey", "secret", "password", "walletAddress", "hostname"), str),
    "timeout": int,
}
"""What ccxt trips over later if it is anything else."""
_JSON = {dict: "object", str: "string", int: "number"}
_SECRET_FLAGS = ("--api-secret", "--api-passphrase", "--access-keys", "--redis-url")

_HIDDEN = ("access_keys", "redis_url")
"""Settings beside those of the api whose values no message shows."""
ENV_FILES = PREFIX + "ENV_FILE"
"""The variable that names the files of settings instead of .env, with a colon between two."""


class Settings(BaseSettings):
    """Live dashboard for leveraged crypto positions. Reads exchanges, never trades.

    Every flag is also an environment variable (DASHBOARD_SYMBOL for --symbol) and a line of .env;
    a flag beats the environment, and the environment beats .env.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        dotenv_filtering="match_prefix",
        extra="forbid",
        cli_prog_name="dashboard-run",
        cli_kebab_case=True,
        cli_implicit_flags=True,
        cli_hide_none_type=True,
        cli_avoid_json=True,
        cli_exit_on_error=False,
    )

    symbol: str = Field(
        "BTCUSDT", min_length=1, description="the market, in the exchange's own or ccxt's spelling"
    )
    exchange: str = Field("bitget", min_length=1, description="any exchange of ccxt by its id")
    use_testnet: CliDualFlag[bool] = Field(False, description="use the exchange's testnet")
    demo: CliToggleFlag[bool] = Field(
        False, description="run on the embedded demo exchange: no internet, no keys"
    )

    api_key: SecretStr | None = Field(None, description="a read-only key, to show the account's position")
    api_secret: SecretStr | None = Field(
        None, description="its secret; prefer the environment, a flag is seen by others"
    )
    api_passphrase: SecretStr | None = Field(None, description="its passphrase, where the exchange has one")
    wallet_address: str | None = Field(
        None, description="instead of a key, where that is enough (Hyperliquid)"
    )
    exchange_config: Path | None = Field(
        None, description="JSON file with more for ccxt's constructor (proxies, URLs)"
    )

    update_interval: float = Field(
        2.0, ge=0.5, le=3600, allow_inf_nan=False, description="seconds between two polls"
    )
    no_websocket: CliToggleFlag[bool] = Field(False, description="poll only")

    state_dir: Path | None = Field(
        None,
        description="folder of the entered positions, the password and the access keys; the user's state "
        "directory if not given",
    )
    log_dir: Path | None = Field(
        None, description="folder of the audit trail; the user's state directory if not given"
    )
    audit_flush: Literal["interval", "always", "never"] = Field(
        "interval", description="when the trail is brought to the disk: each second, with each line, or never"
    )
    position_interval: float = Field(
        1.0, ge=0.1, le=60, allow_inf_nan=False, description="seconds between two price updates of a position"
    )
    pnl_step: Decimal = Field(
        Decimal("0.01"), ge=0, description="dollars of PnL below which a price update is not sent"
    )

    side: str | None = Field(None, description="long or short; in hedge mode, which of the two to show")
    entry_price: str | None = Field(None, description="average entry price of the position")
    quantity: str | None = Field(None, description="coins that the margin bought, before leverage")
    size: str | None = Field(None, description="instead of quantity: coins held in all, leverage in it")
    leverage: str | None = Field(None, description="such as 10; 1 if not given")
    liquidation_price: str | None = Field(
        None, description="as the exchange shows it; estimated if not given"
    )
    trap_low: str | None = Field(None, description="lower boundary of the trap zone")
    trap_high: str | None = Field(None, description="upper boundary of the trap zone")
    alert_price: str | None = Field(
        None,
        description="where EMERGENCY begins; if not given, a quarter of the way from liquidation to entry",
    )
    take_profit: str | None = Field(None, description="shown on the ladder and the chart")
    stop_loss: str | None = Field(None, description="shown on the ladder and the chart")

    access_keys: SecretStr | None = Field(
        None, description="who may use the API: name:key,name:key; anybody on this machine if not given"
    )
    allowed_origins: str | None = Field(
        None, description="other sites whose pages may use the API: https://example.org,..."
    )

    require_login: CliToggleFlag[bool] = Field(False, description="let nobody in while no password is set")
    session_hours: float = Field(
        168, gt=0, le=8_760, allow_inf_nan=False, description="hours after which a login has to be repeated"
    )
    allowed_hosts: str | None = Field(
        None, description="names under which the page is reached, beside this machine's: dash.example.org,..."
    )
    redis_url: SecretStr | None = Field(
        None, description="where a feed and web workers of their own meet: unix:///run/redis/redis.sock"
    )

    host: str = Field(
        "127.0.0.1", description="address to listen on; beyond this machine's own only behind a password"
    )
    port: int = Field(8056, ge=0, le=65535, description="port to listen on; 0 takes any free one")
    auto_port: CliToggleFlag[bool] = Field(False, description="if the port is taken, use the next free one")
    no_browser: CliToggleFlag[bool] = Field(False, description="do not open a browser")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "warning", description="how much is logged"
    )
    log_json: CliToggleFlag[bool] = Field(False, description="log lines of JSON, for machines")
    debug: CliToggleFlag[bool] = Field(False, description="log everything that happens")

    @property
    def entered(self) -> ManualPosition:
        """The position or the levels given by flags. Raises PositionError."""
        return ManualPosition.from_fields({name: getattr(self, name) for name in FIELD_NAMES})

    @property
    def has_manual_position(self) -> bool:
        """Whether any position flag was given: then nothing that was kept is used."""
        return any(getattr(self, name) for name in FIELD_NAMES)

    @property
    def access_key_list(self) -> str | None:
        """The names and keys of who may use the API."""
        return _shown(self.access_keys)

    @property
    def redis_connection_url(self) -> str | None:
        """Where feed and web workers meet, if they are processes of their own."""
        return _shown(self.redis_url)

    @property
    def secrets(self) -> Iterator[str]:
        """What nobody may see, for those who log; the exchange's are with `access`."""
        url = self.redis_connection_url or ""
        keys = (pair.partition(":")[2].strip() for pair in (self.access_key_list or "").split(","))
        asked = urlsplit(url)
        yield from filter(None, (url, asked.password, *parse_qs(asked.query).get("password", ()), *keys))

    def access(self) -> Credentials:
        """What the exchange is entered with. Raises SettingsError if the options file cannot be read."""
        return Credentials(
            exchange=self.exchange.strip().lower(),
            testnet=self.use_testnet,
            api_key=_shown(self.api_key),
            api_secret=_shown(self.api_secret),
            api_passphrase=_shown(self.api_passphrase),
            wallet_address=self.wallet_address,
            config=_options(self.exchange_config) if self.exchange_config else {},
        )


def load(arguments: Sequence[str]) -> Settings:
    """Settings from flags, environment and .env. Raises SettingsError with one line of what to mend."""
    try:
        settings = Settings(_cli_parse_args=list(arguments), _env_file=_env_files())
    except ValidationError as error:
        raise SettingsError("; ".join(_line(one) for one in error.errors(include_url=False))) from None
    except UnreadableError as error:
        raise SettingsError(f"{_without_values(str(error))}: see dashboard-run --help") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{os.environ.get(ENV_FILES, '.env')} cannot be read: {error}") from None
    return settings


def configure_logging(settings: Settings) -> None:
    """As much as was asked for, and no secret."""
    for secret in settings.secrets:
        logs.add_secret(secret)
    logs.configure(settings.log_level, json=settings.log_json, debug=settings.debug)


def require_redis_url(settings: Settings) -> str:
    """Where feed and web workers meet. Raises SettingsError where it was not given."""
    if settings.redis_connection_url is None:
        raise SettingsError("--redis-url: needed where feed and web workers are processes of their own")
    return settings.redis_connection_url


def _env_files() -> tuple[Path, ...]:
    """Those that were asked for have to be there."""
    asked = os.environ.get(ENV_FILES)
    files = tuple(Path(part) for part in asked.split(os.pathsep)) if asked else ()
    for file in files:
        file.open("rb").close()
    return files or (Path(".env"),)


def secret_flags(arguments: Sequence[str]) -> list[str]:
    """The flags given that put a secret where other users of the machine can see it."""
    return [flag for flag in _SECRET_FLAGS if any(one.split("=")[0] == flag for one in arguments)]


def _shown(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def _without_values(message: str) -> str:
    """argparse's message with flags only: what stands beside an unknown one may be a secret."""
    what, _, words = message.removeprefix("error parsing CLI: ").partition("unrecognized arguments:")
    flags = [word.split("=")[0] for word in words.split() if word.startswith("--")]
    return what or f"unrecognized arguments: {' '.join(flags) or 'a word without a flag'}"


def _line(error: Any) -> str:
    """One of pydantic's errors, without the value where that may be a secret."""
    name = str(error["loc"][0]) if error["loc"] else "settings"
    flag = "--" + name.replace("_", "-")
    if error["type"] == "extra_forbidden":
        return f"{PREFIX}{name.upper()}: there is no such setting"
    given = "" if "api" in name or name in _HIDDEN else f" {error['input']!r}"
    return f"{flag}{given}: {error['msg']}"


def _options(path: Path) -> dict[str, Any]:
    try:
        options = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"--exchange-config {path}: cannot be read as JSON: {error}") from None
    if not isinstance(options, dict):
        raise SettingsError(f"--exchange-config {path}: give a JSON object, as for ccxt's constructor")
    for name, kind in _SHAPES.items():
        if not isinstance(options.get(name, kind()), kind):
            raise SettingsError(f"--exchange-config {path}: {name} has to be a JSON {_JSON[kind]}")
    return options
