"""Settings: one declaration defines the flags, the environment variables and the lines of .env."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    CliDualFlag,
    CliToggleFlag,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings import SettingsError as UnreadableError

from dashboard import logs
from dashboard.domain.manual_position import FIELD_NAMES, ManualPosition
from dashboard.domain.number_text import MAX_NUMBER_LENGTH, shortened
from dashboard.env_files import read_settings_files, values_in_settings_files
from dashboard.errors import SettingsError
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.options_file import is_exposed, read_options
from dashboard.redaction import add_secret

PREFIX = "DASHBOARD_"
_SECRET_FLAGS = ("--api-secret", "--api-passphrase", "--access-keys", "--redis-url")

_SECRET_SETTINGS = ("api_key", "api_secret", "api_passphrase", "access_keys", "redis_url")
"""Settings whose values appear in no message."""


class _SettingsFiles(DotEnvSettingsSource):
    """The settings files, read only if they are protected from other users."""

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return values_in_settings_files()


class Settings(BaseSettings):
    """Live dashboard for leveraged crypto positions. Reads exchanges, never trades.

    Every flag is also an environment variable (DASHBOARD_SYMBOL for --symbol) and a line of .env.
    Flags override the environment, and the environment overrides .env.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
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
        "BTCUSDT", min_length=1, description="the market, as the exchange or as ccxt spells it"
    )
    exchange: str = Field("bitget", min_length=1, description="ccxt's id of the exchange")
    use_testnet: CliDualFlag[bool] = Field(False, description="use the exchange's testnet")
    demo: CliToggleFlag[bool] = Field(
        False, description="use the embedded demo exchange: needs no internet and no keys"
    )

    api_key: SecretStr | None = Field(None, description="read-only API key, to show the account's positions")
    api_secret: SecretStr | None = Field(
        None, description="its secret; prefer the environment: command lines are visible to other users"
    )
    api_passphrase: SecretStr | None = Field(None, description="its passphrase, if the exchange uses one")
    wallet_address: str | None = Field(
        None, description="instead of a key, for exchanges with public accounts (Hyperliquid)"
    )
    exchange_config: Path | None = Field(
        None, description="JSON file of further options for ccxt's constructor (proxies, URLs)"
    )

    update_interval: float = Field(
        2.0, ge=0.5, le=3600, allow_inf_nan=False, description="seconds between two polls"
    )
    no_websocket: CliToggleFlag[bool] = Field(False, description="poll prices instead of streaming them")

    state_dir: Path | None = Field(
        None,
        description="folder of the manual positions, the password and the access keys; default: the user's "
        "state directory",
    )
    log_dir: Path | None = Field(
        None, description="folder of the audit trail; default: the user's state directory"
    )
    audit_flush: Literal["interval", "always", "never"] = Field(
        "interval",
        description="when the trail is flushed to disk: every second (interval), always or never",
    )
    audit_signing_key_file: Path | None = Field(
        None, description="key that signs the trail, made by dashboard-audit create-key; not in its folder"
    )
    position_interval: float = Field(
        1.0,
        ge=0.1,
        le=60,
        allow_inf_nan=False,
        description="minimum seconds between two price updates of a position",
    )
    pnl_step: Decimal = Field(
        Decimal("0.01"), ge=0, description="minimum change of PnL in dollars for a price update"
    )

    side: str | None = Field(None, description="long or short; in hedge mode, the side to show")
    entry_price: str | None = Field(None, description="average entry price of the position")
    quantity: str | None = Field(None, description="coins bought with the margin, before leverage")
    size: str | None = Field(None, description="instead of quantity: coins held in total, after leverage")
    leverage: str | None = Field(None, description="such as 10; default: 1")
    liquidation_price: str | None = Field(None, description="as the exchange shows it; default: an estimate")
    trap_low: str | None = Field(None, description="lower boundary of the trap zone")
    trap_high: str | None = Field(None, description="upper boundary of the trap zone")
    alert_price: str | None = Field(
        None,
        description="where EMERGENCY begins; default: a quarter of the way from liquidation to entry",
    )
    take_profit: str | None = Field(None, description="shown on the ladder and the chart")
    stop_loss: str | None = Field(None, description="shown on the ladder and the chart")

    access_keys: SecretStr | None = Field(
        None, description="keys for the API, as name:key,name:key; the page then needs a password"
    )
    allowed_origins: str | None = Field(
        None, description="origins of other sites whose pages may use the API: https://example.org,..."
    )

    require_login: CliToggleFlag[bool] = Field(
        False, description="refuse all requests until a password is set"
    )
    session_hours: float = Field(
        168, gt=0, le=8_760, allow_inf_nan=False, description="hours until a login expires"
    )
    allowed_hosts: str | None = Field(
        None,
        description="host names of the page besides this machine's own: dash.example.org,...; "
        "requires a login",
    )
    trusted_proxies: str | None = Field(
        None,
        description="proxies whose X-Forwarded-For and -Proto are believed: 127.0.0.1,10.0.0.0/8; "
        "requires a login",
    )
    redis_url: SecretStr | None = Field(
        None, description="Redis between a separate feed and its web workers: unix:///run/redis/redis.sock"
    )

    host: str = Field(
        "127.0.0.1", description="address to listen on; other than loopback requires a password"
    )
    port: int = Field(8056, ge=0, le=65535, description="port to listen on; 0 chooses a free one")
    auto_port: CliToggleFlag[bool] = Field(False, description="if the port is in use, take the next free one")
    no_browser: CliToggleFlag[bool] = Field(False, description="do not open a browser")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "warning", description="lowest level that is logged"
    )
    log_json: CliToggleFlag[bool] = Field(False, description="log JSON, one object per line")
    debug: CliToggleFlag[bool] = Field(False, description="log at level debug, including requests")

    @field_validator(
        "update_interval", "position_interval", "pnl_step", "session_hours", "port", mode="before"
    )
    @classmethod
    def _limit_length(cls, given: object) -> object:
        if isinstance(given, str) and len(given) > MAX_NUMBER_LENGTH:
            raise ValueError(f"give at most {MAX_NUMBER_LENGTH} characters")
        return given

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The sources beneath the flags, in the order of their precedence."""
        return init_settings, env_settings, _SettingsFiles(settings_cls)

    @property
    def manual_position(self) -> ManualPosition:
        """The position or the levels given by settings. Raises PositionError."""
        return ManualPosition.from_fields({name: getattr(self, name) for name in FIELD_NAMES})

    @property
    def has_manual_position(self) -> bool:
        """True if a position setting is given: the stored manual position is then ignored."""
        return any(getattr(self, name) for name in FIELD_NAMES)

    @property
    def access_key_list(self) -> str | None:
        """Names and keys for the API, as `name:key,name:key`."""
        return _plain_text(self.access_keys)

    @property
    def redis_connection_url(self) -> str | None:
        """Redis between feed and web workers, if they are separate processes."""
        return _plain_text(self.redis_url)

    @property
    def secrets(self) -> Iterator[str]:
        """Texts to hide in logs. Those of the exchange are in `credentials`."""
        url = self.redis_connection_url or ""
        keys = (pair.partition(":")[2].strip() for pair in (self.access_key_list or "").split(","))
        parts = urlsplit(url)
        yield from filter(None, (url, parts.password, *parse_qs(parts.query).get("password", ()), *keys))

    def credentials(self) -> Credentials:
        """Credentials and options for the exchange. Raises SettingsError if the options file is unusable."""
        return Credentials(
            exchange=self.exchange.strip().lower(),
            testnet=self.use_testnet,
            api_key=_plain_text(self.api_key),
            api_secret=_plain_text(self.api_secret),
            api_passphrase=_plain_text(self.api_passphrase),
            wallet_address=self.wallet_address,
            config=read_options(self.exchange_config) if self.exchange_config else {},
        )


def load(arguments: Sequence[str], program: str = "dashboard-run") -> Settings:
    """Reads flags, environment and .env. Raises SettingsError with one line that names each mistake."""
    try:
        settings = Settings(_cli_parse_args=list(arguments), _cli_prog_name=program)
    except ValidationError as error:
        raise SettingsError("; ".join(_describe(one) for one in error.errors(include_url=False))) from None
    except UnreadableError as error:
        raise SettingsError(f"{_without_values(str(error))}: see {program} --help") from None
    return settings


def configure_logging(settings: Settings) -> None:
    """Sets level and format of the log, and hides secrets in it."""
    for secret in settings.secrets:
        add_secret(secret)
    logs.configure(settings.log_level, json=settings.log_json, debug=settings.debug)


def require_redis_url(settings: Settings) -> str:
    """Returns the URL of Redis. Raises SettingsError if it is not set."""
    if settings.redis_connection_url is None:
        raise SettingsError(
            "--redis-url: required when feed and web workers are separate processes: "
            "set it like unix:///run/redis/redis.sock"
        )
    return settings.redis_connection_url


def secret_flags(arguments: Sequence[str]) -> list[str]:
    """The flags among `arguments` that expose a secret on the command line."""
    return [flag for flag in _SECRET_FLAGS if any(one.split("=")[0] == flag for one in arguments)]


def exposed_files(options_file: Path | None = None) -> list[Path]:
    """The files with a secret that every user of this machine may read: settings and ccxt's options."""
    names = {(PREFIX + name).lower() for name in _SECRET_SETTINGS}
    exposed = (file for file in read_settings_files() if file.is_readable_by_all and names & {*file.values})
    options = [options_file] if options_file is not None and is_exposed(options_file) else []
    return [*(file.path for file in exposed), *options]


def _plain_text(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def _without_values(message: str) -> str:
    """argparse's message without values: the word after an unknown flag may be a secret."""
    prefix, _, words = message.removeprefix("error parsing CLI: ").partition("unrecognized arguments:")
    flags = [word.split("=")[0] for word in words.split() if word.startswith("--")]
    return prefix or f"unrecognized arguments: {' '.join(flags) or 'a word without a flag'}"


def _describe(error: Any) -> str:
    """One of pydantic's errors as flag, value and reason, without a value that may be secret."""
    name = str(error["loc"][0]) if error["loc"] else "settings"
    flag = "--" + name.replace("_", "-")
    if error["type"] == "extra_forbidden":
        return f"{PREFIX}{name.upper()}: no such setting"
    given = "" if name in _SECRET_SETTINGS else f" {_quoted(error['input'])}"
    return f"{flag}{given}: {error['msg']}"


def _quoted(value: object) -> str:
    return shortened(value) if isinstance(value, str) else repr(value)
