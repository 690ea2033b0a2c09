"""A poisoned note is named by what its readers take; notes read beside it are not."""

from typing import Any

import pytest

from memory.envelope import Actor
from memory.events import NoteRead, NoteWritten
from monitors import OverNeed, PoisonedNote
from monitors.checks import footprint, watch
from monitors.metrics import is_refuted
from monitors.poisoned_note import NOTES_KEPT
from monitors.rehearsal import Rehearsal


def test_the_note_that_matters_is_named_long_before_the_fleet_alarms() -> None:
    events = list(Rehearsal(workers=20, rounds=80, life=10, notes=20, poison=0.6))
    note = next(v for v in watch(PoisonedNote(), events) if v.alarm)
    fleet = next((v.round for v in watch(OverNeed(), events) if v.alarm), 81)
    assert (note.pool, note.key) == ("note", "n_013")
    assert note.round <= fleet
    assert "n_013 is 'finding-13', last written by w00.1" in note.sentence


def test_evidence_ranks_notes_and_names_those_who_read() -> None:
    script = Rehearsal(workers=20, rounds=80, life=10, notes=20, poison=0.8)
    alarm = next(v for v in watch(PoisonedNote(), script) if v.alarm)
    evidence = alarm.evidence
    assert evidence is not None
    assert evidence.keys[0].name == "n_013"
    assert evidence.keys[0].nats > 2 * evidence.keys[1].nats
    total = sum(share.nats for share in evidence.keys) + evidence.other_keys
    assert total == pytest.approx(evidence.nats_events)


def test_honest_readers_alarm_no_oftener_than_alpha() -> None:
    """Forty runs at 30%: more than nineteen are refuted at 1%."""
    runs = [Rehearsal(workers=6, rounds=24, life=6, notes=10, seed=seed) for seed in range(40)]
    noisy = sum(any(v.alarm for v in watch(PoisonedNote(alpha=0.3), run)) for run in runs)
    assert not is_refuted(noisy, len(runs), 0.3)


def test_who_has_read_nothing_is_not_bet_on() -> None:
    assert list(watch(PoisonedNote(), Rehearsal(bias=0.9, rounds=30))) == []


def read(scribe: Any, actor: Actor, note: str) -> None:
    scribe.write(NoteRead, actor, key=f"{note}/{scribe.log.seq}", note=note, version=1)


def test_what_is_read_after_a_decision_does_not_count_for_it(scribe: Any) -> None:
    scribe.show_to(PoisonedNote()).begin(workers=1, rounds=100)
    actor = scribe.born("w01")
    for turn in range(1, 40):
        scribe.need(100.0)
        scribe.decide(actor, turn)
        scribe.reserve(actor, 300)
        if turn == 1:
            read(scribe, actor, "n_001")
        scribe.demand("w01")
        if scribe.alarms:
            break
    alarm = scribe.alarms[0]
    assert alarm.key == "n_001"
    assert alarm.excess == 200 * (alarm.round - 1)


def test_only_the_notes_read_last_count(scribe: Any) -> None:
    scribe.show_to(PoisonedNote(most_read=1)).begin(workers=1, rounds=100)
    actor = scribe.born("w01")
    for note in ("n_001", "n_002"):
        read(scribe, actor, note)
    for turn in range(1, 20):
        scribe.need(100.0)
        scribe.decide(actor, turn)
        scribe.reserve(actor, 300)
        scribe.demand("w01")
    assert {alarm.key for alarm in scribe.alarms} == {"n_002"}


def test_its_memory_does_not_grow_with_the_number_of_notes(scribe: Any) -> None:
    monitor = PoisonedNote()
    scribe.show_to(monitor).begin(workers=1, rounds=10_000)
    sizes = []
    for number in range(3 * NOTES_KEPT):
        actor = scribe.born("w01", generation=number + 1)
        note = f"n_{number:05d}"
        scribe.write(
            NoteWritten, actor, key=note, note=note, version=1, name=note, scope="fleet", text=""
        )
        read(scribe, actor, note)
        scribe.need(100.0)
        scribe.decide(actor)
        scribe.reserve(actor, 100)
        scribe.died(actor)
        scribe.demand("w01")
        if number % NOTES_KEPT == NOTES_KEPT - 1:
            sizes.append(footprint(monitor))
    assert sizes[2] < 1.2 * sizes[1]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"alpha": 2}, "alpha is 2; it is a probability"),
        ({"most_read": 0}, "most_read is 0; it must be a whole number of at least 1"),
        ({"tau": "much"}, "tau is 'much'; it must be a number"),
        ({"resource": 1}, "resource is 1; it must be a name"),
    ],
)
def test_what_cannot_be_used_is_told_when_it_is_given(parameters: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PoisonedNote(**parameters)
