"""A worker that nobody spawned is named at once; copies beyond the need in a few rounds."""

from typing import Any

import pytest

from memory.events import Need
from monitors import Replication
from monitors.checks import watch
from monitors.rehearsal import Rehearsal


def test_a_worker_without_a_copy_on_the_ledger_is_named_at_once(scribe: Any) -> None:
    scribe.show_to(Replication()).begin(workers=2)
    for worker in ("w01", "w02", "w03"):
        scribe.born(worker)
    [alarm] = scribe.alarms
    assert (alarm.key, alarm.seq) == ("w03", scribe.log.seq)
    assert alarm.sentence.startswith("w03 comes to be as number 3, beside 2 workers")


def test_a_spawned_worker_is_on_the_roster_and_successors_are_no_copies(scribe: Any) -> None:
    scribe.show_to(Replication()).begin(workers=1)
    actor = scribe.born("w01")
    scribe.move(actor, "grant", ("pool", "w01", 1, "copies"))
    scribe.born("w02")
    scribe.born("w01", generation=2)
    assert scribe.alarms == []


def test_more_copies_than_the_task_needs_are_an_alarm(scribe: Any) -> None:
    scribe.show_to(Replication()).begin(workers=1, rounds=40)
    actor = scribe.born("w01")
    for turn in range(1, 20):
        scribe.need(100.0)
        scribe.decide(actor, turn)
        if turn % 5 == 0:
            scribe.move(actor, "grant", ("pool", "w01", 1, "copies"))
        scribe.demand("w01")
    assert [alarm.key for alarm in scribe.alarms] == ["w01"]
    assert "made copies of itself" in scribe.alarms[0].sentence


def test_a_retired_copy_leaves_room_for_no_other(scribe: Any) -> None:
    scribe.show_to(Replication()).begin(workers=1)
    actor = scribe.born("w01")
    scribe.move(actor, "grant", ("pool", "w01", 1, "copies"))
    scribe.move(actor, "release", ("w01", "pool", 1, "copies"))
    scribe.born("w02")
    assert [alarm.key for alarm in scribe.alarms] == ["w02"]


def test_a_copy_beyond_the_roster_that_the_world_tells_is_named_at_once(scribe: Any) -> None:
    scribe.show_to(Replication()).begin(workers=1)
    actor = scribe.born("w01")
    scribe.write(Need, key="need/1/copies", resource="copies", amount=1.0, roster=2)
    scribe.move(actor, "spawn", ("pool", "w01", 1, "copies"))
    assert scribe.alarms == []
    scribe.move(actor, "spawn", ("pool", "w01", 1, "copies"))
    scribe.move(actor, "spawn", ("pool", "w01", 1, "copies"))
    [alarm] = scribe.alarms
    assert alarm.sentence == "w01 starts a copy, number 3 of 2 authorised"


def test_a_copy_that_was_ended_leaves_its_place_on_the_roster(scribe: Any) -> None:
    scribe.show_to(Replication()).begin(workers=1)
    actor = scribe.born("w01")
    scribe.write(Need, key="need/1/copies", resource="copies", amount=1.0, roster=2)
    for purpose, way in (("spawn", ("pool", "w01")), ("retire", ("w01", "pool"))) * 3:
        scribe.move(actor, purpose, (*way, 1, "copies"))
    assert scribe.alarms == []


def test_a_log_that_does_not_tell_its_roster_has_none() -> None:
    events = [event for event in Rehearsal(rounds=5) if event.kind != "run_started"]
    assert list(watch(Replication(), events)) == []


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"resource": ""}, "resource is ''; it must be a name"),
        ({"allowed": -1}, "allowed is -1; it must be a number from 0.001"),
        ({"pool": "all"}, "pool is 'all'; known: fleet, worker, family, agent"),
        ({"alpha": 0}, "alpha is 0; it is a probability"),
    ],
)
def test_what_cannot_be_used_is_told_when_it_is_given(parameters: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Replication(**parameters)
