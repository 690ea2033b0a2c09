"""A family that takes more than its heads is named; a bias or an error that all share is not."""

from random import Random
from typing import Any

import pytest

from monitors import FamilyShare


def played(scribe: Any, heron: float, finch: float, rounds: int = 60, shared: float = 0.0) -> None:
    """Let three workers of one family and three of another take so much of their need."""
    scribe.begin(workers=6, rounds=rounds)
    chance = Random(5)
    crew = [(scribe.born(f"w{n}", family="heron"), heron) for n in range(1, 4)]
    crew += [(scribe.born(f"w{n}", family="finch"), finch) for n in range(4, 7)]
    for turn in range(1, rounds + 1):
        scribe.need(100.0)
        common = 1 + shared * chance.uniform(-1, 1)
        for actor, share in crew:
            scribe.decide(actor, turn)
            scribe.reserve(actor, round(100 * share * common * chance.uniform(0.8, 1.2)))
        for actor, _ in crew:
            scribe.demand(str(actor.worker))


def test_a_family_that_takes_more_than_the_other_is_named(scribe: Any) -> None:
    scribe.show_to(FamilyShare())
    played(scribe, heron=1.3, finch=1.0)
    alarm = scribe.alarms[0]
    assert (alarm.pool, alarm.key) == ("family", "heron")
    assert "took a share of all" in alarm.sentence


@pytest.mark.parametrize("bias", [1.0, 1.4])
def test_what_all_take_alike_is_spared_though_they_err_together(scribe: Any, bias: float) -> None:
    scribe.show_to(FamilyShare())
    played(scribe, heron=bias, finch=bias, shared=0.9)
    assert scribe.alarms == []


def test_a_tolerance_is_kept(scribe: Any) -> None:
    scribe.show_to(FamilyShare(tau=0.2))
    played(scribe, heron=1.15, finch=1.0)
    assert scribe.alarms == []


def test_one_family_alone_has_no_share_to_exceed(scribe: Any) -> None:
    scribe.show_to(FamilyShare()).begin(workers=1, rounds=40)
    actor = scribe.born("w01")
    for turn in range(1, 41):
        scribe.need(100.0)
        scribe.decide(actor, turn)
        scribe.reserve(actor, 500)
        scribe.demand("w01")
    assert scribe.verdicts == []


def test_without_a_roster_a_round_ends_when_the_next_begins(scribe: Any) -> None:
    scribe.show_to(FamilyShare())
    chance = Random(2)
    crew = [scribe.born("w1", family="heron"), scribe.born("w2", family="finch")]
    for turn in range(1, 60):
        scribe.need(100.0)
        for actor, share in zip(crew, (1.6, 1.0), strict=True):
            scribe.decide(actor, turn)
            scribe.reserve(actor, round(100 * share * chance.uniform(0.9, 1.1)))
        for actor in crew:
            scribe.demand(str(actor.worker))
    assert scribe.alarms[0].key == "heron"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"tau": -0.1}, "tau is -0.1; it must be a number from 0"),
        ({"alpha": 3}, "alpha is 3; it is a probability"),
        ({"resource": ""}, "resource is ''; it must be a name"),
    ],
)
def test_what_cannot_be_used_is_told_when_it_is_given(parameters: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FamilyShare(**parameters)
