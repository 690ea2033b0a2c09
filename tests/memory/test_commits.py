"""The stream of all runs: every commit once, in one order, whoever commits and whoever reads."""

import asyncio
from collections import defaultdict
from random import Random

import pytest

from memory.checks import EVENT_KINDS, Book, history
from memory.commits import Cursor, Part
from memory.journal import Batch, Journal
from memory.verdicts import Verdict

KINDS = len(EVENT_KINDS)


def read(journal: Journal, cursor: Cursor = Cursor(), limit: int = 7) -> list[Part]:  # noqa: B008
    parts = []
    while (part := journal.commits.after(cursor, limit)) is not None:
        parts.append(part)
        cursor = part.cursor
    return parts


def by_run(parts: list[Part]) -> dict[str, list[int]]:
    seqs: dict[str, list[int]] = defaultdict(list)
    for part in parts:
        seqs[part.run] += [line.number for line in part.slice.events]
    return seqs


def verdict(seq: int) -> Verdict:
    return Verdict(monitor="m", pool="fleet", key="fleet", seq=seq, round=1, score=0.5)


def test_all_runs_come_whole_and_in_their_own_order(journal: Journal) -> None:
    books = [Book(journal, f"r_{number}") for number in range(3)]
    for number in (0, 1, 0, 2, 2, 0):
        books[number].write()
    for limit in (1, 7, 1000):
        seqs = by_run(read(journal, limit=limit))
        assert seqs == {
            "r_0": list(range(1, 3 * KINDS + 1)),
            "r_1": list(range(1, KINDS + 1)),
            "r_2": list(range(1, 2 * KINDS + 1)),
        }


def test_from_any_cursor_exactly_the_rest_follows(journal: Journal) -> None:
    books = [Book(journal, f"r_{number}") for number in range(2)]
    for number in (0, 1, 1, 0):
        books[number].write()
    whole = read(journal, limit=3)
    for number, part in enumerate(whole):
        cursor = Cursor.read(str(part.cursor))
        assert cursor is not None
        assert by_run(read(journal, cursor)) == by_run(whole[number + 1 :])


def test_verdicts_come_once_with_the_events_they_point_into_or_later(journal: Journal) -> None:
    book = Book(journal, "r_1")
    journal.commit(book.claim, Batch(history(book.log), [verdict(2), verdict(KINDS)], [], round=1))
    journal.commit(book.claim, Batch([], [verdict(3)], [], round=1))
    book.write()
    for limit in (1, 4, 1000):
        seen: list[int] = []
        last = 0
        for part in read(journal, limit=limit):
            last = part.slice.events[-1].number
            seen += [line.number for line in part.slice.verdicts]
        assert seen == [1, 2, 3] and last == 2 * KINDS


def test_who_wants_only_what_comes_begins_at_the_newest(journal: Journal) -> None:
    assert journal.commits.newest() == Cursor()
    book = Book(journal, "r_1")
    book.write()
    newest = journal.commits.newest()
    assert read(journal, newest) == []
    book.write()
    assert by_run(read(journal, newest)) == {"r_1": list(range(KINDS + 1, 2 * KINDS + 1))}


def test_readers_of_one_place_share_what_is_read(journal: Journal) -> None:
    Book(journal, "r_1").write()
    assert journal.commits.after(Cursor(), 5) is journal.commits.after(Cursor(), 5)


@pytest.mark.asyncio(loop_scope="function")
async def test_a_follower_hears_every_commit_of_every_run(journal: Journal, place: str) -> None:
    """Also those of another journal on the same store."""
    books = [Book(journal, "r_1")]
    with Journal.open(place) as other:
        books.append(Book(other, "r_2"))
        parts: list[Part] = []

        async def follow() -> None:
            async for part in journal.commits.follow(Cursor(), 5):
                parts.append(part)
                if sum(len(each.slice.events) for each in parts) == 20 * KINDS:
                    return

        following = asyncio.create_task(follow())
        chance = Random(7)
        for _ in range(20):
            books[chance.randrange(2)].write()
            await asyncio.sleep(0)
        async with asyncio.timeout(10):
            await following
    seqs = by_run(parts)
    assert all(each == list(range(1, len(each) + 1)) for each in seqs.values())


@pytest.mark.parametrize("text", ["", "1", "1.2", "1.2.3.4", "-1.0.0", "1.2.x", f"{10**18}.0.0"])
def test_what_is_no_cursor_is_none(text: str) -> None:
    assert Cursor.read(text) is None
