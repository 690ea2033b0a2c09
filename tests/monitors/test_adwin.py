"""The same cuts as river's, a window that stays small, and the same blindness to the beginning."""

from random import Random
from typing import Any

import pytest

from monitors import Adwin
from monitors.adwin import Window
from monitors.checks import footprint, watch
from monitors.rehearsal import Rehearsal


def stream(seed: int, before: int, after: int, shift: float) -> list[float]:
    chance = Random(seed)
    values = [1 + 0.2 * chance.gauss(0, 1) for _ in range(before)]
    return values + [1 + shift + 0.2 * chance.gauss(0, 1) for _ in range(after)]


@pytest.mark.parametrize(
    ("values", "first"),
    [
        (stream(1, 500, 500, 0.3), 607),
        (stream(2, 1000, 1000, 0.1), 1183),
        (stream(3, 300, 2000, 0.05), None),
        (stream(4, 2000, 0, 0.0), None),
    ],
)
def test_it_is_cut_where_rivers_is(values: list[float], first: int | None) -> None:
    """River 0.26.1: ADWIN() with its defaults."""
    window = Window(delta=0.002)
    cuts = (number for number, value in enumerate(values) if window.add(value))
    assert next(cuts, None) == first


def test_its_memory_grows_with_the_log_of_the_window() -> None:
    window = Window(delta=0.002)
    sizes = []
    for number in range(20_000):
        window.add(1.0 + number % 2)
        if number in (5_000, 19_999):
            sizes.append(footprint(window))
    assert window.width == 20_000
    assert sizes[1] < 1.4 * sizes[0]


def test_a_rise_alarms_once_and_a_fall_does_not() -> None:
    rise = Rehearsal(rounds=80, bias=0.4, since=40)
    [alarm] = watch(Adwin(), rise)
    assert alarm.round > 40
    fall = Rehearsal(rounds=80, bias=-0.4, since=40)
    assert list(watch(Adwin(), fall)) == []


def test_who_takes_too_much_from_the_start_on_is_never_seen() -> None:
    assert list(watch(Adwin(), Rehearsal(rounds=80, bias=0.5))) == []


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"delta": 1}, "delta is 1; it is a probability"),
        ({"scale": 0}, "scale is 0; it must be a number from 1e-06"),
        ({"resource": ""}, "resource is ''; it must be a name"),
    ],
)
def test_what_cannot_be_used_is_told_when_it_is_given(parameters: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Adwin(**parameters)
