"""The known secrets of the process, which a test adds to and forgets."""

import pytest

from dashboard import redaction


def forget_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begins without known secrets, until the end of the test."""
    monkeypatch.setattr(redaction, "_spellings", set())
    monkeypatch.setattr(redaction, "_fragments", set())
    monkeypatch.setattr(redaction, "_pattern_of_secrets", None)
