"""Settings: flags override the environment and .env; errors are one line without secrets."""

import json
from pathlib import Path
from typing import Any

import pytest

from dashboard.config import Settings, load, secret_flags
from dashboard.domain.manual_position import ManualPosition
from dashboard.errors import PositionError, SettingsError
from tests.domain.builders import entered

SECRETS = ("k3y", "5ecret", "pa55")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_env(here: Path, *lines: str) -> None:
    (here / ".env").write_text("\n".join(lines), encoding="utf-8")


def refused(*arguments: str) -> str:
    with pytest.raises(SettingsError) as error:
        load(arguments)
    message = str(error.value)
    assert len(message.splitlines()) == 1
    return message


def given(settings: Settings) -> dict[str, Any]:
    """The settings that differ from their defaults."""
    return settings.model_dump(exclude_defaults=True)


def test_defaults_are_safe() -> None:
    it = load([])
    assert (it.symbol, it.exchange, it.host, it.port) == ("BTCUSDT", "bitget", "127.0.0.1", 8056)
    assert (it.use_testnet, it.demo, it.no_websocket, it.update_interval) == (False, False, False, 2.0)
    assert it.manual_position == ManualPosition()
    assert not it.has_manual_position
    assert not it.credentials().has_account


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("--symbol BTC/USDT:USDT --exchange okx", {"symbol": "BTC/USDT:USDT", "exchange": "okx"}),
        ("--symbol=ETHUSDT", {"symbol": "ETHUSDT"}),
        ("--port 9000 --host ::1", {"port": 9000, "host": "::1"}),
        ("--host localhost --debug --no-browser --auto-port",
         {"host": "localhost", "debug": True, "no_browser": True, "auto_port": True}),
        ("--no-websocket --update-interval 2.5", {"no_websocket": True, "update_interval": 2.5}),
        ("--use-testnet", {"use_testnet": True}),
        ("--no-use-testnet", {}),
        ("--use-testnet --no-use-testnet", {}),
        ("--demo", {"demo": True}),
        ("--exchange-config proxies.json", {"exchange_config": Path("proxies.json")}),
        ("--wallet-address 0xabc", {"wallet_address": "0xabc"}),
        ("--side long --entry-price 100 --size 1 --leverage 5",
         {"side": "long", "entry_price": "100", "size": "1", "leverage": "5"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_flags_are_read(arguments: str, expected: dict[str, Any]) -> None:
    assert given(load(arguments.split())) == expected


def test_each_flag_is_an_environment_variable_and_a_line_of_env(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_env(here, "DASHBOARD_SYMBOL=FILE", "DASHBOARD_NO_WEBSOCKET=true", "DASHBOARD_TRAP_LOW='90.50'")
    monkeypatch.setenv("DASHBOARD_ENTRY_PRICE", "100.10")
    expected = {"symbol": "FILE", "no_websocket": True, "trap_low": "90.50", "entry_price": "100.10"}
    assert given(load([])) == expected


def test_flag_overrides_environment_and_environment_overrides_env_file(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_env(
        here, "DASHBOARD_SYMBOL=FILE", "DASHBOARD_PORT=1", "DASHBOARD_EXCHANGE=okx", "DASHBOARD_USE_TESTNET=1"
    )
    monkeypatch.setenv("DASHBOARD_SYMBOL", "ENVIRONMENT")
    monkeypatch.setenv("DASHBOARD_PORT", "2")
    it = load(["--symbol", "FLAG", "--no-use-testnet"])
    assert (it.symbol, it.port, it.exchange, it.use_testnet) == ("FLAG", 2, "okx", False)


def test_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHBOARD_API_KEY", "")
    monkeypatch.setenv("DASHBOARD_PORT", "")
    assert given(load([])) == {}


def test_lines_of_other_programs_in_env_file_are_ignored(here: Path) -> None:
    write_env(here, "# a comment", "", "POSTGRES_PASSWORD=x", "export DASHBOARD_SYMBOL=ETHUSDT")
    assert given(load([])) == {"symbol": "ETHUSDT"}


@pytest.mark.parametrize(
    "line", ["DASHBOARD_SYMBL=ETHUSDT", "DASHBOARD_API_SECRE=5ecret", "DASHBOARD_ENTRY_PRICE_=1"]
)
def test_unknown_setting_in_env_file_is_named(here: Path, line: str) -> None:
    write_env(here, line)
    assert refused() == f"{line.split('=')[0]}: no such setting"


def test_env_file_that_is_not_text_is_reported(here: Path) -> None:
    (here / ".env").write_bytes(b"DASHBOARD_SYMBOL=\xff\xfe")
    assert refused().startswith(".env cannot be read: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--port x", "--port 'x': Input should be a valid integer"),
        ("--port 70000", "--port '70000': Input should be less than or equal to 65535"),
        ("--port -1", "--port '-1': Input should be greater than or equal to 0"),
        ("--update-interval 0", "--update-interval '0': Input should be greater than or equal to 0.5"),
        ("--update-interval nan", "--update-interval 'nan': Input should be a finite number"),
        ("--update-interval soon", "--update-interval 'soon': Input should be a valid number"),
        ("--symbl ETHUSDT", "unrecognized arguments: --symbl: see "),
        ("--symbl=ETHUSDT --prot 1", "unrecognized arguments: --symbl --prot: see "),
        ("BTCUSDT", "unrecognized arguments: a word without a flag: see "),
        ("--symbol", "argument --symbol: expected one argument"),
        ("--demo=maybe", "argument --demo: ignored explicit argument 'maybe'"),
    ],
)
def test_wrong_flags_are_reported(arguments: str, message: str) -> None:
    assert refused(*arguments.split()).startswith(message)


def test_wrong_variable_is_reported_as_its_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHBOARD_USE_TESTNET", "banana")
    assert refused().startswith("--use-testnet 'banana': ")


def test_all_errors_are_reported_in_one_line() -> None:
    message = refused("--port", "x", "--update-interval", "0")
    assert "--port" in message
    assert "--update-interval" in message


@pytest.mark.parametrize("options", [{"proxies": {"http": "http://p"}}, {}], ids=str)
def test_options_file_is_read(here: Path, options: dict[str, Any]) -> None:
    (here / "options.json").write_text(json.dumps(options), encoding="utf-8")
    assert load(["--exchange-config", "options.json"]).credentials().config == options


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "cannot be read as JSON: ", id="missing"),
        pytest.param(b"{'secret': '5ecret'}", "cannot be read as JSON: ", id="not JSON"),
        pytest.param(b'{"secret": "5ecret"', "cannot be read as JSON: ", id="truncated"),
        pytest.param(b"", "cannot be read as JSON: ", id="empty"),
        pytest.param(b"[" * 5_000, "cannot be read as JSON: ", id="nested too deeply"),
        pytest.param(b"\xff\xfe", "cannot be read as JSON: ", id="not text"),
        pytest.param(b'["5ecret"]', "must be a JSON object, as for ccxt's constructor", id="a list"),
        pytest.param(b'"5ecret"', "must be a JSON object, as for ccxt's constructor", id="a string"),
        pytest.param(b"null", "must be a JSON object, as for ccxt's constructor", id="null"),
    ],
)
def test_unusable_options_file_is_reported(here: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (here / "options.json").write_bytes(content)
    with pytest.raises(SettingsError) as error:
        load(["--exchange-config", "options.json"]).credentials()
    assert str(error.value).startswith(f"--exchange-config options.json: {message}")
    assert "5ecret" not in str(error.value)


def test_credentials_are_taken_from_flags_and_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHBOARD_API_SECRET", "5ecret")
    it = load(
        ["--exchange", " OKX ", "--api-key", "k3y", "--api-passphrase", "pa55", "--use-testnet"]
    ).credentials()
    assert (it.exchange, it.testnet) == ("okx", True)
    assert (it.api_key, it.api_secret, it.api_passphrase) == SECRETS
    assert it.has_account


def test_settings_print_no_secret() -> None:
    it = load(["--api-key", "k3y", "--api-secret", "5ecret", "--api-passphrase", "pa55"])
    for text in (repr(it), str(it), str(it.model_dump()), it.model_dump_json(), repr(it.credentials())):
        assert not [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param("--api-key k3y --api-secret 5ecret --port x", id="another flag is wrong"),
        pytest.param("--api-key k3y --api-secret", id="the value is missing"),
        pytest.param("--api-key --api-secret 5ecret", id="the value before it is missing"),
        pytest.param("--api-secrets 5ecret", id="unknown flag"),
        pytest.param("--api-secrets=5ecret", id="unknown flag with ="),
        pytest.param("--api=5ecret", id="abbreviated flag"),
        pytest.param("--api-secret k3y 5ecret", id="a secret in two words"),
    ],
)
def test_error_messages_contain_no_secret(arguments: str) -> None:
    message = refused(*arguments.split())
    assert not [secret for secret in SECRETS if secret in message]


@pytest.mark.parametrize(
    ("arguments", "flags"),
    [
        (["--api-secret", "x"], ["--api-secret"]),
        (["--api-secret=x", "--api-passphrase", "y"], ["--api-secret", "--api-passphrase"]),
        (["--api-key", "x", "--symbol", "y"], []),
        ([], []),
    ],
    ids=["one", "both", "a key is no secret", "none"],
)
def test_secrets_on_the_command_line_are_detected(arguments: list[str], flags: list[str]) -> None:
    assert secret_flags(arguments) == flags


@pytest.mark.parametrize(
    "flag", ["--update-interval", "--position-interval", "--pnl-step", "--session-hours", "--port"]
)
def test_number_of_many_digits_is_refused_without_repeating_it(flag: str) -> None:
    message = f"{flag} '{'1' * 40}'…: Value error, give at most 40 characters"
    with pytest.raises(SettingsError) as error:
        load([flag, "1" * 100_000])
    assert str(error.value) == message


def test_position_flags_are_validated_as_on_the_page() -> None:
    it = load(["--side", "long", "--entry-price", "1,000.5", "--size", "2", "--leverage", "5"])
    assert it.manual_position == entered(side="long", entry_price="1000.5", size="2", leverage="5")
    assert it.has_manual_position
    with pytest.raises(PositionError, match="size 'two' is not a number"):
        _ = load(["--size", "two"]).manual_position


def test_help_lists_every_flag(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        load(["--help"])
    text = capsys.readouterr().out
    assert end.value.code == 0
    assert not [name for name in Settings.model_fields if f"--{name.replace('_', '-')}" not in text]
