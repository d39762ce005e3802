"""Which changes make an open page load itself anew."""

from dataclasses import replace

import pytest

from dashboard.app.context import EngineInfo
from dashboard.domain.environment import Environment
from dashboard.web.page_version import page_version

HERE = EngineInfo("Bitget", "BTCUSDT", Environment.DEMO, has_account=True)


@pytest.mark.parametrize(
    "change",
    [{"environment": Environment.LIVE}, {"exchange": "OKX"}, {"symbol": "ETHUSDT"}, {"has_account": False}],
    ids=lambda change: next(iter(change)),
)
def test_another_house_is_another_edition(change):
    assert page_version(replace(HERE, **change)) != page_version(HERE)


def test_a_feed_that_is_away_for_a_while_is_not():
    assert page_version(replace(HERE, running=False, trouble="disk full")) == page_version(HERE)
