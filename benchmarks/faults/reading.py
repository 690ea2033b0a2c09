"""Faults in reading a run, following it, forking it, and checking it."""

from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Table

from benchmarks.faults.fault import Broken, replaced
from memory import journal, reader
from memory.history import copy_history
from memory.log import Log
from memory.reader import Reader
from memory.record import Line, Origin, RunRecord, Slice
from memory.tables import EVENT, TRUTH, AnyRow
from orchestrator import feed, fork
from orchestrator.cli import audit, verify
from orchestrator.difference import Piece, Track
from scenarios.ledger import Ledger


def reads_one_again() -> Broken:
    """Reading on begins with the event that was read last."""
    rows = Reader._rows

    def again(
        self: Reader, run: str, table: Table, after: int = 0, limit: int | None = None
    ) -> Iterator[AnyRow]:
        return rows(self, run, table, max(0, after - 1), limit)

    return replaced((Reader, "_rows", again))


def skips_one_between_chunks() -> Broken:
    """Where a long read goes on with its next chunk, it leaves one row out."""
    chunks = Reader._chunks

    def skipping(
        self: Reader, run: str, number: int, table: Table, after: int, limit: int | None
    ) -> Iterator[AnyRow]:
        for place, row in enumerate(chunks(self, run, number, table, after, limit), 1):
            if place % (reader.CHUNK + 1):
                yield row

    return replaced((Reader, "_chunks", skipping))


def reads_past_the_limit() -> Broken:
    """Whoever asks for some events gets all."""
    chunks = Reader._chunks

    def unlimited(
        self: Reader, run: str, number: int, table: Table, after: int, limit: int | None
    ) -> Iterator[AnyRow]:
        return chunks(self, run, number, table, after, None)

    return replaced((Reader, "_chunks", unlimited))


def loses_verdicts_on_the_way() -> Broken:
    """A follower hears of the first verdict about a slice, and of no other."""

    def follow(self: Reader, run: str, after: int = 0, limit: int = 256) -> Any:
        return _without_the_rest(whole(self, run, after, limit))

    async def _without_the_rest(slices: AsyncIterator[Slice]) -> AsyncIterator[Slice]:
        async for part in slices:
            yield part._replace(verdicts=part.verdicts[:1])

    whole = Reader.follow
    return replaced((Reader, "follow", follow))


def follows_on_from_the_head() -> Broken:
    """A follower that is behind misses what was committed before it looked."""
    follow = Reader.follow

    def late(self: Reader, run: str, after: int = 0, limit: int = 256) -> AsyncIterator[Slice]:
        return follow(self, run, max(after, self.run(run).seq - limit), limit)

    return replaced((Reader, "follow", late))


def tells_verdicts_too_late() -> Broken:
    """A follower that comes back gets the verdicts about the event after the one it saw last."""
    seen = Reader._verdicts_seen
    return replaced(
        (Reader, "_verdicts_seen", lambda self, number, after: seen(self, number, after + 1))
    )


def feeds_a_batch_without_its_end() -> Broken:
    """The feed leaves out the last event of each batch, and gives its number."""

    def lossy(lines: Iterable[Line]) -> Iterator[list[Line]]:
        for part in batches(lines):
            yield [*part[:-2], part[-1]] if len(part) > 2 else part

    batches = feed._batches
    return replaced((feed, "_batches", lossy))


def pages_past_an_event() -> Broken:
    """A page of a run says that the next one begins an event later than it does."""
    page = feed.Feed.page

    async def past(self: feed.Feed, run: str, after: int, limit: int) -> bytes:
        return await page(self, run, after + bool(after), limit)

    return replaced((feed.Feed, "page", past))


def hands_on_one_event_too_few() -> Broken:
    """A fork begins without the last event that it shares."""

    def copy(connection: Connection, source: int, target: int, origin: Origin) -> str:
        digest = copy_history(connection, source, target, origin)
        last = EVENT.c.run == target, EVENT.c.seq == origin.seq
        connection.execute(EVENT.delete().where(*last))
        return digest

    return replaced((journal, "copy_history", copy))


def hands_on_no_truth() -> Broken:
    """A fork begins without what is sealed about the events it shares."""

    def copy(connection: Connection, source: int, target: int, origin: Origin) -> str:
        digest = copy_history(connection, source, target, origin)
        connection.execute(TRUTH.delete().where(TRUTH.c.run == target))
        return digest

    return replaced((journal, "copy_history", copy))


def forks_a_round_late() -> Broken:
    """A fork says that it shares one round more than it does."""
    cut = fork.cut

    def late(*where: Any) -> Origin:
        found = cut(*where)
        return found._replace(round=found.round + 1)

    return replaced((fork, "cut", late))


def finds_every_log_sound() -> Broken:
    """``runs verify`` looks at nothing, and ``export --audit`` says that all is well."""

    def sound(self: Reader, run: str) -> RunRecord:
        return self.run(run)

    return replaced(
        (Reader, "verify", sound),
        (verify, "_play_back", lambda *_: None),
        (audit, "integrity", lambda journal, run: audit.Integrity(journal.run(run).seq)),
    )


def asks_not_how_a_log_ends() -> Broken:
    """A log that was cut off passes for a whole one."""

    def unended(self: Reader, run: str) -> RunRecord:
        record, log = self.run(run), Log(run)
        log.replay(self.entries(run))
        return record

    return replaced((Reader, "verify", unended))


def compares_nothing() -> Broken:
    """A replay takes whatever comes out for what stands."""

    def lay(self: Track, came_out: Piece) -> None:
        self.count += 1

    return replaced((Track, "lay", lay), (Track, "end", lambda self, why="": None))


def adds_nothing_up() -> Broken:
    """The books are taken for right, whatever the transfers add up to."""
    return replaced((Ledger, "audit", lambda self, events: None))
