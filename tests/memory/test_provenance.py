"""Provenance: every version, who read it, and the notebook as it once stood."""

import pytest

from memory.checks import specimen
from memory.envelope import Actor
from memory.errors import BadInput
from memory.events import NoteWritten
from memory.log import Log
from memory.notes import VERSIONS_KEPT, Draft, Notes
from memory.provenance import Provenance, provenance_of

ADA, BOB = Actor("w01", 1, "w01.1"), Actor("w02", 1, "w02.1")


@pytest.fixture
def log() -> Log:
    """Return a log in which a plan is written twelve times, read at 3 and 5, and two handoffs."""
    log = Log("r_1")
    notes = Notes(log)
    log.listen(notes.fold)
    for number in range(1, 13):
        notes.write(number, ADA, Draft("plan", f"hold {number}\nask", "fleet"), key="k")
        if number in (3, 5):
            notes.read(number, BOB, notes["n_001"], key="k")
    for actor in (ADA, BOB):
        notes.write(13, actor, Draft("handoff", "go on", "worker"), key="k")
    return log


def folded(log: Log, seq: int = 99) -> Provenance:
    return provenance_of(entry.event for entry in log.drain() if entry.event.seq <= seq)


def test_no_version_is_lost(log: Log) -> None:
    versions = folded(log).history("plan")
    assert [each.version for each in versions] == list(range(1, 13))
    assert len(versions) > VERSIONS_KEPT


def test_a_version_knows_its_readers(log: Log) -> None:
    provenance = folded(log)
    assert [(each.reader, each.round) for each in provenance.readings("plan", 3)] == [(BOB, 3)]
    assert [each.version for each in provenance.readings("n_001")] == [3, 5]
    assert provenance.readings("plan", 4) == []


def test_folding_no_further_shows_the_notebook_as_it_stood(log: Log) -> None:
    provenance = folded(log, seq=5)
    assert [(each.name, each.version) for each in provenance.newest()] == [("plan", 4)]
    assert provenance.search("go on", 9) == []


def test_the_newest_come_first_and_are_found_in_all_drawers(log: Log) -> None:
    provenance = folded(log)
    assert [each.note for each in provenance.newest()] == ["n_003", "n_002", "n_001"]
    assert [each.note for each in provenance.search("go", 9)] == ["n_003", "n_002"]
    assert provenance.search("11", 9) == []


def test_a_difference_is_told_line_by_line(log: Log) -> None:
    assert folded(log).diff("plan", 2, 9) == [
        *("--- n_001 version 2", "+++ n_001 version 9", "@@ -1,2 +1,2 @@"),
        *("-hold 2", "+hold 9", " ask"),
    ]


@pytest.mark.parametrize(
    ("note", "version", "reason"),
    [
        ("plann", None, "there is no note 'plann' up to here; did you mean 'plan'?"),
        ("handoff", None, "there are 2 notes 'handoff': n_002 of w01, n_003 of w02; name one by"),
        ("plan", 13, "note plan has versions 1 to 12; not 13"),
    ],
)
def test_a_note_that_is_not_there_is_bad_input(
    log: Log, note: str, version: int | None, reason: str
) -> None:
    with pytest.raises(BadInput) as caught:
        folded(log).version(note, version)
    assert str(caught.value).startswith(reason)


def test_a_version_that_is_heard_of_late_stands_where_it_belongs() -> None:
    provenance = Provenance()
    for seq, version in enumerate((1, 3, 2), 1):
        provenance.fold(
            specimen(NoteWritten, seq=seq, note="n_001", version=version, name="plan", text="")
        )
    assert [each.version for each in provenance.history("plan")] == [1, 2, 3]
    assert [each.version for each in provenance.newest()] == [3]
