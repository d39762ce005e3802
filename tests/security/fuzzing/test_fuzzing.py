"""Every parser of outside text, with inputs that break parsers: only documented errors, in bounded time."""

import logging
import os
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.security.fuzzing import exchange_answers, exchange_messages, stored_texts, web_requests
from tests.security.fuzzing.parser import Parser

CASES = int(os.environ.get("FUZZ_CASES", "1000"))
"""Cases of each parser; `make fuzz` tries 100,000."""
MAX_CASE_S = 2.0
"""Processor time of one case. Most take microseconds; endless ones would take hours."""
PARSERS = (
    *exchange_answers.PARSERS,
    *exchange_messages.PARSERS,
    *web_requests.PARSERS,
    *stored_texts.PARSERS,
)


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_outside_text_is_read_or_refused_as_documented(parser: Parser, caplog: Any) -> None:
    caplog.set_level(logging.CRITICAL + 1)

    @settings(
        max_examples=max(CASES // parser.cost, 10),
        database=None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(parser.inputs)
    def reads(given: Any) -> None:
        started_at = time.process_time()
        parser.check(given)
        assert time.process_time() - started_at < MAX_CASE_S

    reads()
