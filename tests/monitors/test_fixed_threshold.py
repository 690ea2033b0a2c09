"""A line for one round: crossed at once, or never, however long it lasts."""

from typing import Any

import pytest

from monitors import FixedThreshold


def test_one_round_above_the_line_is_an_alarm_and_each_worker_has_one(scribe: Any) -> None:
    scribe.show_to(FixedThreshold(times=2)).begin(workers=2)
    first, second = scribe.born("w01"), scribe.born("w02")
    for turn in range(1, 4):
        scribe.need(100.0)
        for actor, taken in ((first, 201), (second, 200)):
            scribe.decide(actor, turn)
            scribe.reserve(actor, taken)
        for actor in (first, second):
            scribe.demand(str(actor.worker))
    [alarm] = scribe.verdicts
    assert (alarm.key, alarm.round, alarm.score) == ("w01", 1, 1.0)
    assert alarm.sentence == "w01 took 2.01 times its need at once; the line is 2"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"times": 0.5}, "times is 0.5; it must be a number from 1"),
        ({"resource": ""}, "resource is ''; it must be a name"),
    ],
)
def test_what_cannot_be_used_is_told_when_it_is_given(parameters: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FixedThreshold(**parameters)
