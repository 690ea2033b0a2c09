"""Lives: an agent's context can be folded from the log, and stays bounded."""

import pytest

from memory.envelope import Actor
from memory.events import Decided, EpisodeEnded, EpisodeStarted, ToolResult
from memory.log import Log
from memory.notes import Draft, Notes
from orchestrator.lives import MEMOS_KEPT, Life, Lives
from subagents.policy import Memo, Outcome

ADA = Actor("w01", 1, "w01.1")
EVE = Actor("w01", 2, "w01.2")


@pytest.fixture
def log() -> Log:
    return Log("r")


@pytest.fixture
def notes(log: Log) -> Notes:
    notes = Notes(log)
    log.listen(notes.fold)
    return notes


@pytest.fixture
def lives(log: Log, notes: Notes) -> Lives:
    lives = Lives(notes)
    log.listen(lives.fold)
    return lives


def born(log: Log, actor: Actor) -> None:
    log.append(EpisodeStarted(**log.envelope(1, actor, key=f"{actor.agent}"), family="f", life=4))


def answered(log: Log, actor: Actor, tool: str, error: str = "") -> None:
    key = f"{actor.agent}/1/{log.seq}"
    log.append(
        ToolResult(**log.envelope(1, actor, key=key), tool=tool, message="done", error=error)
    )


def life_of(lives: Lives, worker: str = "w01") -> Life:
    life = lives.newest(worker)
    assert life is not None
    return life


def test_nobody_lives_before_the_first_birth(lives: Lives) -> None:
    assert lives.newest("w01") is None
    assert lives.living() == []


def test_a_turn_begins_with_the_results_of_the_last_one_only(log: Log, lives: Lives) -> None:
    born(log, ADA)
    answered(log, ADA, "pay")
    log.append(Decided(**log.envelope(1, ADA, key="w01.1/2"), turn=2, calls=()))
    answered(log, ADA, "post_note")
    assert life_of(lives).turn == 2
    assert life_of(lives).outcomes == (Outcome("post_note", "done", ""),)


def test_only_a_finish_that_worked_finishes(log: Log, lives: Lives) -> None:
    born(log, ADA)
    answered(log, ADA, "finish", error="no such tool")
    assert not life_of(lives).has_finished
    answered(log, ADA, "finish")
    assert life_of(lives).has_finished


def test_a_successor_starts_with_an_empty_context(log: Log, lives: Lives, notes: Notes) -> None:
    born(log, ADA)
    notes.write(1, ADA, Draft("margin", "keep a margin", "fleet"), key="w01.1/1/0")
    log.append(EpisodeEnded(**log.envelope(1, ADA, key="w01.1"), turns=1, reason="life_over"))
    assert life_of(lives).is_over
    assert lives.living() == []
    born(log, EVE)
    assert life_of(lives).actor == EVE
    assert life_of(lives).memos == {}


def test_what_a_dead_agent_leaves_behind_does_not_touch_the_living(log: Log, lives: Lives) -> None:
    born(log, ADA)
    born(log, EVE)
    answered(log, ADA, "finish")
    assert not life_of(lives).has_finished


def test_an_agent_remembers_what_it_read_and_wrote_newest_version_only(
    log: Log, lives: Lives, notes: Notes
) -> None:
    born(log, ADA)
    for text in ("keep 10", "keep 20"):
        notes.write(1, ADA, Draft("margin", text, "fleet"), key=f"w01.1/1/{log.seq}")
    assert list(life_of(lives).memos.values()) == [Memo("margin", 2, "keep 20", author="w01.1")]


def test_context_is_bounded_however_much_is_written(log: Log, lives: Lives, notes: Notes) -> None:
    born(log, ADA)
    for number in range(3 * MEMOS_KEPT):
        notes.write(1, ADA, Draft(f"note {number}", "x", "fleet"), key=f"w01.1/1/{number}")
    kept = list(life_of(lives).memos.values())
    assert len(kept) == MEMOS_KEPT
    assert kept[-1].name == f"note {3 * MEMOS_KEPT - 1}"
