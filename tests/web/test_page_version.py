"""Changes that make an open page reload, and changes that do not."""

from dataclasses import replace

import pytest

from dashboard.app.context import EngineInfo
from dashboard.domain.environment import Environment
from dashboard.web.page_version import page_version

INFO = EngineInfo("Bitget", "BTCUSDT", Environment.DEMO, has_account=True)


@pytest.mark.parametrize(
    "change",
    [{"environment": Environment.LIVE}, {"exchange": "OKX"}, {"symbol": "ETHUSDT"}, {"has_account": False}],
    ids=lambda change: next(iter(change)),
)
def test_another_exchange_symbol_or_environment_changes_the_version(change):
    assert page_version(replace(INFO, **change)) != page_version(INFO)


def test_stopped_feed_does_not_change_the_version():
    assert page_version(replace(INFO, running=False, audit_problem="disk full")) == page_version(INFO)
