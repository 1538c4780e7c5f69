"""Colours that can be read: contrast by the formula of WCAG 2, from the tokens themselves."""

from __future__ import annotations

import re

import pytest

from tests.browser.pages import ASSETS

READABLE = 4.5
VISIBLE = 3.0

TEXT_ON = [
    *(
        (text, ground)
        for text in ("text", "text-2", "text-3")
        for ground in ("page", "bar", "surface", "surface-2")
    ),
    *(
        (text, "surface")
        for text in ("pulse", "spo2", "pressure", "high-text", "medium-text", "low-text", "good")
    ),
    ("good", "bar"),
    ("high-text", "page"),
    ("high-on", "high-fill"),
    ("high-on", "high-pale"),
    ("medium-on", "medium"),
    ("medium-on", "medium-pale"),
    ("low-on", "low-fill"),
    ("simulated-on", "simulated"),
]
SHAPE_ON = [
    ("high", "page"),
    ("low", "page"),
    ("focus", "page"),
    ("accent", "surface"),
    ("line-strong", "surface"),
]


def tokens(theme: str) -> dict[str, str]:
    styles = (ASSETS / "tokens.css").read_text(encoding="utf-8")
    block = re.search(rf'\[data-mantine-color-scheme="{theme}"\] {{(.*?)}}', styles, re.DOTALL)
    assert block is not None
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block[1]))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_is_readable_on_its_ground(theme: str, text: str, ground: str) -> None:
    colours = tokens(theme)
    assert contrast(colours[text], colours[ground]) >= READABLE


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(("shape", "ground"), SHAPE_ON)
def test_shapes_that_mean_something_stand_out(theme: str, shape: str, ground: str) -> None:
    colours = tokens(theme)
    assert contrast(colours[shape], colours[ground]) >= VISIBLE


def test_no_other_style_sheet_names_a_colour() -> None:
    for path in sorted(ASSETS.glob("*.css")):
        if path.name != "tokens.css":
            assert not re.findall(
                r"#[0-9a-f]{3,8}\b(?=[;, )])|rgb\(|hsl\(", path.read_text(encoding="utf-8")
            ), path.name
