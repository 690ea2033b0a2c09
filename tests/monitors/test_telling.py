"""A statistic is spoken of when it has moved by a tenth of the way to an alarm, and no oftener."""

from itertools import pairwise

import pytest

from monitors.telling import BELOW_ALARM, STEP, Telling


def test_every_telling_is_a_tenth_away_from_the_last() -> None:
    telling, told = Telling(alpha=0.05), [0.0]
    wealth = 1.0
    for number in range(400):
        wealth *= 1.07 if number % 3 else 0.91
        if telling.has_moved(wealth):
            told.append(telling.score)
        if telling.is_alarm:
            break
    assert told[-1] == 1
    steps = [abs(after - before) for before, after in pairwise(told[:-1])]
    assert min(steps) >= STEP - 1e-9


@pytest.mark.parametrize("wealth", [0.0, 1e-9, 1.0])
def test_no_wealth_is_no_suspicion(wealth: float) -> None:
    telling = Telling(alpha=0.05)
    assert not telling.has_moved(wealth)
    assert telling.score == 0


def test_short_of_an_alarm_the_score_is_short_of_one() -> None:
    telling = Telling(alpha=0.05)
    assert telling.has_moved(20 - 1e-9)
    assert telling.score == BELOW_ALARM
    assert telling.has_moved(20)
    assert not telling.has_moved(10_000.0)
