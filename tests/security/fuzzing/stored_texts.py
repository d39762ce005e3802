"""Parsers of files and of Redis: audit trail, checkpoints, saved positions, settings, messages, commands."""

import json
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from redis.exceptions import RedisError

from dashboard import config
from dashboard.audit.checkpoint_lines import CheckpointParts
from dashboard.audit.defects import InvalidRecord
from dashboard.audit.records import AuditLine, ChainHead, compose, parse, to_json
from dashboard.domain.journal import Journal
from dashboard.domain.mode_change import ModeChange
from dashboard.domain.number_text import parse_number
from dashboard.errors import DashboardError, SettingsError
from dashboard.exchange.options_file import read_options
from dashboard.positions.account_history import AccountHistory, InvalidCheckpoint, decode, encode
from dashboard.positions.account_owner import AccountOwner, owner_record
from dashboard.positions.audit_records import record_kind, record_of, snapshot_record
from dashboard.positions.manual_store import ManualPositionStore
from dashboard.positions.trail_replay import TrailReplay
from dashboard.replication.commands import COMMAND, RESPONSE
from dashboard.replication.messages import deserialize
from dashboard.replication.redis_client import connect
from tests.domain.builders import instrument
from tests.domain.fill_histories import ACCOUNT, adopted, fill, funding, journal
from tests.security.fuzzing.parser import Parser
from tests.security.fuzzing.values import deep, json_values, leaves, mutated, mutated_text, mutations, texts

_EVENTS = (
    fill("buy 2 @ 100", 1),
    funding("-0.1", 2),
    adopted("2", "100", 3),
    ModeChange(instrument(), True, 4),
)
_COMMAND = {"id": "1", "type": "enter", "expires_at": 9, "fields": {"side": "long", "size": "1"}}
_RESPONSE = {
    "candles": [{"opened_at": 1, "open": "1", "high": "2", "low": "1", "close": "2"}],
    "error": None, "is_position_error": False, "error_field": None,
}  # fmt: skip


@cache
def _records() -> tuple[tuple[str, Any], ...]:
    """Kind and record of every kind of line."""
    book = Journal(ACCOUNT)
    entries = [book.add(event) for event in _EVENTS]
    records: list[tuple[str, Any]] = [(record_kind(entry), record_of(entry, ACCOUNT)) for entry in entries]
    records += [snapshot_record(ACCOUNT, 5), owner_record(ACCOUNT, AccountOwner("0a", "1b"))]
    return tuple((kind, json.loads(to_json(record))) for kind, record in records)


@cache
def _checkpoint() -> Any:
    history = AccountHistory(ACCOUNT, journal(_EVENTS).histories, 5, {}, (AccountOwner("0a", "1b"),))
    return json.loads(to_json(list(encode([history]))))


@cache
def _line() -> bytes:
    raw, _ = compose(ChainHead(0, "0" * 64), datetime(2026, 8, 1, tzinfo=UTC), "fill", '{"a":1}')
    return raw


def _replayed(given: tuple[int, Any]) -> Any:
    """Replays a record between valid ones; what is invalid is skipped."""
    number, replacements = given
    replay = TrailReplay()
    kind, record = _records()[number % len(_records())]
    replay.add(kind, mutated(record, replacements))
    replay.add(*_records()[0])
    restored = replay.take(ACCOUNT)
    assert restored.journal.positions
    return [state.contracts for state in restored.journal.positions]


def _part(given: Any) -> Any:
    parts = CheckpointParts()
    for stage in ({"stage": "begin"}, given, {"stage": "end", "begun": 1, "parts": 1}):
        parts.add(AuditLine(1, datetime.now(UTC), "checkpoint", stage, "", ""))  # type: ignore[arg-type]
    return parts.contents


def _in_file(name: str, read: Any) -> Any:
    """Returns a reader of a file with a given content."""

    def read_file(content: str) -> Any:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_text(content, encoding="utf-8", errors="surrogatepass")
            return read(path)

    return read_file


def _env(path: Path) -> Any:
    return config.Settings(_cli_parse_args=[], _env_file=path).log_level


def _message(given: Any) -> Any:
    return deserialize(json.dumps(given).encode(errors="surrogatepass"))


_saved = json_values.map(lambda value: json.dumps({"a": value}))
_flag_names = st.sampled_from(sorted(config.Settings.model_fields)).map(
    lambda name: "--" + name.replace("_", "-")
)
_flags = st.lists(st.tuples(_flag_names, texts).map("=".join) | texts, max_size=3)
_env_lines = st.lists(
    st.tuples(_flag_names, texts).map(
        lambda pair: "DASHBOARD_" + pair[0].strip("-").replace("-", "_").upper() + "=" + pair[1]
    )
    | texts,
    max_size=3,
).map("\n".join)

PARSERS = (
    Parser("numbers", texts, parse_number, (ValueError,)),
    Parser(
        "lines of the audit trail",
        mutations,
        lambda given: parse(mutated_text(_line().decode(), given).encode(errors="replace")),
        (InvalidRecord,),
        cost=4,
    ),
    Parser(
        "sealed lines of the audit trail",
        texts | json_values.map(json.dumps) | deep.map(lambda text: text[:1000]),
        lambda given: parse(compose(ChainHead(0, "0" * 64), datetime.now(UTC), "x", given)[0]),
        (InvalidRecord, UnicodeEncodeError),
        cost=4,
    ),
    Parser("records of the audit trail", st.tuples(st.integers(0, 99), mutations), _replayed, cost=4),
    Parser(
        "checkpoints",
        mutations,
        lambda given: decode(mutated(_checkpoint(), given)),
        (InvalidCheckpoint,),
        cost=4,
    ),
    Parser(
        "parts of checkpoints",
        json_values
        | st.fixed_dictionaries({"stage": leaves, "begun": leaves, "number": leaves, "content": json_values}),
        _part,
        cost=4,
    ),
    Parser(
        "saved positions",
        texts | deep | _saved,
        _in_file("positions.json", lambda path: ManualPositionStore(path).read("a")),
        cost=4,
    ),
    Parser(
        "options of exchanges",
        texts | deep | json_values.map(json.dumps),
        _in_file("x.json", lambda path: bool(read_options(path))),
        (SettingsError,),
        cost=4,
    ),
    Parser("lines of .env", _env_lines, _in_file(".env", _env), (ValueError,), cost=10),
    Parser(
        "flags", _flags, lambda given: config.load(given).log_level, (DashboardError, SystemExit), cost=10
    ),
    Parser("messages through Redis", json_values, _message, (ValueError,), cost=4),
    Parser(
        "commands through Redis",
        mutations,
        lambda given: COMMAND.validate_json(json.dumps(mutated(_COMMAND, given)).encode(errors="replace")),
        (ValueError,),
        cost=4,
    ),
    Parser(
        "responses through Redis",
        mutations,
        lambda given: RESPONSE.validate_json(json.dumps(mutated(_RESPONSE, given)).encode(errors="replace")),
        (ValueError,),
        cost=4,
    ),
    Parser(
        "URL of Redis",
        texts | texts.map("redis://".__add__),
        lambda given: str(connect(given)),
        (SettingsError, RedisError),
    ),
)
