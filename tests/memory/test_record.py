"""The record of a run: how far it has come, and whether anybody is at work on it."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from memory.checks import EVENT_KINDS, Book, history
from memory.claim import Owner, this_process
from memory.journal import Batch, Journal, Origin, RunHead, RunRecord
from memory.log import GENESIS
from memory.truth import Sealed
from memory.verdicts import Verdict

HEAD = RunHead(run="r_1", scenario="just_in_case", version=3, seed=2**63 - 1, engine="0.1.0")
LUNCH = datetime(2026, 5, 9, 12, 0, tzinfo=UTC)


def test_a_new_run_stands_at_the_beginning_and_is_owned_by_its_maker(journal: Journal) -> None:
    journal.create(HEAD, Sealed(scenario={}))
    record = journal.run("r_1")
    assert RunHead(**{name: getattr(record, name) for name in RunHead.model_fields}) == HEAD
    assert (record.status, record.round, record.seq, record.summary) == ("running", 0, 0, {})
    assert record.digest == GENESIS.hex()
    assert record.owner == this_process()
    assert record.is_live
    assert not record.is_finished


def test_a_run_whose_owner_is_gone_is_told_as_interrupted(
    journal: Journal, give_to: Callable[[Owner], None]
) -> None:
    journal.create(HEAD, Sealed(scenario={}))
    assert journal.run("r_1").state == "running"
    give_to(this_process()._replace(born="another boot/1", lease_s=-1 if journal._lease else None))
    record = journal.run("r_1")
    assert (record.status, record.state) == ("running", "interrupted")


def test_a_commit_moves_the_record_on(journal: Journal) -> None:
    book = Book(journal, "r_1")
    entries = history(book.log, rounds=2)
    verdicts = [
        Verdict(monitor="m", pool="fleet", key="fleet", seq=1, round=1, score=1, alarm=alarm)
        for alarm in (False, True, True)
    ]
    journal.commit(book.claim, Batch(entries, verdicts, [], round=2))
    journal.commit(book.claim, Batch(history(book.log), verdicts[:1], [], round=3))
    record = journal.run("r_1")
    assert (record.round, record.seq) == (3, 3 * len(EVENT_KINDS))
    assert (record.verdicts, record.alarms, record.digest) == (4, 2, book.log.digest)


@pytest.mark.parametrize("status", ["done", "failed"])
def test_a_finished_run_keeps_its_summary_and_has_no_owner(journal: Journal, status: Any) -> None:
    book = Book(journal, "r_1")
    journal.finish(book.claim, status, {"score": {"task_done": 0.97}, "alarms": []})
    record = journal.run("r_1")
    assert record.summary == {"score": {"task_done": 0.97}, "alarms": []}
    assert (record.status, record.is_finished, record.owner) == (status, True, None)
    assert not record.is_live


def test_a_summary_that_could_not_be_read_again_is_refused(journal: Journal) -> None:
    book = Book(journal, "r_1")
    with pytest.raises(ValueError, match="not JSON compliant"):
        journal.finish(book.claim, "done", {"score": float("nan")})
    assert journal.run("r_1").status == "running"


def test_a_run_that_was_let_go_of_can_be_resumed(journal: Journal) -> None:
    journal.release(Book(journal, "r_1").claim)
    record = journal.run("r_1")
    assert (record.status, record.is_finished, record.owner) == ("interrupted", False, None)


def test_a_run_whose_owner_was_killed_is_not_live(
    journal: Journal, other_process: Callable[[], Any]
) -> None:
    scribe = other_process()
    scribe.ask("create", "r_1")
    assert journal.run("r_1").is_live
    scribe.kill()
    assert not journal.run("r_1").is_live
    assert journal.run("r_1").status == "running"


def test_moments_are_utc_whatever_the_clock_says(place: str) -> None:
    clock = iter(
        [LUNCH.astimezone(timezone(timedelta(hours=9))), LUNCH + timedelta(microseconds=5)]
    )
    with Journal.open(place, clock=lambda: next(clock)) as journal:
        book = Book(journal, "r_1")
        journal.commit(book.claim, Batch(history(book.log), [], [], round=1))
        record = journal.run("r_1")
    assert (record.created_at, record.updated_at) == (LUNCH, LUNCH + timedelta(microseconds=5))
    assert record.created_at.tzinfo is not None
    assert record.model_dump(mode="json")["updated_at"] == "2026-05-09T12:00:00.000005Z"


def test_a_record_survives_json(journal: Journal) -> None:
    Book(journal, "r_1")
    record = journal.run("r_1")
    assert RunRecord.model_validate_json(record.model_dump_json()) == record
    assert record.owner is not None
    assert record.owner.pid == os.getpid()


def test_a_fork_knows_where_it_left_its_parent(journal: Journal) -> None:
    book = Book(journal, "r_0")
    book.write()
    origin = Origin("r_0", seq=2, round=0)
    journal.fork(HEAD, Sealed(scenario={}), origin, verdicts=[])
    assert journal.run("r_1").origin == origin
    assert journal.run("r_0").origin is None
