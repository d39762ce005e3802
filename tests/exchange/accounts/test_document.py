"""docs/EXCHANGES.md is what the table of accounts leads to."""

from dev.exchanges import DOCUMENT, document


def test_document_is_generated_from_the_table() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run `make exchanges`"
