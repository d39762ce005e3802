"""The progress of reading a history, in words."""

import pytest

from dashboard.domain.history_progress import HistoryProgress
from dashboard.domain.unread_part import UnreadPart

ETH = UnreadPart("ETH/USDT:USDT", "no response", frozenset())


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        (HistoryProgress(3, 12), "3 of 12 markets read"),
        (HistoryProgress(0, 1), "0 of 1 market read"),
        (HistoryProgress(1, 2, (ETH,)), "1 of 2 markets read; ETH/USDT:USDT: no response"),
        (HistoryProgress(2, 2, (ETH,)), "ETH/USDT:USDT: no response"),
        (HistoryProgress(2, 2, (ETH, ETH)), "ETH/USDT:USDT: no response; 1 more part unread"),
        (HistoryProgress(2, 2, (ETH, ETH, ETH)), "ETH/USDT:USDT: no response; 2 more parts unread"),
    ],
)
def test_progress_in_words(progress: HistoryProgress, text: str) -> None:
    assert str(progress) == text
