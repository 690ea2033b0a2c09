"""A brief keeps to its budget, is the same each time, and is what its reader is held to know."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.envelope import Actor, Event
from memory.events import EpisodeStarted, NoteRead, NoteWritten
from memory.journal import Journal
from memory.log import Log
from memory.notes import Draft, Note, Notes
from orchestrator import conduct
from orchestrator.briefing import LEAST_EXCERPT, rank, task_words, within
from orchestrator.compose import assemble
from orchestrator.engine import Engine
from orchestrator.replay import replay
from scenarios.ingredient import BriefSpec
from scenarios.spec import Scenario

Fleet = Callable[..., Scenario]

ADA = Actor("w01", 1, "w01.1")


def noted(*texts: str) -> list[Note]:
    """Return notes of these texts, in the order of writing; the first word names each."""
    log = Log("r_1")
    notes = Notes(log)
    log.listen(notes.fold)
    for number, text in enumerate(texts):
        draft = Draft(text.split()[0].lower(), text, "fleet")
        notes.write(1, ADA, draft, key=f"w01.1/1/{number}")
    return notes.recent("fleet", ADA, 99)[::-1]


def events_of(fleet: Fleet, *overrides: str) -> list[Event]:
    stage = assemble(fleet(*overrides), 7, "in memory")
    events: list[Event] = []
    stage.log.listen(events.append)
    asyncio.run(Engine(stage).execute())
    return events


@given(
    sizes=st.lists(st.integers(1, 400), max_size=12),
    handoff=st.integers(0, 600),
    room=st.integers(1, 900),
)
def test_no_brief_is_ever_over_its_budget(sizes: list[int], handoff: int, room: int) -> None:
    notes = noted(*(f"n{number} ".ljust(size, "x") for number, size in enumerate(sizes)))
    left = noted(f"handoff {'y' * handoff}")
    given_ = list(within(left, notes, room))
    assert sum(len(note.text) for note in given_) <= room
    assert given_[0].name == "handoff"
    cut = [note for note in given_[1:] if note not in notes]
    assert len(cut) <= 1, "more than one note was cut"
    assert all(len(note.text) >= LEAST_EXCERPT for note in cut)


def test_whole_notes_go_in_before_the_beginning_of_one() -> None:
    long, short = noted("long ".ljust(500, "x"), "short ".ljust(100, "x"))
    [first, second] = within([], [long, short], 400)
    assert (first.name, len(first.text)) == ("short", 100)
    assert (second.name, second.text) == ("long", long.text[:300])


@pytest.mark.parametrize(
    ("by", "order"),
    [
        ("recency", ["c", "b", "a"]),
        ("fit", ["a"]),
        ("both", ["a", "c", "b"]),
    ],
)
def test_notes_come_by_recency_by_fit_or_by_both(by: str, order: list[str]) -> None:
    a, b, c = noted("a compute", "b nothing", "c nothing")
    spec = BriefSpec.model_validate({"budget": 100, "by": by})
    assert [note.name for note in rank([c, b, a], [a], spec)] == order


def test_only_the_longer_words_of_a_task_are_searched_for() -> None:
    assert task_words("of the a to be") == ""
    assert len(task_words(" ".join(f"word{number}" for number in range(20))).split()) == 8


def test_an_agent_reads_the_handoff_first_and_no_more_than_its_budget(fleet: Fleet) -> None:
    events = events_of(fleet, "assembly_line.brief=40 characters")
    texts = {(e.note, e.version): e for e in events if isinstance(e, NoteWritten)}
    births = [e.seq for e in events if isinstance(e, EpisodeStarted) and e.parent]
    for birth in births:
        reads = [e for e in events if isinstance(e, NoteRead) and e.cause == birth]
        written = [texts[read.note, read.version] for read in reads]
        assert written[0].name == "handoff"
        shown = [read.shown or len(note.text) for read, note in zip(reads, written, strict=True)]
        assert 0 < sum(shown) <= 40
    assert births


def test_what_an_agent_was_shown_is_what_it_knows_after_a_resume_too(
    fleet: Fleet, journal: Journal
) -> None:
    scenario = fleet("assembly_line.brief=40 characters", "chain.life=4")
    performance = conduct.start(journal, scenario, run="r")
    asyncio.run(performance.play(with_references=False))
    assert asyncio.run(replay(journal, "r")).ok
    stage = assemble(scenario, journal.run("r").seed, "again")
    stage.log.replay(journal.entries("r", limit=_in_the_second_life(journal)))
    [handoff, *_] = stage.lives.living()[0].memos.values()
    assert (handoff.name, len(handoff.text)) == ("handoff", 40)


def _in_the_second_life(journal: Journal) -> int:
    entries = journal.entries("r")
    return next(each.event.seq for each in entries if each.event.round == 6)


def test_without_a_budget_a_brief_is_the_handoff_and_the_three_newest_notes(fleet: Fleet) -> None:
    events = events_of(fleet)
    for birth in (e for e in events if isinstance(e, EpisodeStarted) and e.parent):
        reads = [e for e in events if isinstance(e, NoteRead) and e.cause == birth.seq]
        assert len(reads) == 4
        assert not any(read.shown for read in reads)
