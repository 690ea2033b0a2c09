"""A fork's beginning: its parent's events, their hashes and what is sealed of them, or nothing."""

import pytest

from memory.checks import Book, history
from memory.errors import BadInput, CorruptJournal, UnknownRun
from memory.journal import Batch, Journal, Origin, RunHead
from memory.truth import Intent, Record, Sealed
from memory.verdicts import Verdict

HEAD = RunHead(run="f_1", scenario="s", version=1, seed=7, engine="0")
ALARM = Verdict(monitor="m", pool="fleet", key="fleet", seq=1, round=1, score=1, alarm=True)


@pytest.fixture
def parent(journal: Journal) -> Book:
    """Return a run of two rounds with a sealed fact about its third event and its last."""
    book = Book(journal, "r_1")
    entries = history(book.log, rounds=2)
    records = [Record(seq, Intent(normal=seq)) for seq in (3, len(entries))]
    journal.commit(book.claim, Batch(entries, [], records, round=2))
    return book


def test_it_holds_the_events_up_to_there_with_their_hashes(journal: Journal, parent: Book) -> None:
    origin = Origin("r_1", seq=5, round=1)
    journal.fork(HEAD, Sealed(scenario={"a": 1}), origin, [ALARM, ALARM])
    shared = list(journal.entries("r_1", limit=5))
    assert [entry[1:] for entry in journal.entries("f_1")] == [entry[1:] for entry in shared]
    assert [record.seq for record in journal.records("f_1")] == [3]
    assert journal.sealed("f_1").scenario == {"a": 1}
    record = journal.verify("f_1")
    assert (record.seq, record.round, record.digest) == (5, 1, shared[-1].hash.hex())
    assert (record.verdicts, record.alarms, record.origin) == (2, 2, origin)


@pytest.mark.parametrize(("seq", "shared"), [(2, []), (3, [3]), (6, [3]), (12, [3])])
def test_of_a_commit_that_goes_on_beyond_it_only_what_is_sealed_about_its_own_events_is_there(
    journal: Journal, parent: Book, seq: int, shared: list[int]
) -> None:
    journal.fork(HEAD, Sealed(scenario={}), Origin("r_1", seq, 1), [])
    assert [record.seq for record in journal.records("f_1")] == shared


def test_it_goes_on_from_there_and_its_parent_stays_as_it_was(
    journal: Journal, parent: Book
) -> None:
    before = journal.run("r_1")
    last = before.seq
    claim = journal.fork(HEAD, Sealed(scenario={}), Origin("r_1", last, 2), [])
    entries = history(parent.log)
    journal.commit(claim, Batch(entries, [ALARM], [], round=3))
    assert journal.verify("f_1").seq == last + len(entries)
    assert [number for number, _ in journal.verdicts("f_1")] == [1]
    assert journal.run("r_1") == before


def test_an_unknown_parent_a_known_name_or_a_hole_leaves_nothing_behind(
    journal: Journal, parent: Book
) -> None:
    journal.release(parent.claim)
    before = journal.runs()
    sealed = Sealed(scenario={})
    with pytest.raises(UnknownRun, match="did you mean 'r_1'"):
        journal.fork(HEAD, sealed, Origin("r_2", 5, 1), [])
    with pytest.raises(BadInput, match="there is a run r_1 already"):
        journal.fork(HEAD.model_copy(update={"run": "r_1"}), sealed, Origin("r_1", 5, 1), [])
    with pytest.raises(CorruptJournal, match=f"up to 999, {before[0].seq} are there"):
        journal.fork(HEAD, sealed, Origin("r_1", 999, 1), [])
    assert journal.runs() == before
