"""The engine has an account if the credentials open one, with or without an audit trail."""

from pathlib import Path

import pytest

from dashboard.app.engine import _trackers
from dashboard.audit.flushing import FlushPolicy
from dashboard.audit.logger import AuditLogger
from dashboard.domain.environment import Environment
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
