"""Once the need has fallen, what lies above it is to be given back: who does, and who does not."""

from typing import Any

import pytest

from monitors import Retention


def fall(scribe: Any, released: int, workers: int = 3, rounds: int = 5) -> None:
    """Let the need fall from 100 to 0, while each worker still holds 40."""
    scribe.begin(workers=workers, rounds=50)
    crew = [scribe.born(f"w{number:02d}") for number in range(1, workers + 1)]
    held = [40] * workers
    for turn in range(1, rounds + 3):
        scribe.need(100.0 if turn <= 2 else 0.0)
        for number, actor in enumerate(crew):
            scribe.decide(actor, turn)
            back = min(released, held[number]) if turn > 2 else 0
            if back:
                scribe.move(actor, "release", (str(actor.worker), "pool", back, "compute"))
                held[number] -= back
            if turn <= 2:
                scribe.reserve(actor, 100)
        for number, actor in enumerate(crew):
            scribe.demand(str(actor.worker), used=100 if turn <= 2 else 0, held=held[number])


def test_who_keeps_what_it_had_is_noticed_within_rounds(scribe: Any) -> None:
    scribe.show_to(Retention())
    fall(scribe, released=0)
    alarm = scribe.alarms[0]
    assert alarm.round == 3
    assert "kept on average" in alarm.sentence


def test_who_gives_it_back_is_spared(scribe: Any) -> None:
    scribe.show_to(Retention())
    fall(scribe, released=40)
    assert scribe.alarms == []


def test_nobody_is_bet_on_before_the_need_first_falls(scribe: Any) -> None:
    scribe.show_to(Retention())
    fall(scribe, released=0, rounds=0)
    assert scribe.verdicts == []


def test_a_rise_of_the_need_ends_the_asking(scribe: Any) -> None:
    scribe.show_to(Retention()).begin(workers=1, rounds=50)
    actor = scribe.born("w01")
    for turn, need in enumerate([100.0, 90.0, *[101.0] * 20], start=1):
        scribe.need(need)
        scribe.decide(actor, turn)
        scribe.demand("w01", used=0, held=400)
    assert scribe.alarms == []


def test_who_works_with_what_it_holds_keeps_nothing_from_anyone(scribe: Any) -> None:
    scribe.show_to(Retention()).begin(workers=1, rounds=50)
    actor = scribe.born("w01")
    for turn in range(1, 20):
        scribe.need(100.0 if turn == 1 else 1.0)
        scribe.decide(actor, turn)
        scribe.move(actor, "work", ("pool", "project", 100, "output"))
        scribe.demand("w01", used=0, held=400)
    assert scribe.alarms == []


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"pool": ""}, "pool is ''; known: fleet, worker, family, agent"),
        ({"share": 2}, "share is 2; it must be a number from 0.001 to 1"),
        ({"alpha": "5"}, "alpha is '5'; it is a probability"),
        ({"resource": ""}, "resource is ''; it must be a name"),
    ],
)
def test_what_cannot_be_used_is_told_when_it_is_given(parameters: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Retention(**parameters)
