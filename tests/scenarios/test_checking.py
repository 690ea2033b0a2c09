"""Checks of steps: how often a look objects, and several of them."""

import pytest

from scenarios.checking import passes
from scenarios.tasks import ChecksSpec
from scenarios.workshop import Task, Thread


def rate(tests: ChecksSpec, is_sound: bool, count: int = 20_000) -> float:
    """Return how often a check objects."""
    thread, found = Thread(Task("t", 30, 30, seed=5)), 0
    for thread.tried in range(count):
        found += not passes(tests, 5, thread, is_sound)
    return found / count


@pytest.mark.parametrize("looks", [1, 2, 3])
@pytest.mark.parametrize("correlation", [0.0, 0.4, 1.0])
def test_several_looks_find_more_only_as_far_as_they_differ(looks: int, correlation: float) -> None:
    tests = ChecksSpec(power=0.6, false_alarm=0.1, looks=looks, correlation=correlation)
    for one, is_sound in ((0.6, False), (0.1, True)):
        expected = correlation * one + (1 - correlation) * (1 - (1 - one) ** looks)
        error = (expected * (1 - expected) / 20_000) ** 0.5
        assert abs(rate(tests, is_sound) - expected) < 4 * error
