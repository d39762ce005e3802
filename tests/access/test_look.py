"""The login page shares the page's colours, and is legible."""

import re
from pathlib import Path

import pytest

from tests.web.test_app import contrast, tokens

LOGIN = Path(__file__).parents[2] / "dashboard/web/assets/login/login.css"
LIGHT = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", LOGIN.read_text()))


def test_its_light_is_the_pages_light() -> None:
    assert LIGHT.items() <= tokens("light").items()


def test_it_names_every_colour_that_it_uses() -> None:
    used = set(re.findall(r"var\(--([\w-]+)\)", LOGIN.read_text()))
    assert used - LIGHT.keys() == {"radius", "sans"}


@pytest.mark.parametrize("colours", [LIGHT, tokens("dark")], ids=["light", "dark"])
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
def test_it_is_legible(colours: dict[str, str], ink: str, ground: str) -> None:
    assert contrast(colours[ink], colours[ground]) >= 4.5
