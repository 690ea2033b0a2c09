"""Group commit: many runs in one transaction, and none pays for another's fault."""

import asyncio
from collections.abc import Sequence

import pytest

from memory.batch import Batch, Part
from memory.checks import Book, history
from memory.errors import StaleClaim, StoreError
from memory.group import Group
from memory.journal import Journal
from memory.truth import Intent, Record

Outcome = BaseException | None


def together(group: Group, *parts: Part) -> list[Outcome]:
    """Commit all parts in one turn of the loop; return what came of each."""

    async def commit() -> list[Outcome]:
        return await asyncio.gather(
            *(group.commit(*part) for part in parts), return_exceptions=True
        )

    return asyncio.run(commit())


def more(book: Book) -> Part:
    """Return the next batch of a run, and remember it as written."""
    entries = history(book.log)
    book.written += entries
    return Part(book.claim, Batch(entries, [], [], entries[-1].event.round))


def test_what_is_handed_in_at_the_same_time_is_one_transaction(journal: Journal) -> None:
    books = [Book(journal, f"r_{number}") for number in range(5)]
    commits: list[int] = []

    def counted(parts: Sequence[Part]) -> list[StaleClaim | ValueError | None]:
        commits.append(len(parts))
        return journal.commit_all(parts)

    assert together(Group(counted), *map(more, books)) == [None] * 5
    assert commits == [5]
    for book in books:
        assert list(book.read()) == book.written
        assert journal.verify(book.run).seq == len(book.written)


def test_a_stale_owner_is_refused_and_the_others_go_down(journal: Journal) -> None:
    good, lost = Book(journal, "r_good"), Book(journal, "r_lost")
    journal.claim(lost.run, seize=True)
    done = together(journal.group, more(lost), more(good))
    assert isinstance(done[0], StaleClaim)
    assert done[1] is None
    assert list(good.read()) == good.written
    assert list(lost.read()) == []


def test_a_batch_that_does_not_go_on_is_refused_and_the_others_go_down(journal: Journal) -> None:
    good, twice = Book(journal, "r_good"), Book(journal, "r_twice")
    part = more(twice)
    done = together(journal.group, part, part, more(good))
    assert done[0] is None
    assert isinstance(done[1], ValueError)
    assert done[2] is None
    assert list(twice.read()) == twice.written
    assert list(good.read()) == good.written


def test_a_batch_that_cannot_be_written_costs_no_other_run_its_own(journal: Journal) -> None:
    good, bad = Book(journal, "r_good"), Book(journal, "r_bad")
    claim, batch = more(bad)
    before = list(bad.written)
    sealed = [Record(batch.entries[-1].event.seq, Intent())]
    assert together(journal.group, Part(claim, batch._replace(records=sealed))) == [None]
    again = Part(claim, more(bad).batch._replace(records=sealed))
    done = together(journal.group, again, more(good))
    assert isinstance(done[0], StoreError)
    assert done[1] is None
    assert list(bad.read()) == before
    assert list(good.read()) == good.written


def test_when_nothing_can_be_written_everyone_is_told(journal: Journal) -> None:
    books = [Book(journal, f"r_{number}") for number in range(3)]
    parts = [more(book) for book in books]
    journal.close()
    done = together(journal.group, *parts)
    assert [type(error) for error in done] == [StoreError] * 3


def test_whoever_is_cancelled_meanwhile_keeps_nobody_waiting(journal: Journal) -> None:
    good, gone = Book(journal, "r_good"), Book(journal, "r_gone")

    async def play() -> None:
        leaving = asyncio.create_task(journal.group.commit(*more(gone)))
        staying = asyncio.create_task(journal.group.commit(*more(good)))
        await asyncio.sleep(0)
        leaving.cancel()
        await staying
        with pytest.raises(asyncio.CancelledError):
            await leaving

    asyncio.run(play())
    assert list(good.read()) == good.written


def test_it_knows_how_long_the_last_commit_took(journal: Journal) -> None:
    assert journal.group.took_s == 0.0
    assert together(journal.group, more(Book(journal, "r_1"))) == [None]
    assert 0.0 < journal.group.took_s < 60.0
