"""Colours, numbers and safe text."""

import sys

import pytest
from rich.style import Style

from orchestrator.cli import ink


def luminance(style: Style) -> float:
    assert style.color is not None
    triplet = style.color.get_truecolor()
    parts = [each / 255 for each in triplet]
    lines = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * lines[0] + 0.7152 * lines[1] + 0.0722 * lines[2]


COLOURED = [name for name in ink.PICTURE.styles if ink.PICTURE.styles[name].color]
OURS = [name for name in ("over", "under", "alarm", "ok", "warn", "quiet", "typed")]


@pytest.mark.parametrize("name", OURS)
def test_the_terminals_colours_read_on_dark_and_on_light_ground(name: str) -> None:
    light = luminance(ink.TERMINAL.styles[name])
    assert (light + 0.05) / 0.05 >= 3, "too dark on black"
    assert 1.05 / (light + 0.05) >= 3, "too light on white"


def test_both_themes_have_the_same_styles() -> None:
    assert set(ink.TERMINAL.styles) == set(ink.PICTURE.styles)


def test_no_character_that_steers_a_terminal_passes() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    shown = "".join(ink.safe(everything[at : at + 1000]) for at in range(0, len(everything), 1000))
    assert shown.isprintable()


def test_line_ends_pass_where_they_are_wanted() -> None:
    assert ink.safe("a\n\tb\r", keep="\n") == "a\n\\tb\\r"


def test_long_text_is_clipped_and_says_so() -> None:
    shown = ink.safe("x" * 5_000)
    assert len(shown) < 2_100
    assert shown.endswith("and 3,000 characters more")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.02, "0"),
        (-0.02, "0"),
        (0.6, "0.6"),
        (99.96, "100"),
        (1234.5, "1,234"),
        (1e9, "1,000,000,000"),
    ],
)
def test_amounts_are_as_fine_as_they_are_worth_reading(value: float, told: str) -> None:
    assert ink.amount(value) == told


@pytest.mark.parametrize(
    ("value", "told"), [(0.9999, "99.9%"), (0.0, "0%"), (1.0, "100%"), (1.234, "123.4%")]
)
def test_a_share_is_whole_only_when_it_is(value: float, told: str) -> None:
    assert ink.share(value) == told


@pytest.mark.parametrize(("rounds", "columns"), [(1, 24), (3, 30), (240, 60), (1_000_000, 40)])
def test_the_axis_fits_its_columns(rounds: int, columns: int) -> None:
    axis = ink.axis(rounds, columns)
    assert len(axis) == columns
    assert axis.startswith("0")
    assert axis.endswith(str(rounds))
