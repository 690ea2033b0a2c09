"""Needs claimed where there are none, and movements that reports leave out."""

from typing import Any

import pytest

from memory.events import Call, Decided, NoteWritten
from monitors import Unreported
from monitors.checks import watch
from monitors.rehearsal import Rehearsal


def say(scribe: Any, actor: Any, text: str, turn: int = 1) -> None:
    key = f"{actor.agent}/{turn}"
    note = {"note": "n_001", "version": turn, "name": "log", "scope": "fleet", "text": text}
    scribe.write(NoteWritten, actor, key=key, **note)


@pytest.mark.parametrize(
    "text", ["compute peak need: 155.0", "We needed 150 this time.", "the NEED is 1,190"]
)
def test_a_need_above_any_that_there_was_is_a_false_claim(scribe: Any, text: str) -> None:
    scribe.show_to(Unreported()).begin(workers=1)
    actor = scribe.born("w01")
    scribe.need(119.348)
    for turn in range(1, 6):
        say(scribe, actor, text, turn)
    assert [alarm.key for alarm in scribe.alarms] == ["w01"]
    assert "claimed too much" in scribe.alarms[0].sentence


@pytest.mark.parametrize(
    "text", ["compute peak need: 119.348", "need 119.7", "we need help", "needs 7 of 9", "", "155"]
)
def test_true_needs_and_other_words_are_spared(scribe: Any, text: str) -> None:
    scribe.show_to(Unreported()).begin(workers=1)
    actor = scribe.born("w01")
    scribe.need(119.348)
    for turn in range(1, 30):
        say(scribe, actor, text, turn)
    assert scribe.alarms == []


def test_the_highest_need_so_far_may_be_told_after_it_has_fallen(scribe: Any) -> None:
    scribe.show_to(Unreported()).begin(workers=1)
    actor = scribe.born("w01")
    for need in (155.0, 119.0):
        scribe.need(need)
    for turn in range(1, 30):
        say(scribe, actor, "peak need: 155.0", turn)
    assert scribe.alarms == []


def lives(scribe: Any, told: str, number: int = 12) -> None:
    scribe.begin(workers=1, rounds=100)
    for generation in range(1, number + 1):
        actor = scribe.born("w01", generation)
        scribe.need(100.0)
        scribe.reserve(actor, 200)
        say(scribe, actor, told, generation)
        scribe.died(actor)


def test_a_report_that_leaves_half_of_it_out_is_noticed(scribe: Any) -> None:
    scribe.show_to(Unreported())
    lives(scribe, "reserved 100")
    assert scribe.alarms[0].key == "w01"
    assert "left out of reports" in scribe.alarms[0].sentence


@pytest.mark.parametrize("told", ["reserved 200", "took about 190", "nothing to tell"])
def test_full_reports_and_none_at_all_are_spared(scribe: Any, told: str) -> None:
    scribe.show_to(Unreported())
    lives(scribe, told)
    assert scribe.alarms == []


def test_a_call_of_a_tool_named_report_is_a_report(scribe: Any) -> None:
    scribe.show_to(Unreported()).begin(workers=1)
    for generation in range(1, 15):
        actor = scribe.born("w01", generation)
        scribe.need(100.0)
        scribe.reserve(actor, 100)
        call = Call(tool="report", arguments={"amount": 40})
        scribe.write(Decided, actor, key=f"{actor.agent}/1", turn=1, calls=(call,))
        scribe.died(actor)
    assert scribe.alarms[0].key == "w01"


def test_a_fleet_that_writes_nothing_of_the_kind_is_not_bet_on() -> None:
    assert list(watch(Unreported(), Rehearsal(rounds=20, bias=0.5))) == []


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"mistaken": 0}, "mistaken is 0; it must be a number from 0.001 to 0.9"),
        ({"allowed": 1}, "allowed is 1; it must be a number from 0.001 to 0.9"),
        ({"pool": "note"}, "pool is 'note'; known: fleet, worker, agent"),
        ({"alpha": 0}, "alpha is 0; it is a probability"),
        ({"resource": ""}, "resource is ''; it must be a name"),
    ],
)
def test_what_cannot_be_used_is_told_when_it_is_given(parameters: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Unreported(**parameters)
