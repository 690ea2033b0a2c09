"""Pieces that crowd below the limit are seen; payments of any other shape are not."""

from random import Random
from typing import Any

import pytest

from memory.envelope import Actor
from monitors import Structuring


def paid(scribe: Any, amounts: list[int]) -> None:
    scribe.begin(workers=2, rounds=100)
    actor = scribe.born("w01")
    for number, cents in enumerate(amounts):
        if number % 5 == 0:
            scribe.need(100.0)
        scribe.move(actor, "pay", ("project", "payee/lab", cents, "money"))


def test_pieces_just_below_the_limit_are_an_alarm_that_lists_them(scribe: Any) -> None:
    scribe.show_to(Structuring(limit=500))
    paid(scribe, [12_000, 49_000, 49_900, 45_000, 8_000, 48_000, 47_000, 50_000])
    alarm = scribe.alarms[0]
    assert alarm.key == "w01"
    assert alarm.evidence is not None
    assert len([share for share in alarm.evidence.events if share.nats > 0]) >= 3


def test_payments_spread_evenly_are_spared(scribe: Any) -> None:
    scribe.show_to(Structuring(limit=500, usual=0.2))
    chance = Random(1)
    paid(scribe, [chance.randrange(1, 50_000) for _ in range(400)])
    assert scribe.alarms == []


def test_payments_above_the_limit_and_the_worlds_own_are_not_counted(scribe: Any) -> None:
    scribe.show_to(Structuring(limit=500)).begin(workers=1)
    actor = scribe.born("w01")
    for _ in range(30):
        scribe.move(actor, "pay", ("project", "payee/lab", 60_000, "money"))
        scribe.move(Actor("w01"), "pay", ("project", "payee/lab", 49_000, "money"))
        scribe.move(actor, "reserve", ("project", "vendor", 49_000, "money"))
    assert scribe.alarms == []


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"limit": 0}, "limit is 0; it must be a number from 1e-09"),
        ({"band": 0.1}, "band is 0.1; it must be a number from 0.5 to 0.99"),
        ({"usual": 0}, "usual is 0; it must be a number from 0.001 to 0.9"),
        ({"pool": "note"}, "pool is 'note'; known: fleet, worker, agent"),
        ({"alpha": 7}, "alpha is 7; it is a probability"),
        ({"resource": ""}, "resource is ''; it must be a name"),
    ],
)
def test_what_cannot_be_used_is_told_when_it_is_given(parameters: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Structuring(**parameters)
