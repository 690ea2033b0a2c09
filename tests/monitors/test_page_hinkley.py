"""The same numbers as river's, and the same blindness: the past is right whatever it was."""

from random import Random
from typing import Any

import pytest

from monitors import PageHinkley
from monitors.checks import watch
from monitors.page_hinkley import Rising
from monitors.rehearsal import Rehearsal


def stream(seed: int, before: int, after: int, shift: float) -> list[float]:
    chance = Random(seed)
    values = [1 + 0.2 * chance.gauss(0, 1) for _ in range(before)]
    return values + [1 + shift + 0.2 * chance.gauss(0, 1) for _ in range(after)]


@pytest.mark.parametrize(
    ("values", "first"),
    [
        (stream(1, 500, 500, 0.3), 593),
        (stream(2, 1000, 1000, 0.1), 1134),
        (stream(3, 300, 2000, 0.05), 770),
        (stream(4, 2000, 0, 0.0), None),
    ],
)
def test_it_alarms_where_river_does(values: list[float], first: int | None) -> None:
    """River 0.26.1: PageHinkley(min_instances=30, delta=0.005, threshold=20, mode="up")."""
    rising = Rising(delta=0.005)
    statistics = map(rising.add, values)
    above = (number for number, each in enumerate(statistics) if number >= 29 and each > 20)
    assert next(above, None) == first


def test_a_bias_that_sets_in_is_seen_and_one_that_was_always_there_is_not() -> None:
    late = Rehearsal(rounds=80, bias=0.3, since=40)
    [alarm] = watch(PageHinkley(), late)
    assert alarm.round > 40
    assert "risen above its own past" in alarm.sentence
    assert list(watch(PageHinkley(), Rehearsal(rounds=80, bias=0.3))) == []


def test_it_waits_for_its_warm_up() -> None:
    late = Rehearsal(workers=4, rounds=80, bias=3.0, since=2)
    [alarm] = watch(PageHinkley(threshold=1, warm_up=200), late)
    assert alarm.round >= 50


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"threshold": 0}, "threshold is 0; it must be a number from 1e-06"),
        ({"delta": -1}, "delta is -1; it must be a number from 0"),
        ({"warm_up": 0}, "warm_up is 0; it must be a whole number of at least 1"),
        ({"resource": ""}, "resource is ''; it must be a name"),
    ],
)
def test_what_cannot_be_used_is_told_when_it_is_given(parameters: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PageHinkley(**parameters)
