"""The engine has an account if the credentials open one, with or without an audit trail."""

from pathlib import Path

import pytest

from dashboard.app.engine import _trackers, build_engine
from dashboard.audit.flushing import FlushPolicy
from dashboard.audit.key_file import create_key_file, load_public_key
from dashboard.audit.logger import AuditLogger
from dashboard.audit.signing_key import SigningKey
from dashboard.audit.verify import verify
from dashboard.clock import utc_now
from dashboard.config import load
from dashboard.domain.environment import Environment
from dashboard.errors import UsageError
from dashboard.exchange.credentials import Credentials
from dashboard.positions.live_book import LiveBook
from dashboard.positions.trail_replay import TrailReplay
from dashboard.state.markets import Markets
from tests.positions.harness import EXCHANGE, market_key


@pytest.mark.parametrize("recorded", [True, False], ids=["audit trail", "no audit trail"])
@pytest.mark.parametrize(("api_key", "accounts"), [(None, 0), ("key", 1)], ids=["public", "private"])
def test_account_depends_on_the_credentials_alone(
    api_key: str | None, accounts: int, recorded: bool, tmp_path: Path
):
    book = LiveBook(Markets(market_key(), 2_000))
    credentials = Credentials(EXCHANGE, api_key=api_key)
    with AuditLogger(tmp_path, FlushPolicy.NEVER) as audit:
        record = audit if recorded else None
        trackers = _trackers(Environment.LIVE, credentials, book, EXCHANGE, record, TrailReplay())
    assert len(trackers) == len(book.accounts) == accounts


def engine_problem(tmp_path: Path, key: Path) -> str | None:
    flags = ["--demo", "--log-dir", str(tmp_path / "trail"), "--audit-signing-key-file", str(key)]
    with build_engine(load([*flags, "--state-dir", str(tmp_path)])) as engine:
        engine.monitor.start()
        return engine.info_now().audit_problem


def test_trail_is_signed_with_the_key_of_the_settings(tmp_path: Path):
    create_key_file(tmp_path / "key", SigningKey.create(utc_now()))
    assert engine_problem(tmp_path, tmp_path / "key") is None
    public_key = load_public_key(tmp_path / "key.pub")
    report = verify(tmp_path / "trail", public_keys=[public_key])
    assert report.intact
    assert {part.key for part in report.parts} == {public_key}


def test_missing_key_is_a_problem_and_the_engine_runs(tmp_path: Path):
    problem = engine_problem(tmp_path, tmp_path / "key")
    assert problem is not None
    assert problem.startswith(f"the audit trail is not signed: {tmp_path / 'key'} cannot be read")


def test_key_inside_the_trail_is_refused(tmp_path: Path):
    with pytest.raises(UsageError, match="inside the audit trail's folder"):
        engine_problem(tmp_path, tmp_path / "trail" / "key")
