"""The login page uses the page's colours, with enough contrast."""

import re
from pathlib import Path

import pytest

from tests.web.test_app import contrast, tokens

LOGIN = Path(__file__).parents[2] / "dashboard/web/assets/login/login.css"


def test_colours_are_those_of_the_page() -> None:
    used = set(re.findall(r"var\(--([\w-]+)\)", LOGIN.read_text()))
    assert used - tokens("light").keys() == {"radius", "sans"}
    assert "#" not in LOGIN.read_text()


@pytest.mark.parametrize("colours", [tokens("light"), tokens("dark")], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("text", "surface"),
        ("dim", "surface"),
        ("down", "surface"),
        ("text", "ground"),
        ("on-accent", "accent"),
    ],
)
def test_text_has_enough_contrast(colours: dict[str, str], ink: str, ground: str) -> None:
    assert contrast(colours[ink], colours[ground]) >= 4.5
