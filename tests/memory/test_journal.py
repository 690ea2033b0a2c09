"""The journal: one owner at a time, whole batches or nothing, durable when it says so."""

import os
import sqlite3
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select

from memory.answer import Answer, Turn
from memory.checks import EVENT_KINDS, Book, history
from memory.claim import Owner, this_process
from memory.errors import BadInput, RunInUse, StaleClaim, StoreError
from memory.journal import Batch, Journal, Origin, RunHead
from memory.log import Log
from memory.tables import CLOCK
from memory.truth import Intent, Record, Sealed
from memory.verdicts import Verdict

KINDS = len(EVENT_KINDS)
DEAD = this_process()._replace(pid=2**22 + 1)
FAR = Owner(pid=7, host="a-host-far-away", born="")


GiveTo = Callable[[Owner], None]


def resumed(journal: Journal, run: str) -> Log:
    """Return a run's log, replayed and so verified."""
    log = Log(run)
    log.replay(journal.entries(run))
    return log


def test_a_run_is_made_once_and_the_first_one_stays_as_it_was(journal: Journal) -> None:
    book = Book(journal, "r_1")
    book.write()
    journal.release(book.claim)
    with pytest.raises(BadInput, match="there is a run r_1 already; it is interrupted"):
        Book(journal, "r_1")
    assert list(book.read()) == book.written


def test_making_a_run_that_somebody_is_at_work_on_names_its_owner(journal: Journal) -> None:
    Book(journal, "r_1")
    with pytest.raises(RunInUse, match=f"r_1 is in use by process {os.getpid()}"):
        Book(journal, "r_1")


@pytest.mark.parametrize("run", ["", "-x", "../x", "a b", "x" * 65, "r_1\n", "ü"])
def test_an_id_that_cannot_stand_in_a_path_or_url_is_refused(journal: Journal, run: str) -> None:
    head = RunHead(run=run, scenario="s", version=1, seed=1, engine="e")
    with pytest.raises(BadInput, match="a run's id is 1 to 64 letters"):
        journal.create(head, Sealed(scenario={}))
    assert journal.runs() == []


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_that_cannot_be_stored_is_refused(journal: Journal, seed: int) -> None:
    head = RunHead(run="r_1", scenario="s", version=1, seed=seed, engine="e")
    with pytest.raises(BadInput, match=f"a seed is from 0 to 9223372036854775807; {seed} is not"):
        journal.create(head, Sealed(scenario={}))


def test_a_run_is_claimed_by_one_at_a_time_also_within_a_process(
    journal: Journal, place: str
) -> None:
    Book(journal, "r_1")
    with Journal.open(place) as another, pytest.raises(RunInUse, match=r"\(this very one\)"):
        another.claim("r_1")


def test_a_run_that_was_let_go_of_can_be_claimed_with_a_higher_token(journal: Journal) -> None:
    book = Book(journal, "r_1")
    book.write()
    journal.release(book.claim)
    claim = journal.claim("r_1")
    assert claim.token > book.claim.token
    assert journal.run("r_1").status == "running"
    log = resumed(journal, "r_1")
    journal.commit(claim, Batch(history(log), [], [], round=2))
    assert journal.verify("r_1").seq == 2 * KINDS


def test_a_run_whose_owner_is_dead_can_be_claimed(journal: Journal, give_to: GiveTo) -> None:
    book = Book(journal, "r_1")
    give_to(DEAD)
    assert journal.claim("r_1").token == book.claim.token + 1
    assert journal.run("r_1").owner == this_process()


def test_an_owner_that_cannot_be_seen_keeps_its_run_until_it_is_seized(
    journal: Journal, give_to: GiveTo
) -> None:
    book = Book(journal, "r_1")
    give_to(FAR)
    far = r"process 7 on a-host-far-away; (whether that one lives|.* its lease runs out in \d+ s)"
    with pytest.raises(RunInUse, match=far):
        journal.claim("r_1")
    assert journal.claim("r_1", seize=True).token == book.claim.token + 1


@pytest.mark.parametrize("status", ["done", "failed"])
def test_a_finished_run_cannot_be_claimed(journal: Journal, status: Any) -> None:
    journal.finish(Book(journal, "r_1").claim, status, {})
    with pytest.raises(BadInput, match=f"r_1 is {status}; nothing is left to do in it"):
        journal.claim("r_1")


WRITES: list[Callable[[Book], object]] = [
    lambda book: book.write(),
    lambda book: book.store.release(book.claim),  # type: ignore[attr-defined]
    lambda book: book.store.finish(book.claim, "done", {}),  # type: ignore[attr-defined]
    lambda book: book.store.put_answer(book.claim, Turn("w01.1", 1, 1), b"{}"),  # type: ignore[attr-defined]
    lambda book: book.store.ask(book.claim, Turn("w01.1", 1, 1)),  # type: ignore[attr-defined]
]


@pytest.mark.parametrize("write", WRITES, ids=["commit", "release", "finish", "put_answer", "ask"])
def test_nothing_is_written_under_a_claim_that_was_taken_over(
    journal: Journal, give_to: GiveTo, write: Callable[[Book], object]
) -> None:
    book = Book(journal, "r_1")
    give_to(DEAD)
    journal.claim("r_1")
    before = journal.run("r_1")
    with pytest.raises(StaleClaim, match=f"r_1 was taken over by process {os.getpid()}"):
        write(book)
    assert journal.run("r_1") == before


@pytest.mark.parametrize("write", WRITES, ids=["commit", "release", "finish", "put_answer", "ask"])
def test_nothing_is_written_under_a_claim_that_was_given_back(
    journal: Journal, write: Callable[[Book], object]
) -> None:
    book = Book(journal, "r_1")
    journal.finish(book.claim, "done", {})
    before = journal.run("r_1")
    with pytest.raises(StaleClaim, match="r_1 is done; its claim was given back"):
        write(book)
    assert journal.run("r_1") == before


def test_a_batch_goes_down_with_its_verdicts_its_truth_and_its_moment(
    journal: Journal,
) -> None:
    book = Book(journal, "r_1")
    verdict = Verdict(monitor="m", pool="fleet", key="fleet", seq=2, round=1, score=0.5)
    batch = Batch(history(book.log), [verdict], [Record(6, Intent(119.5, 6.0))], round=1)
    journal.commit(book.claim, batch)
    assert list(journal.entries("r_1")) == batch.entries
    assert [verdict for _, verdict in journal.verdicts("r_1")] == [verdict]
    assert list(journal.records("r_1")) == batch.records
    with journal._store.reading() as connection:
        clock = connection.execute(select(CLOCK.c["round", "seq", "committed_at"])).all()
    moment = journal.run("r_1").updated_at.isoformat(timespec="microseconds")
    assert clock == [(1, KINDS, moment)]


def test_an_empty_batch_changes_nothing_of_the_log(journal: Journal) -> None:
    book = Book(journal, "r_1")
    journal.commit(book.claim, Batch([], [], [], round=0))
    assert list(book.read()) == []
    assert journal.verify("r_1").seq == 0


def test_a_log_with_another_past_is_refused(journal: Journal) -> None:
    book = Book(journal, "r_1")
    book.write()
    forked = history(Log("r_1"))
    forked += [entry._replace(hash=bytes(32)) for entry in history(book.log)]
    with pytest.raises(ValueError, match=f"event {KINDS + 1} is chained to another past of r_1"):
        journal.commit(book.claim, Batch(forked[KINDS:], [], [], round=2))


def test_events_that_do_not_go_on_are_refused_with_both_numbers(journal: Journal) -> None:
    book = Book(journal, "r_1")
    later = history(book.log, rounds=2)[KINDS:]
    refused = rf"events {KINDS + 1} to {2 * KINDS} \({KINDS} of them\) do not go on from event 0"
    with pytest.raises(ValueError, match=refused):
        journal.commit(book.claim, Batch(later, [], [], round=2))


def test_a_hole_within_a_batch_is_refused(journal: Journal) -> None:
    book = Book(journal, "r_1")
    entries = history(book.log)
    del entries[5]
    with pytest.raises(ValueError, match=rf"events 1 to {KINDS} \({KINDS - 1} of them\) do not"):
        journal.commit(book.claim, Batch(entries, [], [], round=1))
    assert list(book.read()) == []


def test_runs_of_one_process_commit_from_their_own_threads(journal: Journal) -> None:
    books = [Book(journal, f"r_{number}") for number in range(4)]

    def work(book: Book) -> None:
        for _ in range(5):
            book.write()

    threads = [Thread(target=work, args=[book]) for book in books]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [journal.verify(book.run).seq for book in books] == [5 * KINDS] * 4


def test_of_two_answers_the_first_one_stands(journal: Journal) -> None:
    book = Book(journal, "r_1")
    assert journal.answer("r_1", "w01.1", 3) is None
    assert journal.put_answer(book.claim, Turn("w01.1", 3, 1), b'{"calls":[]}') == b'{"calls":[]}'
    assert journal.put_answer(book.claim, Turn("w01.1", 3, 1), b"another") == b'{"calls":[]}'
    assert journal.put_answer(book.claim, Turn("w01.1", 4, 1), b"the next") == b"the next"
    assert journal.answer("r_1", "w01.1", 3) == b'{"calls":[]}'


def test_a_turn_that_is_asked_again_is_counted_until_it_is_answered(journal: Journal) -> None:
    book, turn = Book(journal, "r_1"), Turn("w01.1", 3, 5)
    assert journal.ask(book.claim, turn) == Answer(*turn[:3], asked=1, body=None)
    assert journal.answer("r_1", "w01.1", 3) is None
    assert journal.ask(book.claim, turn).asked == 2
    assert journal.put_answer(book.claim, turn, b"119") == b"119"
    answered = Answer(*turn[:3], asked=2, body=b"119")
    assert journal.ask(book.claim, turn) == answered
    assert list(journal.answers("r_1")) == list(journal.answers("r_1", "w01.1")) == [answered]
    assert list(journal.answers("r_1", "w02.1")) == []


def test_answers_are_read_by_agent_and_turn(journal: Journal) -> None:
    book = Book(journal, "r_1")
    turns = [Turn(f"w{worker:02d}.1", turn, turn) for worker in range(1, 4) for turn in (1, 2, 10)]
    for turn in reversed(turns):
        journal.put_answer(book.claim, turn, b"")
    beside = Turn("w02.1", 2, 2, about="recall")
    journal.put_answer(book.claim, beside, b"")
    turns.insert(5, beside)
    read = [Turn(*each[:3], about=each.about) for each in journal.answers("r_1")]
    assert read == turns


def test_a_fork_is_given_the_answers_of_the_rounds_it_shares(journal: Journal) -> None:
    book = Book(journal, "r_1")
    book.write()
    seq = journal.run("r_1").seq
    for round in (1, 2):
        journal.put_answer(book.claim, Turn("w01.1", round, round), b"answer")
    journal.ask(book.claim, Turn("w02.1", 1, 1))
    head = RunHead(run="f_1", scenario="s", version=1, seed=1, engine="e")
    journal.fork(head, Sealed(scenario={}), Origin("r_1", seq, 1), [])
    assert list(journal.answers("f_1")) == [Answer("w01.1", 1, 1, asked=1, body=b"answer")]


def test_an_answer_is_durable_before_any_commit(journal: Journal, place: str) -> None:
    book = Book(journal, "r_1")
    journal.put_answer(book.claim, Turn("w01.1", 1, 1), b"answer")
    with Journal.open(place) as another:
        assert another.answer("r_1", "w01.1", 1) == b"answer"
        assert list(another.entries("r_1")) == []


def test_what_was_committed_is_there_when_the_journal_is_opened_again(place: str) -> None:
    with Journal.open(place) as journal:
        book = Book(journal, "r_1")
        book.write(rounds=3)
    with Journal.open(place, create=False) as again:
        assert list(again.entries("r_1")) == book.written
        assert again.verify("r_1").digest == book.log.digest


def test_a_second_process_is_refused_until_the_first_is_killed_and_whole_batches_remain(
    journal: Journal, other_process: Callable[[], Any]
) -> None:
    scribe = other_process()
    scribe.ask("create", "r_1")
    scribe.say("for_ever")
    acknowledged = [int(scribe.hear().removeprefix("committed ")) for _ in range(20)][-1]
    with pytest.raises(RunInUse, match=f"r_1 is in use by process {scribe.pid} on "):
        journal.claim("r_1")
    scribe.kill()
    claim = journal.claim("r_1")
    log = resumed(journal, "r_1")
    assert log.seq >= acknowledged, "an acknowledged commit is gone"
    assert log.seq % (2 * KINDS) == 0, "half a batch was put down"
    journal.commit(claim, Batch(history(log), [], [], round=9))
    assert journal.verify("r_1").digest == log.digest


def test_a_resumed_log_equals_an_undisturbed_one(
    journal: Journal, other_process: Callable[[], Any]
) -> None:
    scribe = other_process()
    for word in (("create", "r_1"), ("commit", 2), ("commit", 1)):
        scribe.ask(*word)
    scribe.kill()
    heir = other_process()
    assert heir.ask("claim", "r_1") == "claimed r_1"
    assert heir.ask("commit", 2) == f"committed {5 * KINDS}"
    undisturbed = Book(journal, "r_2")
    undisturbed.write(rounds=5)
    assert journal.verify("r_1").digest == undisturbed.log.digest


def test_on_a_full_disk_the_run_stops_with_whole_batches_and_resumes_when_there_is_room(
    file_journal: Journal, start_process: Callable[[str], Any], file_place: str
) -> None:
    scribe = start_process(file_place)
    scribe.ask("create", "r_1")
    scribe.ask("limit", 200_000)
    acknowledged, answer = 0, scribe.ask("commit", 2)
    while answer.startswith("committed "):
        acknowledged = int(answer.removeprefix("committed "))
        answer = scribe.ask("commit", 2)
    assert answer.startswith("StoreError: ")
    assert (
        "journal.db: the disk failed, or has no room; nothing of an unfinished commit counts"
        in answer
    )
    assert scribe.ask("commit", 1).endswith("Nothing more is written; open it again")
    scribe.kill()
    assert acknowledged > 0
    claim = file_journal.claim("r_1")
    log = resumed(file_journal, "r_1")
    assert log.seq == acknowledged
    file_journal.commit(claim, Batch(history(log), [], [], round=9))
    assert file_journal.verify("r_1").seq == acknowledged + KINDS


def test_when_the_database_is_full_that_is_said_and_no_run_of_the_journal_goes_on(
    file_place: str,
) -> None:
    with Journal.open(file_place) as journal:
        book, other = Book(journal, "r_1"), Book(journal, "r_2")
        book.write()
        with journal._store.writing() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        full = pytest.raises(StoreError, match=r"journal.db: the disk is full; nothing of this")
        with full:
            book.write(rounds=9)
        stopped = "the disk is full; .*Nothing more is written; open it again"
        for each in (book, other):
            with pytest.raises(StoreError, match=stopped):
                each.write()
            with pytest.raises(StoreError, match=stopped):
                journal.release(each.claim)
        assert list(book.read()) == book.written, "what was there can still be read"
    with Journal.open(file_place) as again:
        assert again.verify("r_1").seq == KINDS


def test_a_locked_journal_is_waited_for_and_nothing_is_lost_by_it(
    file_journal: Journal, file_place: str
) -> None:
    book = Book(file_journal, "r_1")
    with file_journal._store.writing() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=1")
    other = sqlite3.connect(file_place, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    batch = Batch(history(book.log), [], [], round=1)
    with pytest.raises(StoreError, match="another process has kept it locked"):
        file_journal.commit(book.claim, batch)
    other.execute("ROLLBACK")
    other.close()
    file_journal.commit(book.claim, batch)
    assert file_journal.verify("r_1").seq == KINDS
