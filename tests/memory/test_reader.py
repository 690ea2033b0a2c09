"""The reading side: runs, both logs, what is sealed, and following a run live."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Delete, Insert, Update

from memory import reader
from memory.answer import Turn
from memory.checks import EVENT_KINDS, Book, history
from memory.errors import CorruptJournal, StoreError, UnknownRun
from memory.events import parse_event
from memory.journal import Batch, Journal, RunHead
from memory.reader import CHUNK
from memory.record import Slice
from memory.tables import EVENT, RUN, SEALED, TRUTH, VERDICT
from memory.truth import Intent, Label, Record, RosterEntry, Sealed
from memory.verdicts import Evidence, Share, Verdict

KINDS = len(EVENT_KINDS)


def verdict(seq: int, *, alarm: bool = False) -> Verdict:
    return Verdict(
        monitor="over_need",
        pool="fleet",
        key="fleet",
        seq=seq,
        round=1,
        score=1.0 if alarm else 0.5,
        alarm=alarm,
        wealth=21.7,
        evidence=Evidence(
            since=1, nats_events=3.0, nats_prior=-1.0, events=(Share(name="3", nats=3.0),)
        ),
    )


def judge(book: Book, *seqs: int) -> None:
    """Commit a round with verdicts about these events."""
    entries = history(book.log)
    verdicts = [verdict(seq) for seq in seqs]
    book.store.commit(book.claim, Batch(entries, verdicts, [], entries[-1].event.round))
    book.written += entries


async def followed(journal: Journal, after: int = 0, limit: int = 256) -> list[Slice]:
    async with asyncio.timeout(5):
        return [part async for part in journal.follow("r_1", after, limit)]


READS: list[Callable[[Journal, str], object]] = [
    Journal.run,
    Journal.entries,
    Journal.lines,
    Journal.verdicts,
    Journal.sealed,
    Journal.records,
    Journal.follow,
    Journal.verify,
    Journal.claim,
    lambda journal, run: journal.answer(run, "w01.1", 1),
    lambda journal, run: journal.answers(run),
]


@pytest.mark.parametrize("read", READS)
def test_an_unknown_run_is_refused_at_once_with_the_nearest_name(
    journal: Journal, read: Callable[[Journal, str], object]
) -> None:
    Book(journal, "r_7f3a91")
    with pytest.raises(UnknownRun, match=r"no run 'r_7f3a19'; did you mean 'r_7f3a91'\?"):
        read(journal, "r_7f3a19")


def test_runs_come_newest_first_and_an_empty_journal_has_none(journal: Journal) -> None:
    assert journal.runs() == []
    for run in ("r_2", "r_1", "r_3"):
        Book(journal, run)
    assert [record.run for record in journal.runs()] == ["r_3", "r_1", "r_2"]


def test_a_long_run_is_read_across_chunks_whole_and_in_order(journal: Journal) -> None:
    book = Book(journal, "r_1")
    book.write(rounds=CHUNK // KINDS + 3)
    assert len(book.written) > CHUNK
    assert list(book.read()) == book.written
    assert list(book.read(after=5, limit=CHUNK + 1)) == book.written[5 : CHUNK + 6]
    assert [line.body for line in journal.lines("r_1")] == [each.body for each in book.written]


def test_two_runs_of_one_journal_are_told_apart(journal: Journal) -> None:
    one, other = Book(journal, "r_1"), Book(journal, "r_2")
    one.write()
    other.write(rounds=2)
    one.write()
    assert list(one.read()) == one.written
    assert list(other.read()) == other.written


def test_reading_goes_on_while_the_run_is_written(journal: Journal) -> None:
    book = Book(journal, "r_1")
    book.write(rounds=CHUNK // KINDS + 1)
    reading = book.read()
    first = [next(reading)]
    book.write()
    assert first + list(reading) == book.written


def test_lines_are_the_events_as_they_were_stored(journal: Journal) -> None:
    book = Book(journal, "r_1")
    book.write()
    for (number, body), entry in zip(journal.lines("r_1"), book.written, strict=True):
        assert (number, parse_event(body, "r_1")) == (entry.event.seq, entry.event)
    assert [line.number for line in journal.lines("r_1", after=3, limit=2)] == [4, 5]


def test_verdicts_come_back_numbered_as_they_were_stored(journal: Journal) -> None:
    book = Book(journal, "r_1")
    judge(book, 2, 5)
    judge(book, KINDS + 1)
    stored = list(journal.verdicts("r_1"))
    assert stored == [(1, verdict(2)), (2, verdict(5)), (3, verdict(KINDS + 1))]
    assert list(journal.verdicts("r_1", after=2)) == stored[2:]


def test_what_is_sealed_comes_back_as_it_was(journal: Journal) -> None:
    sealed = Sealed(
        scenario={"world": {"rounds": 3, "share": 0.1}},
        claims=("shards are reinforced",),
        roster=(RosterEntry("w01", "weak_shard", {"lean": 0.05}, "heron"),),
    )
    head = RunHead(run="r_1", scenario="s", version=1, seed=7, engine="0.1.0")
    claim = journal.create(head, sealed)
    assert journal.sealed("r_1") == sealed
    records = [
        Record(1, Intent(normal=119.5, beyond=6.0, motive="own_sake")),
        Record(2, Label(sanctioned=True, needed=119.5, disclosed=True, released=False)),
    ]
    journal.commit(claim, Batch([], [], records, round=1))
    back = list(journal.records("r_1"))
    assert back == records
    assert [type(record.fact) for record in back] == [Intent, Label]


def test_many_sealed_facts_about_few_events_are_read_across_chunks(journal: Journal) -> None:
    book = Book(journal, "r_1")
    records = [Record(seq, Intent(normal=seq)) for seq in range(3, 3 * CHUNK, 2)]
    journal.commit(book.claim, Batch([], [], records, round=1))
    assert list(journal.records("r_1")) == records


def test_many_threads_may_read_while_another_writes(journal: Journal) -> None:
    book = Book(journal, "r_1")
    book.write()
    seen: list[int] = []

    def read() -> None:
        for _ in range(10):
            seen.append(len(list(journal.entries("r_1"))))

    threads = [Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(10):
        book.write()
    for thread in threads:
        thread.join()
    assert len(seen) == 40
    assert {count % KINDS for count in seen} == {0}, "half a batch was seen"


def test_verify_returns_the_run_when_every_byte_is_as_it_was_written(journal: Journal) -> None:
    book = Book(journal, "r_1")
    assert journal.verify("r_1").seq == 0
    book.write(rounds=3)
    record = journal.verify("r_1")
    assert (record.seq, record.digest) == (3 * KINDS, journal.run("r_1").digest)
    assert journal.verify("r_1").digest == book.log.digest


Tamper = Callable[[Update | Delete | Insert], None]
FIFTH = EVENT.c.seq == 5


def eight_for_seven(book: Book) -> Update:
    """Change one figure of an event, so that it is still an event."""
    body = book.written[4].body
    assert b"7" in body
    return EVENT.update().where(FIFTH).values(body=body.replace(b"7", b"8"))


def cut_short(book: Book) -> Update:
    return EVENT.update().where(FIFTH).values(body=book.written[4].body[1:])


@pytest.mark.parametrize("is_finished", [False, True])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (cut_short, "event 5 is nothing that this"),
        (eight_for_seven, "event 5 is not what was written"),
        (EVENT.update().where(FIFTH).values(hash=bytes(32)), "event 5 is not what was written"),
        (EVENT.delete().where(FIFTH), "event 5 is missing; 6 follows"),
        (
            EVENT.delete().where(EVENT.c.seq == 2 * KINDS),
            f"ends with event {2 * KINDS - 1}, the last commit with {2 * KINDS}",
        ),
        (RUN.update().values(digest="ff"), "their hashes differ"),
    ],
)
def test_a_journal_that_was_tampered_with_is_found_out_and_the_event_named(
    journal: Journal, tamper: Tamper, change: Any, message: str, is_finished: bool
) -> None:
    book = Book(journal, "r_1")
    book.write(rounds=2)
    if is_finished:
        journal.finish(book.claim, "done", {})
    tamper(change(book) if callable(change) else change)
    with pytest.raises(CorruptJournal, match=f"r_1: .*{message}"):
        journal.verify("r_1")


@pytest.mark.parametrize(
    ("change", "read", "message"),
    [
        (SEALED.update().values(body=b"{"), Journal.sealed, "r_1: what is sealed is nothing that"),
        (SEALED.delete(), Journal.sealed, "r_1: what is sealed is nothing that"),
        (TRUTH.update().values(body=b"{"), Journal.records, "r_1: the truth up to event 1 is"),
        (VERDICT.update().values(body=b"{"), Journal.verdicts, "r_1: verdict 1 is nothing that"),
    ],
)
def test_what_cannot_be_read_is_named(
    journal: Journal, tamper: Tamper, change: Any, read: Callable[..., Any], message: str
) -> None:
    book = Book(journal, "r_1")
    facts = [Record(1, Intent())]
    journal.commit(book.claim, Batch(history(book.log), [verdict(1)], facts, round=1))
    tamper(change)
    with pytest.raises(CorruptJournal, match=message):
        tuple(read(journal, "r_1"))


@pytest.mark.parametrize(
    ("change", "read", "message"),
    [
        ("UPDATE event SET body = CAST(body AS TEXT)", Journal.verify, "event 1 is not what was"),
        ("UPDATE event SET body = 'text'", Journal.lines, "r_1: event 1 is not what was written"),
        ("UPDATE verdict SET body = 'text'", Journal.verdicts, "r_1: verdict 1 is not what was"),
    ],
)
def test_a_text_where_bytes_should_be_is_found_out_in_a_file_whose_columns_take_anything(
    file_journal: Journal, file_place: str, change: str, read: Callable[..., Any], message: str
) -> None:
    book = Book(file_journal, "r_1")
    file_journal.commit(book.claim, Batch(history(book.log), [verdict(1)], [], round=1))
    with sqlite3.connect(file_place) as connection:
        connection.execute(change)
    connection.close()
    with pytest.raises(CorruptJournal, match=message):
        tuple(read(file_journal, "r_1"))


def test_a_damaged_page_is_named_by_the_first_event_that_cannot_be_read(file_place: str) -> None:
    with Journal.open(file_place) as journal:
        book = Book(journal, "r_1")
        book.write(rounds=2 * CHUNK // KINDS)
    path = Path(file_place)
    pages = path.read_bytes()
    late = pages.rindex(book.written[-KINDS].body) // 4096 * 4096
    path.write_bytes(pages[:late] + b"\xff" * 4096 + pages[late + 4096 :])
    with Journal.open(file_place) as journal:
        damaged = r"r_1: event 1001 cannot be read.*journal.db: the database file is damaged"
        with pytest.raises(CorruptJournal, match=damaged):
            journal.verify("r_1")
        assert [entry.event.seq for entry in journal.entries("r_1", limit=CHUNK)][-1] == CHUNK


def test_an_event_added_behind_a_finished_run_is_found_out(
    journal: Journal, tamper: Tamper
) -> None:
    book = Book(journal, "r_1")
    book.write()
    journal.finish(book.claim, "done", {})
    (more, *_) = history(book.log)
    added = {"run": book.claim.number, "seq": KINDS + 1, "body": more.body, "hash": more.hash}
    tamper(EVENT.insert().values(added))
    with pytest.raises(
        CorruptJournal, match=f"ends with event {KINDS + 1}, the last commit with {KINDS}"
    ):
        journal.verify("r_1")


@pytest.mark.asyncio(loop_scope="function")
@pytest.mark.parametrize("limit", [1, 5, KINDS, 256])
async def test_following_a_finished_run_gives_all_of_it_once(journal: Journal, limit: int) -> None:
    book = Book(journal, "r_1")
    judge(book, 1, KINDS)
    judge(book, KINDS + 1, 2 * KINDS)
    journal.finish(book.claim, "done", {})
    slices = await followed(journal, limit=limit)
    events = [line for part in slices for line in part.events]
    assert events == list(journal.lines("r_1"))
    assert max(len(part.events) for part in slices) <= limit
    assert [line.number for part in slices for line in part.verdicts] == [1, 2, 3, 4]


@pytest.mark.asyncio(loop_scope="function")
@pytest.mark.parametrize("limit", [1, 5, 256])
async def test_a_verdict_comes_with_or_behind_the_event_it_points_at(
    journal: Journal, limit: int
) -> None:
    book = Book(journal, "r_1")
    judge(book, 3, 9, 9, KINDS)
    judge(book, 4, KINDS + 2)
    journal.finish(book.claim, "done", {})
    last = 0
    for part in await followed(journal, limit=limit):
        last = part.events[-1].number if part.events else last
        pointed = [Verdict.model_validate_json(line.body).seq for line in part.verdicts]
        assert all(seq <= last for seq in pointed)


@pytest.mark.asyncio(loop_scope="function")
async def test_a_follower_may_leave_behind_any_event_and_come_back(journal: Journal) -> None:
    book = Book(journal, "r_1")
    judge(book, 3, 9)
    judge(book, KINDS + 1)
    journal.finish(book.claim, "done", {})
    for after in range(len(book.written) + 1):
        slices = await followed(journal, after)
        events = [line.number for part in slices for line in part.events]
        verdicts = [line.number for part in slices for line in part.verdicts]
        assert events == list(range(after + 1, len(book.written) + 1))
        assert verdicts == [n for n, seq in enumerate((3, 9, KINDS + 1), 1) if seq > after]


@pytest.mark.asyncio(loop_scope="function")
async def test_a_follower_sees_each_commit_as_it_is_made(journal: Journal) -> None:
    book = Book(journal, "r_1")
    slices = journal.follow("r_1")
    async with asyncio.timeout(5):
        for number in range(1, 4):
            waiting = asyncio.ensure_future(anext(slices))
            await asyncio.sleep(0)
            assert not waiting.done()
            book.write()
            for _ in range(10):
                await asyncio.sleep(0)
            assert waiting.done(), "it took a look to notice a commit of the same process"
            part = await waiting
            assert [line.number for line in part.events][-1] == number * KINDS
        journal.finish(book.claim, "done", {})
        assert await anext(slices, None) is None


@pytest.mark.asyncio(loop_scope="function")
@pytest.mark.parametrize("end", [Journal.release, lambda j, claim: j.finish(claim, "failed", {})])
async def test_a_follower_ends_when_the_run_does(
    journal: Journal, end: Callable[..., None]
) -> None:
    book = Book(journal, "r_1")
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        following = tasks.create_task(followed(journal))
        await asyncio.sleep(0)
        book.write()
        end(journal, book.claim)
    assert [len(part.events) for part in following.result()] == [KINDS]


@pytest.mark.asyncio(loop_scope="function")
async def test_a_verdict_that_comes_late_is_followed_too(journal: Journal) -> None:
    book = Book(journal, "r_1")
    book.write()
    slices = journal.follow("r_1")
    async with asyncio.timeout(5):
        assert len((await anext(slices)).events) == KINDS
        journal.commit(book.claim, Batch([], [verdict(3, alarm=True)], [], round=1))
        part = await anext(slices)
    assert (part.events, [line.number for line in part.verdicts]) == ([], [1])


@pytest.mark.asyncio(loop_scope="function")
async def test_a_follower_that_stands_still_does_not_hold_up_the_writer(journal: Journal) -> None:
    book = Book(journal, "r_1")
    book.write()
    stalled = [journal.follow("r_1", limit=1) for _ in range(20)]
    for slices in stalled:
        await anext(slices)
    book.write(rounds=50)
    assert journal.run("r_1").seq == len(book.written)
    assert [(await anext(slices)).events[0].number for slices in stalled] == [2] * 20


@pytest.mark.asyncio(loop_scope="function")
async def test_a_follower_is_told_when_the_journal_is_closed(place: str) -> None:
    with Journal.open(place) as journal:
        Book(journal, "r_1")
        following = asyncio.ensure_future(followed(journal))
        await asyncio.sleep(0)
    with pytest.raises(StoreError, match="has been closed"):
        await following


@pytest.mark.asyncio(loop_scope="function")
async def test_a_follower_sees_what_another_process_commits(
    journal: Journal, other_process: Callable[[], Any]
) -> None:
    scribe = other_process()
    assert scribe.ask("create", "r_1") == "created r_1"
    slices = journal.follow("r_1")
    async with asyncio.timeout(20):
        for number in (1, 2):
            waiting = asyncio.ensure_future(anext(slices))
            await asyncio.sleep(0)
            assert not waiting.done()
            scribe.say("commit", 1)
            assert (await waiting).events[-1].number == number * KINDS
            assert scribe.hear() == f"committed {number * KINDS}"
        scribe.say("finish")
        assert await anext(slices, None) is None


def test_answers_are_read_a_few_at_a_time_and_each_once(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "CHUNK", 2)
    book = Book(journal, "r_1")
    turns = [("w01.1", 1), ("w01.1", 2), ("w01.1", 10), ("w02.1", 1), ("w02.1", 2)]
    for agent, turn in reversed(turns):
        journal.ask(book.claim, Turn(agent, turn, 1))
    assert [(each.agent, each.turn) for each in journal.answers("r_1")] == turns
    assert [each.turn for each in journal.answers("r_1", "w01.1")] == [1, 2, 10]


@pytest.mark.asyncio(loop_scope="function")
async def test_followers_at_one_place_share_what_is_read(journal: Journal) -> None:
    book = Book(journal, "r_1")
    book.write(rounds=20)
    one, other = (journal.follow("r_1", limit=7) for _ in range(2))
    for _ in range(3):
        assert await anext(one) is await anext(other)
    book.write()
    journal.release(book.claim)
    rest = [
        [line.number for part in [p async for p in each] for line in part.events]
        for each in (one, other)
    ]
    assert rest[0] == rest[1] == list(range(22, len(book.written) + 1))


@pytest.mark.asyncio(loop_scope="function")
async def test_a_late_verdict_reaches_those_who_share_a_slice_too(journal: Journal) -> None:
    book = Book(journal, "r_1")
    book.write()
    early, late = (journal.follow("r_1") for _ in range(2))
    first = await anext(early)
    journal.commit(book.claim, Batch([], [verdict(3, alarm=True)], [], round=1))
    assert await anext(late) is first
    for slices in (early, late):
        async with asyncio.timeout(5):
            part = await anext(slices)
        assert (part.events, [line.number for line in part.verdicts]) == ([], [1])
