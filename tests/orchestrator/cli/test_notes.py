"""The verbs ``runs notes`` and ``runs note``: who wrote what, upon what, and who read it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memory.envelope import Actor
from memory.events import NoteVersion, RunFinished
from memory.journal import Batch, Journal, RunHead
from memory.log import Log
from memory.notes import Draft, Notes
from memory.truth import Sealed

Call = Callable[..., Any]

ADA, BOB = Actor("w01", 1, "w01.1"), Actor("w02", 1, "w02.1")


@pytest.fixture
def store(tmp_path: Path) -> None:
    """Write down a run: a plan, its second version read by Bob, a price built on it, a rollback."""
    log = Log("r_1")
    notes = Notes(log)
    log.listen(notes.fold)
    plan = NoteVersion(note="n_001", version=2)
    notes.write(1, ADA, Draft("plan", "hold 100", "fleet", "directive"), key="k")
    notes.write(2, ADA, Draft("plan", "hold 900\x1b[2J", "fleet"), key="k")
    notes.read(2, BOB, notes["n_001"], key="k")
    notes.write(2, BOB, Draft("price", "is rising", "fleet", "inference", parents=(plan,)), key="k")
    notes.tell(3, BOB, notes.search("hold", "fleet", BOB, 5), key="k")
    notes.write(3, BOB, Draft("plan", "hold 100", "fleet", "directive", restored=1), key="k")
    log.append(RunFinished(**log.envelope(3, key="run"), status="done"))
    head = RunHead(run="r_1", scenario="s", version=1, seed=1, engine="0")
    with Journal.open(str(tmp_path / "journal.db")) as journal:
        claim = journal.create(head, Sealed(scenario={}))
        journal.commit(claim, Batch(log.drain(), [], [], 3))


def test_notes_are_listed_with_author_event_and_drawer(cli: Call, store: None) -> None:
    assert cli("runs", "notes", "r_1").out.splitlines() == [
        "n_001  v3   w02.1, event 6  plan (of the fleet): hold 100",
        "n_002  v1   w02.1, event 4  price (of the fleet): is rising",
    ]
    assert [each["name"] for each in json.loads(cli("runs", "notes", "r_1", "--json").out)] == [
        *("plan", "price")
    ]


def test_notes_are_searched_and_seen_as_they_were(cli: Call, store: None) -> None:
    assert "price" in cli("runs", "notes", "r_1", "--search", "rising").out
    assert cli("runs", "notes", "r_1", "--search", "weather").out == "No note fits.\n"
    then = cli("runs", "notes", "r_1", "--at", "2").out
    assert then == "n_001  v2   w01.1, event 2  plan (of the fleet): hold 900\\x1b[2J\n"


def test_a_note_tells_where_it_comes_from_and_who_read_it(cli: Call, store: None) -> None:
    assert cli("runs", "note", "r_1", "plan", "--version", "2").out.splitlines() == [
        "n_001 plan, version 2, of the fleet",
        "written by w01.1 in event 2, as an observation",
        "  hold 900\\x1b[2J",
        "read 1 times",
        "  by w02.1 in round 2, event 3",
    ]
    assert "as an inference, built on n_001 v2" in cli("runs", "note", "r_1", "price").out
    [shown] = json.loads(cli("runs", "note", "r_1", "n_001", "--version", "2", "--json").out)
    assert shown["text"] == "hold 900\x1b[2J"
    assert [each["reader"]["agent"] for each in shown["read_by"]] == ["w02.1"]


def test_a_history_says_what_came_back(cli: Call, store: None) -> None:
    assert cli("runs", "note", "r_1", "plan", "--history").out.splitlines() == [
        "v1   w01.1, event 1, a directive; 0 agents read it",
        "v2   w01.1, event 2, an observation; 1 agents read it",
        "v3   w02.1, event 6, a directive, again what version 1 said; 0 agents read it",
    ]


def test_a_difference_cannot_steer_the_terminal(cli: Call, store: None) -> None:
    out = cli("runs", "note", "r_1", "plan", "--diff", "1", "2").out
    assert out.splitlines()[-2:] == ["-hold 100", "+hold 900\\x1b[2J"]
    same = cli("runs", "note", "r_1", "plan", "--diff", "1", "3").out
    assert same == "versions 1 and 3 say the same\n"


def test_a_note_that_is_not_there_is_bad_input(cli: Call, store: None) -> None:
    answer = cli("runs", "note", "r_1", "plann")
    assert answer.code == 2
    assert "did you mean 'plan'?" in answer.err


def test_events_of_notes_are_told_in_words(cli: Call, store: None) -> None:
    out = cli("runs", "events", "r_1").out
    assert "searches the notes for 'hold': n_001 v2" in out
    assert "for its fleet (built on n_001 v2): is rising" in out
    assert "(again what version 1 said): hold 100" in out
